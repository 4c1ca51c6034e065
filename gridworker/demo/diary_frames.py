"""How diaries begin and end, what is written of a closed door, a call, a round, a talk with many. See ``sheets``."""

OPENINGS = """
@home need=home weight=3
p {call}在家。
p 去了{call}家。
p 到{call}家看看。
p {call}家，有人。
c 到{call}家坐了坐。
c 顺路拐进{call}家。
c 走到{hamlet}，先去了{call}家。
c {call}家的门开着，喊一声就应了。
c {call}正要出门，见我来又坐下了。
c 到{call}家门口，狗先叫了起来。
o 走访{hamlet}{house}户，{name}在家。
o 入户走访{name}家。
o 上门走访{name}。
o 到{house}户走访，{name}接待。

@alone need=home,alone weight=3
p {call}一个人在家。
p {call}在，一个人。
p {call}一个人在看电视。
c {call}正一个人坐在灶间，见我来，忙着搬凳子。
c {call}靠在藤椅上打瞌睡，听见脚步声就醒了。
c {call}在灶前烧火，抬头见是我，笑了。
c 喊了两声，{call}才从后门慢慢走出来。
o 走访独居老人{name}，在家。

@planned need=home,planned,!alone weight=1
p 按月去看{call}，在。
c 又到了该去看{call}的日子。
o 按计划走访{house}户。

@sun need=home,sun,elder,!evening,!heat weight=3
p {call}在道地里晒太阳。
p {call}坐在门口拣菜。
c 太阳好，{call}搬了把竹椅坐在门口，老远就招呼我。
c 日头正好，{call}在道地里晒被子，我搭了把手。
o 天晴，{name}在门前，精神尚好。

@rain need=home,rain,!evening weight=4
p 落雨，{call}没出去。
c 落雨天没处去，{call}在屋里看电视，见我进来忙着倒茶。
c 伞还没收好，{call}就拿毛巾给我擦。
o 雨天走访{house}户，{name}在家。

@evening need=home,evening weight=6
p 晚上去的，{call}收工在家。
p 吃过夜饭去，{call}在。
c 白天碰不到人，吃过夜饭再去，{call}果然在家，正洗碗。
o 利用晚间时间走访{name}户，本人在家。

@supper need=home,evening,!alone,!bachelor weight=4
c 晚上去的，{call}一家刚上桌，叫我添双筷子。
o 利用晚间时间走访{house}户，家人均在。

@noon need=home,noon weight=3
p {call}刚吃过中饭。
c 去的时候{call}正收碗，问我吃了没有。

@phone need=phone weight=3
p 打{call}电话，通了。
p 电话问了{call}。
c 给{call}打了个电话，响了好一会儿才接。
c 今天走不开，给{call}打了个电话。
o 电话走访{house}户。
o 电话联系{name}。

@pole need=met,!aged weight=1
c 在{hamlet}路口碰着{call}挑着担子回来，站着说了几句。

@met need=met weight=3
p 路上碰到{call}。
p {call}在小店门口，站着说了几句。
c 在{hamlet}路口碰着{call}，站着说了几句。
c 去别家的路上，{call}在地里喊我，就走过去了。
o 途中与{name}交谈。

@came need=came weight=3
p {call}到村里来办事，问了问。
c {call}自己跑到村里来，说正好找我。
o {name}到便民服务室，顺便了解情况。

@wechat need=wechat weight=3
p 微信问了{call}，回得快。
c {call}微信上发来几句语音。
o 通过微信与{name}联系。

@video need=video weight=3
p 跟{call}视频，看得见人，精神。
c 跟{call}视频，那头后面就是灶台，边忙边讲。
o 视频走访{name}。
"""

AWAY = """
@far need=phone|wechat|video,farhome weight=5 duty=information
p 在{where}，{does}，都好。
p 在{where}，过年回。
p 房子托隔壁看，没漏。
p 生意一般，房租又涨。
c 那头锅铲叮当响，说店里正忙，房租又涨了，过年看情况回不回。
c 在{where}{does}，说今年比去年难做，好在一家人在一起。
c 屋里没人，托隔壁隔些日子开开窗，我讲台风天我也会去看看。
c 问村里有啥事没有，说微信群里都看得到，就是惦记山上那几棵香榧。
o 现在{where}{does}，家中房屋托邻居照看，无诉求。
o 外出人员情况无变动，提醒防诈骗、注意安全。
o 告知近期村里事项，核对联系方式。

@call need=phone|wechat|video,!farhome weight=4 duty=information
p 说家里都好，不用特地跑。
p 人没啥，药还有。
p 声音蛮响，听着精神。
c 说前两天刚去过卫生院，没大碍，叫我放心。
c 说家里都好，地里活多，叫我别特地跑一趟。
c 讲了十来分钟，东家长西家短的，听得出来心情不错。
o 了解近况，身体、生活正常，无诉求。
o 情况稳定，提醒按时服药、注意用火用电。
"""

