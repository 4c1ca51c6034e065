"""What diaries tell of people: health, meals, children far away, money, company. See ``sheets``.

Keys: ``p`` short notes, ``c`` as one talks, ``o`` as an office writes; ``handled``, ``promise`` and
``hazard`` fill the fields beside the text. ``need`` asks for facts of the household, the person met,
the day and the way of the visit.
"""

PEOPLE = """
@health need=elder,!phone weight=5 duty=information sit=well
p 身体还可以，饭吃得下，觉也睡得着。
p 人清爽，走路稳，耳朵比上回背些。
p 老毛病，腰腿痛，别的没啥。
p 精神不错，菜园收拾得清爽。
p 气色好，说话中气足。
p 瘦了点，自己说胃口一般，叫{ta}少吃腌菜。
c 精神头不错，拉着我讲了好一会儿，说今年胃口比去年好。
c 老毛病就是膝盖，上楼梯要一级一级挪，别的都好。
c 脸色比上回好看多了，自己也说夜里睡得踏实。
c 牙又掉了一颗，说吃东西不香，粥倒是能吃两碗。
c 背是越来越驼了，手脚还利索，屋里扫得干干净净，不比年轻人差。
c 眼睛不大好，穿针要我帮忙，穿好一口气给{ta}备了五六根。
c 嗓门还是那么大，隔着天井就听见了，说昨天还上山拾了一捆柴。
c 走路慢是慢，脑子清楚得很，哪天落雨哪天来人都记得。
c 血糖有点高，甜的不敢吃，{ta}说嘴里没味道，日子也没味道，说完自己笑了。
c 上回扭的脚好了，走给我看了两圈。
o 老人身体状况平稳，生活能够自理。
o 老人神志清楚，行走自如，近期无就医。
o 患有慢性病，服药规律，状况稳定。
o 近期参加老年人体检，结果无明显异常。
o 生活自理，饮食起居正常。

@pressure need=elder,home weight=2 duty=information
p 量血压 {hi}/{lo}，还好。
p 血压药还有{n}天的量。
p 血压 {hi}/{lo}，比上次低一点，叫{ta}药别停。
p 卫生室上礼拜来随访过，单子压在玻璃板下。
c 血压计是{kid}买的，{ta}自己不会看，我帮着量了一回，{hi}/{lo}，记在日历纸上了。
c 药盒早中晚分得清清楚楚，降压药还剩{n}天，说好到时候我去卫生室带。
c 上回说头晕，今天量了 {hi}/{lo}，我叫{ta}起床慢一点，坐一坐再站。
c 药吃一天忘一天的，我把药盒摆到饭桌上，跟碗筷放一起，这样不容易忘。
o 现场测量血压 {hi}/{lo}，提醒按时服药、低盐饮食。
o 降压药余量约{n}天，已与村卫生室对接随访。
promise 月底前帮着去卫生室配降压药
later 8-20

@meals need=alone,home weight=3 duty=information sit=well
p 米够，油还有半桶，菜自己种的。
p 中午吃榨面，锅还热着。
p 冰箱里有肉有鱼，吃得不差。
p 照料中心的饭送到家，一荤两素，说咸了点。
c 中午就是一碗榨面打个蛋，我说也要吃点荤的，{ta}讲一个人烧多了吃不完。
c 灶上蒸着番薯，冰箱里有{kid}上个礼拜带来的肉，吃的是不缺。
c 一锅菜热了三顿，我看颜色都变了，倒掉了，{ta}心疼得直念叨。
c 问吃得咋样，{ta}揭开锅盖给我看，霉干菜烧肉，香得很。
o 查看米、油、菜储备，均充足。
o 老人在照料中心搭伙，一日两餐，送餐正常。

@calls need=elder,kin,alone|couple weight=3 duty=information
p {kin}，隔天一个电话。
p {kin}，上月回来过。
p {kid}礼拜六回来，带了水果。
p 跟{kid}通了电话，说下礼拜回来一趟。
c {kin}，说是过年才回，夜里都打视频来，老人机接不了，{ta}就在邻居手机上看。
c 说起{kid}，话就多了，{kin}，一年到头走不开，倒是钱按月打回来。
c {ta}不肯给{kid}打电话，怕人家忙，我用自己手机拨过去，讲了几句，{ta}挂了电话眼睛红红的，又笑。
c {kid}要接{ta}过去住，{ta}说住不惯，楼上楼下一个人不认得，还是屋里自在。
o {kin}，定期联系，赡养落实。
o 与其{kid}电话通报老人近况，嘱其常回家看看。

@button need=alone,home duty=patrol
p 床头一键呼叫器按了，能通。
p 关爱手环没电，帮着充上了。
c 床头那个呼叫的小东西我按了一下，镇上那头马上有人应，{ta}这才信是真管用的。
c 手环又摘了放抽屉里，说戴着痒，我好说歹说，洗澡摘、睡觉戴。
o 现场测试应急呼叫设备，运行正常。

@company need=alone,home weight=2 duty=information
p 坐了半个钟头，陪着说说话。
p 话不多，问一句答一句，坐了会儿。
p 电视开着，人在打瞌睡。
c 其实也没啥事，就是想有人说说话，茶添了三回。
c 翻出老照片给我看，哪个是谁家的，一个个讲过来。
c 讲年轻时候修水库挑土的事，讲了不下三遍了，我也听着。
c 收音机坏了，屋里静得很，我拍了两下又响了，{ta}高兴得像个小孩。
c 隔壁两个老人也在，三个人围着剥豆子，有说有笑。
c 问我小孩几岁了，成家没有，问得比我娘还细。
c 走的时候一直送到路口，叫我有空再来。
o 与老人谈心，情绪稳定。

@steps need=aged,home duty=hazard safety=house
p 屋后台阶有青苔，铲掉了，撒了草木灰。
p 门槛边的砖松了，垫平了。
c 天井里青苔滑，我拿铁锹铲了一遍，叫{ta}落雨天千万别去后头喂鸡。
c 上个月摔了一跤，好在没伤着骨头，现在走路扶着墙，我打电话叫{kid}来装个扶手。
c 夜里起来上厕所不开灯，说省电，我给插了个小夜灯，一个月费不了一度电。
o 提醒防滑防跌，清理屋前青苔一处。
o 建议在床边和卫生间加装扶手。

@allowance need=aged duty=publicity
p 高龄津贴到账，存折看过。
c 高龄津贴{ta}一直当没发，我把存折翻出来一笔一笔指给{ta}看，都在的。
o 核对高龄津贴发放情况，已按月到账。

@lowincome need=poor weight=3 duty=information
p 低保金按月到账，家里没大变化。
p 药费单子都收着，一个塑料袋。
p 收入主要靠茶山，今年少点。
c 问了补助，说月月都到，就是药费自己出的那部分多了点，发票我叫{ta}都收在一个袋子里。
c 米和油是慈善会上礼拜送来的，{ta}说吃人家的过意不去，要去扫路，我说扫路也好，还能活动活动。
c 邻居送来的棉袄，{ta}穿着刚好，说比买的还暖。
o 核实家庭人口、收入无变动，救助待遇正常。
o 年度复核所需材料已一次性告知。

@pension need=elder,m3|m4|m5|m6,home duty=publicity
p 养老金认证，用我手机刷脸，刷了三回才过。
c 养老金认证帮着做，眨眼老眨不好，刷了四五回才过，自己都笑了。
o 协助老人完成养老待遇资格认证。

@clinic need=elder weight=2 duty=information
p 上礼拜去{hospital}拍了片，没大事。
p 腰痛，卫生院配了膏药。
p 白内障，约了下个月去城里做。
c 说胸口闷，{kid}带到{hospital}查过了，医生讲心电图没啥，叫少操心。
c 咳了个把礼拜，卫生院打了三天针，今天好多了，就是人没力气。
c 腰痛贴了膏药好一些，我看{ta}起身要扶桌子，叫{kid}带去城里拍个片，别拖。
o 近期到{hospital}就诊，报销流程已告知。
o 近期有复查安排，建议家属陪同。

@garden need=home,elder|working,!m1,!m2,!evening,!rain weight=2 duty=information sit=well
p 菜地收拾得清爽，硬要塞我两棵菜，没拿。
p 鸡养了七八只，圈得好。
p 刚从地里回来，手上都是泥。
c {ta}正在弄菜地，直起腰来跟我打招呼，硬要拔两个萝卜给我，推了半天。
c 门口种了一排葱蒜，说够吃一年，烧面摘两根，方便。
c 养了几只鸡，鸡蛋舍不得吃，攒着等{kid}回来。
o 家庭生产生活正常，无特殊情况反映。

@ordinary need=home|met|came weight=4 duty=information sit=well quiet=yes
p 家里都好，没啥事。
p 一切照旧。
p 没有要反映的。
p 家里人都好，生意、上班都正常。
p 信息核对过，没变动。
p 没啥变化。
c 家里都好，没啥要反映的，聊了几句家常。
c 问有没有要帮忙的，{ta}说要是有就直接打我电话。
c 屋里新刷了墙，亮堂多了，{ta}领我楼上楼下看了一遍。
c 一家人和和气气的，没啥好操心，我喝了口水就出来了。
c {ta}说今年啥都好，就是年纪一年一年上去。
c 日子平平淡淡的，{ta}自己讲，没事就是福。
c 说村里这两年变化大，路灯也亮了，晚上也敢一个人走路。
o 家庭情况稳定，暂无诉求。
o 核对人口信息，与登记一致。
o 宣传近期惠民政策，未反映问题。
o 家庭成员工作、就学正常，邻里关系和睦。
o 联系方式无变动，家中水电气使用正常。

@workers need=working,home weight=2 duty=information
p 厂里三班倒，今天轮休。
p 在附近做泥水，一天{wage}块。
p 活不多，在家歇着。
c 厂里这阵子订单少，做五休二，工资少了千把块，{ta}倒想得开，说正好把屋里弄弄。
c 在工地上做小工，一天{wage}，就是要一早骑车下山，我叫{ta}头盔戴好。
c 说想学开挖机，问有没有补贴，我把镇里培训的电话写给{ta}了。
o 就业情况正常，劳动关系稳定。
o 推送镇里招工信息一条。

@grandchild need=left,pupil,term,home weight=4 duty=information
p {child}{school}，放学自己走回来。
p {child}作业要等晚上跟爸妈视频再做。
p {child}长高一截，鞋子又小了。
c 问起{child}，{ta}说{school}了，老师布置的都在手机里，自己看不懂，要等晚上跟爸妈视频。
c {child}趴在小桌子上写字，字倒工整，我夸了两句，脸红了。
c 爸妈{where}回不来，{child}嘴上不说，日历上画了圈，过年那天画了个大的。
o 了解{child}就学和监护情况，监护人履责正常。
o 与{child}交谈，状态良好。

@pupils need=pupil,!left,term,home duty=information
p {child}{school}，接送正常。
c {child}{school}，做娘的说作业一多就拖拉，我说慢慢来，别动不动就骂。
o {child}{school}，就学情况正常。

@piecework need=sewing,home weight=2 duty=hazard safety=wiring
p 接了一批戏服的盘扣，一天做六七十块。
p 领带手工活，一条八分钱，做着玩。
c 堂前两台缝纫机响着，是城里越剧戏服厂的活，说这批水袖要得急，做到半夜。
c 盘扣一百个八块钱，手快的一天能做七八百个，{ta}说比打麻将强。
o 从事来料加工，现场线路负荷正常，提醒布料远离插座。

@newcomers need=newcomer,home weight=5 duty=information
p {province}人，{people}口，居住登记在有效期。
p 房东在城里，房租一个月三百。
p 过完年才来，在附近做{job}。
c 从{province}来的，口音重，听两遍才懂，问的是小孩能不能在镇上读书，我把学校电话写给{ta}了。
c 夫妻两个都做{job}，屋里收拾得蛮清爽，说这边人好，工钱结得也爽气。
o 核对流动人口信息，居住登记有效，宣传安全用电用气。
o 告知居住证办理和子女入学政策。

@party need=party duty=publicity
p 主题党日通知送到。
c {ta}是老党员，上回义务修路出了两天工，说下次还叫{ta}。
o 通知参加本月主题党日活动。

@veteran need=veteran duty=publicity
p 优待证在用，体检通知给了。
c 墙上挂着光荣之家的牌子，擦得锃亮，{ta}说当兵那几年是一辈子最精神的时候。
o 走访退役军人家庭，宣传优抚政策。

@delegate need=delegate duty=information
p 对村里用钱有想法，记下了，带回去。
c {ta}是村民代表，说起文化礼堂的钱怎么用，意见一大堆，我都记在本子上，回去跟村里讲。
o 听取村民代表意见建议，已记录转村。

@rebuild need=oldhouse,home weight=3 duty=hazard safety=house sit=problem
p 后墙裂缝又大了点，拍了照。
p 人已住到前屋，后屋锁了。
c 后墙那条缝我拿卷尺比了，比上个月没大，{ta}自己用纸条贴着做记号。
o 查看危房现状，人员已搬离，未返住。
hazard 老屋后墙开裂

@landlord need=rental,home duty=hazard safety=wiring
p 出租那间线路看过，灭火器有。
c 租客是修路的，{ta}说人老实，就是半夜用电饭锅，我叫{ta}把插座换成带开关的。
o 检查出租房用电用气，租客信息已登记。

@opera need=elder,m1|m2|m10|m11|m12 duty=information sit=well
p 晚上村里做戏，要去看，叫{ta}带手电。
c 晚上文化礼堂做戏，{ta}早早把凳子搬去占位置了，问我来不来看《碧玉簪》。
c 收音机里放着《五女拜寿》，跟着哼，我进门都没听见。
o 老人参加文化礼堂活动，精神愉快。

@bus need=elder,!phone duty=information
p 嫌班车少，看病要赶头班。
c 说到城里的车一天就四班，看个病要起大早，回来还得等到下午。
o 反映公交班次偏少，已记录。

@coins need=gulai,home,!newcomer,!aged duty=publicity
p 香榧币{coins}个，换了瓶洗洁精。
c {ta}掏出手机给我看香榧币，有{coins}个了，问能不能换瓶酱油，我说去兑换机上看看。
o 宣传香榧币积分规则，现有积分{coins}。

@quarrel need=home,!alone duty=dispute
p 跟隔壁为停车说了两句，劝开了。
c 跟隔壁为晒谷的地方拌了两句嘴，我两头一说，也就笑笑过去了。
c 婆媳两个又赌气，一个在楼上一个在楼下，我上下跑了两趟，晚饭总算一桌吃了。
o 就邻里琐事进行劝导，双方表示谅解。
handled 两边做了劝导，当场和好
solved yes
"""
