"""What people ask for on the doorstep, and how it was settled: houses, roads, water, hands. See ``sheets``.

Keys: ``title``, ``p`` ``c`` ``o`` (how the diary tells it), ``content``, ``wanted``, ``step`` (in order),
``result``, ``feedback``, ``place``. Marks: ``class``, ``track``, ``days`` (to be done in), ``worry``.
"""

PLACES = """
@lamp need=home|met|patrol class=service track=instant days=3 worry=vexing
title {hamlet}路灯不亮
p {hamlet}第{k}盏路灯不亮，晚上黑。
c 说{hamlet}路口那盏路灯坏了个把月，夜里出门要打手电，前两天还有人踩进沟里。
o 反映{hamlet}第{k}盏路灯损坏，影响夜间出行。
content {hamlet}进村方向第{k}盏路灯不亮，老人夜间出行不便。
wanted 早点修好
step 拍了照发给村电工，约明天上午来看
step 镇流器烧了，等配件
result 换了灯头和镇流器，当晚试亮正常
result 整盏换成新的，顺手把旁边一盏也查了
feedback 当面问过，说亮堂了
place {hamlet}进村口

@ditch need=home|patrol,rain|plum|typhoon class=service track=instant days=3 worry=vexing
title {hamlet}水沟堵塞，雨水漫到门口
p {hamlet}水沟堵，雨水漫到门口。
c 一落大雨水就往门口灌，领我到屋后看，沟里全是竹叶和烂泥。
o 反映{hamlet}排水沟淤堵，雨天积水。
content 屋后排水沟被竹叶、泥沙淤住约{m}丈，雨大时水漫到灶间门口。
wanted 把沟清一清
step 跟村里讲了，排到明天的保洁
result 保洁员清淤半天，水沟通了，出水口加了一块铁栅
feedback 又落过一场雨，不漫了
place {house}屋后

@slope need=home|patrol,plum|typhoon class=emergency track=supervised days=15 worry=heartache urgency=urgent
title {house}屋后边坡掉土
p 屋后坡面掉了土，有半板车。
c 说夜里听见哗啦一声，早上起来看，屋后坡上塌了半板车土，就离墙根一步远。
o 反映屋后边坡小面积塌土，距房屋约一米。
content 屋后高坎雨后塌土，约半板车，坡顶有一条细裂缝，长约{m}米。
wanted 请人来看要不要紧，能不能砌个坎
step 当晚劝到亲戚家住，屋后拉了警戒线
step 镇里和地质队的人到现场看过，说先清土、坡顶盖薄膜
step 列入小型应急治理，已叫施工队报价
result 清掉松土，砌了半人高的石坎，坡顶开了截水沟
feedback {call}看了石坎说这下睡得着了
place {house}屋后

@bridge need=home|patrol|met class=service track=joint days=10 most=1 worry=vexing
title {hamlet}溪上便桥护栏松动
p {hamlet}便桥护栏一推就晃。
c 走过{hamlet}那座便桥，{call}叫我推推栏杆，一推就晃，说小孩子爱趴在上头看鱼。
o 反映{hamlet}便桥护栏松动，存在坠落风险。
content 便桥下游侧护栏两根立柱锈断，约{m}米不稳。
wanted 焊牢或者换新的
step 先拿绳子拦了，贴了条子
step 村里叫了焊工来量尺寸
result 断掉的立柱换新重焊，整段刷了防锈漆
feedback 桥边几户都看过，没意见
place {hamlet}便桥

@road need=home|met|patrol class=service track=joint days=10 worry=vexing
title {hamlet}机耕路塌角
p 机耕路塌了一角，拖拉机过不去。
c 说机耕路外口塌了一块，拖拉机开不进，山上的东西全靠肩膀背。
o 反映{hamlet}机耕路局部坍塌，影响生产运输。
content {hamlet}上山机耕路外侧路肩塌方，长约{m}米，农用车不能通行。
wanted 早点修通
step 现场量了，拍照报村里
step 村两委会上定了，用小型水利工程款修
result 砌石护脚{m}米，路面填平压实，车能过了
feedback 榧农反映已能通车
place {hamlet}机耕路

@signal need=home class=service track=joint days=10 most=1 worry=vexing
title {hamlet}手机信号差
p {hamlet}手机没信号，打电话要走到路口。
c 给我打了三个电话都断掉，原来屋里一格信号都没有，要跑到路口樟树下才行。
o 反映{hamlet}移动信号弱，影响通话和预警信息接收。
content {hamlet}里头几户手机信号只有一格，预警短信经常收不到。
wanted 装个信号放大的
step 报给镇里，联系移动公司
step 移动公司来测过，说山背挡住了
result 在{hamlet}路口电杆上加装了一个微站，屋里能打电话了
feedback 试打过，听得清
place {hamlet}

@tap need=home class=service track=instant days=3 worry=vexing
title {hamlet}自来水水压低
p 二楼没水，水压低。
c 说早晚烧饭时候水龙头就一根线，二楼热水器根本打不着。
o 反映早晚用水高峰水压不足。
content {hamlet}高处几户早晚水压低，二楼无水。
wanted 水大一点
step 联系水务站，约来测压
result 水务站查到一处暗漏，挖开换了一截管子，水压恢复
result 清了减压阀里的泥沙，水压正常
feedback 水龙头试过，水大了
place {hamlet}

@bin need=home|patrol|met class=service track=instant days=2 worry=vexing
title {hamlet}垃圾桶没人清
p {hamlet}垃圾桶满了两天。
c 垃圾桶摆在人家窗下，天一热味道大得很，苍蝇嗡嗡的，怪不得{call}有意见。
o 反映垃圾清运不及时。
content {hamlet}集中投放点垃圾两天未清，桶离住户窗户太近。
wanted 天天清，桶挪远一点
step 当场打了保洁员电话
result 当天清掉，桶挪到路口背阴处，地面冲了
feedback {call}说没味道了
place {hamlet}投放点

@power need=home,tea_season|frying class=service track=joint days=7 worry=vexing
title {hamlet}电压低，炒锅带不动
p 电压低，炒锅跳闸。
c 几家一起炒，电压就低，锅子热不起来，日光灯都一闪一闪的。
o 反映加工季电压偏低，影响炒制。
content 加工季{hamlet}几户同时用电，电压偏低，炒锅频繁跳闸。
wanted 增容或者错开用电
step 联系供电所，当晚来测了电压
step 供电所答复先调档，冬天换变压器
result 变压器调了一档，几户商量错峰炒，没有再跳闸
feedback 问过三户，都说能用了
place {hamlet}

@boar need=home,m7|m8|m9|m10 class=service track=instant days=5 worry=vexing
title 野猪拱坏番薯地
p 番薯地被野猪拱了，要报保险。
c {call}领我去看番薯地，一夜工夫像犁过一样，蹲在地头直叹气。
o 反映野猪毁损番薯约{m}分，申请野生动物致害理赔。
content {hamlet}番薯地被野猪拱坏约{m}分，地里有新脚印。
wanted 赔一点，最好有人来赶
step 现场拍照，帮着在手机上报了案
step 保险公司来看过现场
result 按亩核损，赔款已打到卡里；护农队夜里来过两趟
feedback {call}说钱不多，总归有人管
place {hamlet}

@wasps need=home|patrol,m8|m9|m10 class=emergency track=instant days=1 worry=heartache urgency=urgent
title {house}屋檐下有胡蜂窝
p 屋檐下一个胡蜂窝，脸盆大。
c 屋檐下吊着个胡蜂窝，有脸盆那么大，{call}说进出都猫着腰，小孩不敢回家。
o 发现屋檐下大型胡蜂窝，危及人身安全。
content 屋檐下胡蜂窝一个，直径约四十公分，离门不到三米。
wanted 赶紧摘掉
step 打了消防救援电话，叫邻居先绕路走
result 当晚消防员穿防护服来摘掉了，没人被蜇
feedback 没有再飞回来
place {house}屋檐

@tree need=home|patrol class=service track=joint days=7 worry=vexing
title 枯树枝压着电线
p 门口枯树枝压在电线上。
c 门口那棵枯樟树的枝丫搭在电线上，风一吹就冒火花，{call}夜里不敢睡。
o 反映枯枝压线，存在安全隐患。
content {hamlet}路边枯树一根大枝搭在低压线上。
wanted 锯掉
step 联系供电所停电处理
result 供电所停电半天，锯掉三根枯枝，线路重新拉紧
feedback 现场看过，离线有两米了
place {hamlet}路边

@pond need=home|patrol class=emergency track=supervised days=15 most=1 worry=heartache urgency=urgent
title {hamlet}山塘坝脚渗水
p 山塘坝脚渗水，比上个月大。
c 去看了山塘，坝脚湿了一片，踩上去软绵绵的，{call}说去年没有这么大。
o 巡查发现山塘坝脚渗水，已报镇农办。
content {hamlet}山塘下游坝脚渗水，潮湿面约{m}个平方，水清。
wanted 汛期前修好
step 报镇农办，先放低水位
step 水利站来看过，水是清的，坝体稳定，列入整治
result 坝脚做了反滤，加了压重石，渗水变小
feedback 下游几户都告知了，联系电话贴在门上
place {hamlet}山塘

@forest_fire_road need=home|patrol,fire class=security track=joint days=10 worry=vexing
title {hamlet}防火隔离带长满茅草
p 隔离带茅草比人高。
c 上山看了，去年清过的隔离带又长满茅草，一点就着。
o 反映防火隔离带杂草未清理。
content {hamlet}后山防火隔离带约{n}丈茅草过人高。
wanted 清明前割掉
step 跟护林员上去看过，报村里
result 护林员带人割了两天，草运下山，没有就地烧
feedback 已和护林员一起走了一遍
place {hamlet}后山

@ancient need=torreya,home class=service track=supervised days=15 most=1 worry=care
title {house}家古香榧树空心
p 老榧树空了，怕台风刮倒。
c 带我看{call}家那棵老榧树，树身两个人抱不过来，中间空得能站人，还挂了牌子的，说怕一场台风就没了。
o 反映挂牌古香榧树树干中空，申请保护。
content 挂牌古香榧树一株，主干中空，东边一枝已枯。
wanted 请人来支一支、补一补
step 拍照报镇林业站
step 林业站带师傅来看过，做了方案
result 树洞清腐、封堵，做了两根钢支撑
feedback {call}说老祖宗留下的树总算保住了
place {hamlet}榧山

@square need=home,evening class=dispute track=instant days=3 worry=vexing
title {hamlet}晒场夜里音响太响
p 晒场音响太响，孩子没法写作业。
c 跳舞的音响就对着窗户，说做作业的做不进去，睡觉的睡不着。
o 反映夜间广场舞噪音扰民。
content {hamlet}晒场每晚跳舞，音响声音大，到九点半才停。
wanted 小声一点，早点结束
step 晚上去晒场，跟领队当面讲
result 说好音响朝溪坑那边放，八点半收场
feedback 问了两家，都说好多了
place {hamlet}晒场

@parking need=home|patrol,before_festival|after_festival class=service track=instant days=1 worry=vexing
title {hamlet}路口车辆乱停，进不去
p 路口车停得乱，急救车都进不来。
c 过年车子多，{hamlet}路口两边一停，中间就剩一条缝，真要有个急病车都开不进。
o 反映春节期间乱停车堵塞通道。
content 春节期间{hamlet}路口两侧停满车，通道不足两米。
wanted 有人管一管
step 当场打电话挪了三辆
result 晒场划出临时停车位，路口放了雪糕筒，群里发了通知
feedback 路口通了，中间能过一辆车
place {hamlet}路口
"""