UNMET = """
@closed weight=3
p 门锁着，没人。
p 敲门没应，下回再来。
p 没碰到，门口菜篮子还在。
p 不在，隔壁说走亲戚去了。
p 没人，电话也没接。
p 锁着，屋前屋后转了一圈，没异常。
c 门关着，狗叫了一阵也没人出来，隔壁说到{kid}家去了，要住几天。
c 到的时候没人，灶间烟囱倒还冒着烟，等了十来分钟，想是到地里去了。
c 又扑了个空，只好在门缝里塞了张条子，留了电话。
c 喊了几声没人应，问了隔壁，讲一早坐头班车进城看病去了。
o 上门未遇，已与其{kid}电话联系，另约时间。
o 上门未遇，经邻居了解，老人近日在{kid}处居住。
o 上门未遇，房屋外观无异常，择日再访。

@busy need=harvest|tea_season weight=3
p 门锁着，都上山了。
c 一条弄堂静悄悄的，都上山去了，只有几只鸡，晚上再来。
o 农忙未遇，改晚间走访。
"""

PATROLS = """
@storm need=typhoon|plum weight=9 duty=hazard safety=house
p 雨后转了一圈，{hamlet}几处高坎没动，水沟通。
p 查了{hamlet}排水，{name}屋后落叶堵，扒开了。
c 雨一停就去{hamlet}转，{name}家屋后那道坎看了又看，没有新裂缝，溪坑水还是黄的。
o 强降雨后巡查{hamlet}，重点查看{name}户周边边坡、排水，未见异常。

@fire need=fire weight=6 duty=patrol safety=fire
p {hamlet}巡了一圈，没人烧荒。
p {name}屋后看到烟，过去是烧落叶，踩灭了。
c 远远看见{hamlet}后山冒烟，跑上去一看是烧田坎，把火踩灭，讲了一通道理。
o 巡查{hamlet}野外用火，劝阻烧荒一起，已现场熄灭。

@harvest need=harvest weight=9 duty=patrol
p 跟榧乡卫士走了{hamlet}几片榧山，没事。
c 夜里跟几个榧乡卫士打着手电走榧山，{hamlet}一路静的，只碰到两个守榧的，分了根烟。
o 会同平安志愿队夜巡{hamlet}香榧林，未发现异常。

@round weight=4 duty=patrol
p {hamlet}走一圈，路灯、窨井盖都好。
p 巡到{name}门口，堆的砖占路，叫搬了。
p 晚上{hamlet}转了转，电瓶车没有进屋充的。
c 绕着{hamlet}走了一圈，碰到几个老人在樟树下乘凉，坐着听他们讲古。
c 走到{name}家门口，水沟盖板翘起来一块，我搬石头先压住，免得晚上绊着人。
o 巡查{hamlet}，检查消防通道、沿溪护栏，情况正常。
o 开展{hamlet}日常巡查，清理占道杂物一处。
"""

MEETINGS = """
@talk weight=3 duty=information,dispute
p 樟树下开了个小会，{count}户来了人，讲停车和垃圾。
p {hamlet}几户坐拢来，商量修机耕路，占地都同意。
c 吃过夜饭把{hamlet}几户叫到{name}家，一人一把瓜子，把修水沟摊钱的事讲开了，都点了头。
c 在{name}家道地里坐了一圈人，讲到公厕谁打扫，七嘴八舌，最后排了个轮流的单子。
o 在{hamlet}召开民情恳谈，{count}户参加，收集意见三条。
o 组织{hamlet}农户座谈，宣传防汛防火和反诈知识，{count}户到场。
"""

CLOSINGS = """
@plain
p 没别的事。
p 有事再联系。
c 别的也没啥。
o 其他无异常。
o 后续持续关注。

@leaving need=home weight=2
p 下次再来。
p 手机号贴墙上了。
c 出门时{ta}还叫我慢点走。
c 坐了十来分钟，又去下一户。
c 天色不早，赶着去下一户。
c 临走又叮嘱了两句。
o 已留联系电话，有事随时联系。

@thought need=home,elder
c 回来路上想想，这样的老人村里越来越多了。
c 下个月再来看看。
c 走出老远回头看，人还站在门口。
c 想着下回来要多坐一会儿。

@elder need=elder,home
p 电话叫{ta}背了一遍，对的。
p 有事打我电话，字写大了。
c 把我的号码又写大了一号，贴在电话机旁边。
c 走的时候塞给我一把花生，推不掉。
o 嘱其有困难及时联系网格员。
"""

BESIDES = """
@one need=!two
p 隔壁{near}也在，一道问了问，都好。
p {near}也来坐，没啥事。
p 碰到{near}，身体还好。
c 正好隔壁{near}也过来坐，一道问了问，都好。
c 说着话{near}端着饭碗过来了，家里也都好。
c 出来碰到隔壁{near}，站着也聊了几句，没啥事。
o 同时走访邻居{near}户，情况正常。
o 一并了解{near}户近况，无诉求。

@two need=two
p {near}几家也在，一道问了，都好。
c 门口坐着{near}几个，一道问了一圈，家家都好。
o 同时走访{near}等邻居户，情况正常。
"""
