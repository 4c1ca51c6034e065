"""What people ask for themselves: money that is due, papers, doctors, a hand to help. See ``sheets``."""

PEOPLE = """
@relief need=home,elder|poor class=service track=joint days=15 worry=heartache
title {house}家申请临时救助
p 住院花销大，想申请临时救助。
c 前一阵住了半个月医院，自己掏了一万多，{call}说得声音都低了，问有没有地方能帮一点。
o 反映因病支出较大，申请临时救助。
content 近期住院，自费部分约{cost}元，家里积蓄用完。
wanted 申请临时救助
step 收齐出院小结、发票和户口簿，交镇民政办
step 镇里入户核对过家庭情况
result 审批通过，救助金已打到一卡通
feedback 存折看过，钱到了

@low need=home,alone|poor class=service track=joint days=15 worry=heartache
title {house}申请低保复核
p 低保要复核，材料不会弄。
c 低保复核的单子拿在手里翻来翻去，字看不清，我坐下来一项一项帮着填。
o 协助办理最低生活保障年度复核。
content 年度复核需填家庭收入情况表，本人不会填写。
wanted 有人帮着填
step 上门填表，拍了身份证和存折
result 材料交到镇里，复核通过，待遇不变
feedback 电话告诉过，放心了

@disability need=home class=service track=joint days=15 worry=care
title {house}家办残疾人证
p 想办残疾证，去城里评残不方便。
c 腿脚不便多少年了，一直没办证，说跑城里一趟要叫车，麻烦人。
o 咨询残疾人证办理。
content 家里有人行动不便，想评定残疾等级，去城里不方便。
wanted 最好能上门评
step 网上报了名，排进残联上门评残名单
step 医生上门评过，等公示
result 公示期满，证件由我带到家里
feedback 证送到，顺便讲了能享受哪些政策

@pension need=home,elder class=service track=joint days=10 worry=care
title {house}养老金没到账
p 这个月养老金没到。
c 说这个月的养老金没响，存折拿到信用社打了两回都没有，急得夜饭没吃好。
o 反映当月养老金未到账。
content 本月养老金未到账，怀疑是资格认证过期。
wanted 查一查，补发
step 手机上查过，是认证过期，当场刷脸补认证
step 打电话问了社保所，说月底前补发
result 认证补上后，漏掉的一个月已补发到账
feedback 陪着去打存折，钱在上面

@medicine need=home,elder class=service track=instant days=3 worry=care
title 帮{house}代配慢性病药
p 药快没了，帮着去配。
c 药盒里就剩三四天的量，卫生院又要排队，我说医保卡给我，明天顺路带回来。
o 协助代配慢性病用药。
content 长期服用的药只剩几天，本人去卫生院不便。
wanted 代配一个月的药
step 拿了医保卡，约明天上午去卫生院
result 配好一个月的量，连同小票一起送到
feedback 当面点过药，吃法写在盒子上

@hearing need=home,aged class=service track=joint days=10 worry=care
title {house}想配助听器
p 耳朵背得厉害，问助听器补贴。
c 跟{call}讲话要凑到耳朵边喊，{ta}自己也难为情，问有没有便宜点的助听器。
o 反映听力下降，咨询助听器补贴。
content 听力下降明显，想配助听器，不知道补贴怎么办。
wanted 配一个，能补贴最好
step 问了镇残联，有适老化补贴，报了名
result 带到城里验配好，补贴后自己出四百
feedback 说话不用喊了

@handrail need=home,aged class=service track=joint days=10 worry=care
title {house}家装扶手
p 想在床边和茅厕装扶手。
c 夜里起来摸着墙走，看得我提心吊胆，说装个扶手就好了。
o 申请居家适老化改造。
content 老人夜间起身不稳，床边和卫生间没有扶手。
wanted 装两处扶手
step 报了适老化改造名单
step 师傅来量过尺寸
result 床边、马桶边各装一副扶手，地上贴了防滑垫
feedback 试过，抓得牢

@meals need=home,alone class=service track=instant days=5 worry=care
title {house}想在照料中心搭伙
p 一个人懒得烧，想搭伙。
c 一个人烧一顿吃三顿，我说照料中心七块钱一顿，有荤有素，{ta}问能不能送上门。
o 申请老年助餐送餐服务。
content 独自生活，做饭不便，想在居家养老照料中心搭伙并送餐。
wanted 中饭送到家
step 跟照料中心讲好，先试一个礼拜
result 登记成功，每天十一点前送到
feedback 吃了半个月，说菜软，咬得动

@bulb need=home,elder class=service track=instant days=1 worry=care
title 帮{house}换灯泡修插座
p 灶间灯坏了，当场换了。
c 灶间灯坏了好几天，摸黑烧饭，我回村里拿了只灯泡，垫着凳子给换上了。
o 现场更换灯具一只。
content 灶间灯泡坏，老人够不着。
wanted 换个灯泡
result 当场换好，顺手把松了的开关拧紧
feedback 当场试亮
solved yes

@phone_fee need=home,elder class=service track=instant days=1 worry=care
title 帮{house}缴电费
p 不会用手机缴电费，帮着缴了。
c 电费单子攥在手里，说小店那个代缴点撤了，我当场帮着在手机上缴了，{ta}把钱数给我，一块一块的。
o 现场协助缴纳电费。
content 村里代缴点撤了，老人不会用手机缴电费。
wanted 代缴
result 当场缴清，帮着绑了自动扣费
feedback 短信给{ta}念过
solved yes

@rice need=home,alone|aged class=service track=instant days=2 worry=care
title 帮{house}带米和煤气
p 米缸见底，煤气也快没了。
c 摇了摇煤气瓶，轻飘飘的，米缸也见底了，{ta}又不肯开口叫人。
o 老人购物不便，协助代购。
content 老人搬不动重物，米和煤气都快用完。
wanted 带一袋米、换一瓶气
step 跟小店讲好，明天送
result 米和煤气送到家，软管接头试过不漏
feedback 钱当面结清，条子留着

@school need=newcomer,home class=service track=joint days=10 worry=care
title {house}家孩子入学
p 问小孩在这里读书的事。
c 夫妻俩最愁的是小孩读书，材料一样都不晓得要哪些，我一样一样写在纸上。
o 咨询随迁子女入学。
content 外来务工人员，孩子到入学年龄，想在镇上读。
wanted 就近读书
step 列了材料清单，帮着办居住证
step 材料交到镇中心小学
result 学校同意接收，开学报到
feedback 报到那天来过电话，一切顺利

@left_tutor need=left,pupil,home class=special track=instant days=7 worry=care
title {house}家孩子作业没人辅导
p 作业没人教，问有没有人帮。
c 两个老的识字不多，{child}的作业只能拍照发过去问爸妈，等到半夜。
o 反映留守儿童课业辅导困难。
content 祖辈照看，孩子放学后作业无人辅导。
wanted 有人辅导
step 联系了村里回来的大学生和退休老师
result 礼拜三、礼拜六在文化礼堂结对辅导
feedback 去看过一次，坐得住

@torreya_sale need=torreya,home,m10|m11|m12|m1 class=service track=joint days=15 worry=care
title {house}家香榧滞销
p 香榧压着{stock}斤，帮着找销路。
c 屋角码着一袋一袋的炒香榧，{call}讲还有{stock}来斤，开春一潮就不值钱了。
o 反映香榧滞销约{stock}斤。
content 今年收购价低，自家炒好的香榧还有{stock}斤没卖掉。
wanted 帮忙找销路
step 报给镇农合联，登记到展销名单
step 村里年轻人帮着拍了视频
result 展销会和网上一共卖掉大半，剩下的亲戚朋友分了
feedback {call}说价钱还过得去

@wages need=working,home class=dispute track=joint days=10 worry=heartache urgency=urgent
title {house}反映小工工钱没结
p 做了十来天小工，工钱拖着。
c 在工地做了{n}天，老板说等验收，一等就是两个月，{call}讲家里等着用钱。
o 反映务工工资被拖欠。
content 在附近工地做小工{n}天，工钱两个月没结，有记工本。
wanted 把工钱结清
step 看了记工本，给包工头打了电话
step 叫到村里当面对账，差两个工说清了
result 对账后当场转账结清
feedback 手机上看过转账记录

@broadband need=home,kids|working class=service track=instant days=5 worry=vexing
title {house}家宽带老断
p 宽带老断，报修没人来。
c 宽带三天两头断，上网课的时候急得跳脚，打客服就叫重启。
o 反映宽带故障频繁。
content 宽带经常断线，报修两次没人上门。
wanted 修好
step 打了片区装维师傅电话
result 光猫老化，换了一只，拉了新线
feedback 一个礼拜没断过

@house need=oldhouse,home class=service track=supervised days=30 worry=heartache
title {house}申请危房改造
p 老屋要修，问补助。
c 老屋后墙裂得能塞进手指，{call}讲修一修还能住，就是钱不够。
o 申请农村困难家庭危房改造。
content 老屋后墙开裂、屋面漏，想申请改造补助。
wanted 早点批下来动工
step 镇里请人来做过鉴定
step 鉴定出来是 C 级，报到建设局
result 批下来了，后墙拆了重砌，屋面翻瓦
feedback 验收那天去看过，人已搬回

@homestead need=home,working class=service track=joint days=15 worry=care
title {house}咨询宅基地翻建
p 想翻建老屋，问怎么批。
c 想把老屋翻一翻，听说手续难办，我把要交的材料写在纸上，一共五样。
o 咨询农村宅基地翻建审批。
content 老屋年久，想原拆原建，问审批手续和时间。
wanted 告诉要哪些材料
step 材料清单给了，帮着约镇里丈量
result 丈量、公示做完，批复拿到
feedback 批复送到家里，提醒开工前报一声

@missing need=home,aged class=emergency track=instant most=1 days=1 worry=heartache urgency=urgent
title {house}走失，已找回
p 下午人没回来，发动找。
c 邻居来讲{call}吃过中饭出门，天快黑还没回来，我在群里喊了一声，二十来个人打着手电上山找。
o 接报老人走失，组织人员寻找。
content 老人午后出门未归，最后有人看见往{hamlet}后山走。
wanted 赶紧找到
step 报了派出所，榧乡卫士分三路找
result 晚上八点多在茶山凉亭里找到，人没事，送回家
feedback 人好好的，手环戴上了

@dog need=home|met,!dog class=security track=instant days=2 worry=vexing
title {hamlet}有狗没拴
p {hamlet}有条大狗不拴，追人。
c 说{hamlet}那条黄狗白天黑夜不拴，放学的小孩被追得哭。
o 反映大型犬散养，存在伤人风险。
content {hamlet}一户养的狗经常不拴，追赶路人。
wanted 拴起来
step 找到养狗人家，当面讲
result 主人买了链子，白天拴在后院，打了防疫针
feedback 路过看了两回，都拴着

@card need=home,elder class=service track=instant days=5 worry=care
title 帮{house}补办社保卡
p 社保卡掉了，帮着补办。
c 社保卡不晓得放哪里去了，翻箱倒柜找了三天，我说别找了，补一张就是。
o 协助补办社会保障卡。
content 社保卡遗失，看病取药不便。
wanted 补一张
step 手机上先挂失，约信用社流动服务车
result 流动服务车来村里当场制好卡
feedback 卡试过，能用

@fraud_back need=home,elder class=security track=joint most=1 days=7 worry=heartache urgency=urgent
title {house}买保健品疑似被骗
p 买了三千多的保健品，疑似被骗。
c 床底下拖出来一箱保健品，说是讲课的小伙子叫得比亲儿子还亲，三千八就这么给了。
o 反映购买保健品疑似受骗。
content 在镇上听讲座后买了三千八百元保健品，说能治高血压。
wanted 把钱退回来
step 劝{ta}药不能停，票据和包装拍了照
step 转给市场监管所和派出所
result 市场监管所找到卖家，退回三千五百元
feedback 钱到手，{call}说再也不去听课了

@eyes need=home,elder class=service track=joint days=15 worry=care
title {house}想做白内障手术
p 白内障，想做手术，没人陪。
c 看人都是一团雾，认得出声音认不出脸，想去做手术又没人陪。
o 反映白内障影响生活，需协助就医。
content 双眼白内障，想手术，子女不在身边没人陪。
wanted 有人陪着去
step 联系了复明工程，排到下个月
step 跟家属通了电话，请一天假回来陪
result 手术做完，恢复得好
feedback 老远就认出我了
"""
