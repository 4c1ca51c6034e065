"""What diaries tell of the year on the mountain: tea, torreya, storms, fire, the festival. See ``sheets``."""

SEASONS = """
@tea_picking need=tea,tea_season,home,!evening own=yes weight=4 duty=information
p 茶山忙，{call}天不亮就上山，在地头说了几句，茶青今天{tea}一斤。
c 一家人都在茶山上，我在地头等到{call}下来，说今年芽头壮，就是采茶工难叫，一天{picker}块还要管饭。
o 春茶采摘期，在茶园走访{name}，提醒结清采茶工工钱、上下山注意行车安全。

@tea_frying need=tea,tea_season,home weight=4 duty=hazard safety=fire
p 正在炒茶，炒茶锅插头烫手，叫{ta}分开插。
p 竹匾里摊着茶青，夜里还要炒。
c 屋里一股青草气，竹匾里摊着刚采的茶青，{ta}手没停，边摊边跟我讲今年的价钱，头一批卖到{tea}。
c 炒到后半夜才睡，眼睛都是红的，我说钱要赚，身体也要紧。
o 检查炒茶机用电，提醒人离断电。

@tea_end need=tea,m5,home duty=information
p 春茶收梢，茶园在修剪。
c 春茶做完，茶树都剪过了，{ta}说今年净到手比去年多个两三千。
o 春茶生产结束，了解收入情况。

@torreya_pre need=torreya,m7|m8,!phone duty=publicity
p 榧山除过草，挂果一般。
c 说起香榧，{ta}讲今年果子结得密，白露一到就好打，现在顶怕刮台风。
o 提醒香榧采收前检查竹竿、梯子和安全绳。

@torreya_harvest need=torreya,harvest,home,!evening own=yes weight=5 duty=hazard safety=house
p {call}家今天打榧，{m}个人上山，绳子都系了。
p 榧山上碰到{call}，背了半袋青果下来，叫{ta}歇歇再走。
c 家家户户都在打香榧，{call}请了{m}个小工，我说树上那个一定要系安全绳，工钱再高也没有命要紧。
c {call}一家在道地里剥榧蒲，手都染黑了，青果今年收{price}一斤，比去年低一点。
o 香榧采收期，上门提醒{name}户登高作业安全和防盗，登记帮工{m}人。

@torreya_evening need=torreya,harvest,evening duty=hazard
p 收工回来，在剥榧蒲，手机放一边没听见。
c 一天打下来腿都是软的，饭还没吃，先把青果摊开怕捂坏。
o 了解当日采收情况，人员均安全下山。

@torreya_frying need=torreya,frying,home weight=4 duty=hazard safety=fire
p 香榧开炒了，灭火器在灶边。
p 炒锅边上堆着空编织袋，清开了。
c 一进门就闻到炒香榧的味道，抓了一把叫我尝，说头锅盐重了点，第二锅就好了。
c 炒锅间的插座离水近，我叫{ta}挪一挪，{ta}当场拔下来重新插过。
o 检查香榧炒制间用电用火，灭火器在有效期内，提醒人离火熄。

@torreya_sale need=torreya,m11|m12|m1 duty=information
p 香榧还有{stock}来斤没出手。
c 今年香榧不好卖，熟货还压着{stock}多斤，我答应发到群里帮着问问。
c 都是老客户，电话一打就寄，快递费涨了点，{ta}说还过得去。
o 了解香榧销售情况，库存约{stock}斤，推荐参加镇里的展销。

@bamboo need=bamboo,m3|m4,!phone duty=information
p 上山挖笋，筐里二三十斤。
c {ta}刚从山上挖笋下来，裤脚都是泥，硬要塞我两株，我没要。
o 春笋上市，了解采挖和销售情况。

@tomb need=qingming weight=5 duty=publicity safety=fire
p 上坟用鲜花，不点蜡烛，说定了。
p 清明山上禁火，告知书签了。
c 清明上坟的事说了，{kid}要回来，我讲山上一点火星都不能有，{ta}说花都买好了。
c 往年上坟点香烛放炮仗，今年{ta}自己先讲，都改鲜花了，省得担惊受怕。
o 宣传文明祭扫，签订野外禁火承诺书。

@forest need=fire,!qingming,home weight=2 duty=publicity safety=fire
p 说了不烧田坎，答应了。
p 屋后一堆杂草，叫{ta}拉走别烧。
c 我把禁火令念了一遍，{ta}讲晓得的，去年隔壁镇烧了半座山。
c 地里堆着番薯藤，我问要不要烧，{ta}赶紧摆手，说喇叭天天喊，哪敢。
o 发放森林防火告知书，签订承诺书一份。

@heating need=winter,elder,home weight=6 duty=hazard safety=heating
p 火熜、电热毯都看过，电热毯用了七八年，叫{ta}换。
p 取暖器离被子太近，挪开了。
p 没烧炭，用的电暖器，线还好。
c 屋里烧炭盆，窗子关得死死的，我赶紧开了一条缝，跟{ta}讲前年城里就有人这样煤气中毒的。
c {ta}怕冷，火熜整天不离手，里头的炭灰倒是盖好的，被子上有个烫过的洞，说了{ta}几句。
c 电热毯夜里不关，一开到天亮，我教{ta}睡前开、上床关，写了张纸条贴在床头。
o 检查取暖用火用电，提醒炭火取暖要开窗通风。
o 开展冬季取暖安全宣传，现场排查电热毯、取暖器各一。

@cold need=m12|m1|m2,elder,home duty=information
p 水管包了旧棉絮，没冻。
c 昨天夜里打霜，{ta}起得早，我叫{ta}等太阳出来再出门。
o 提醒寒潮期间减少外出，防冻防滑。

@before need=before_festival,home weight=6 duty=publicity
p 年货备得差不多，檐下挂着腊肉。
p {kid}小年夜回来，被子都晒好了。
c 刚打的年糕，还热的，非要我吃一块，我说下一户也给我吃，肚子都要撑破了。
c 扫尘扫得满头灰，{ta}说{kid}小年夜到，屋里要弄清爽。
o 节前走访慰问，提醒烟花爆竹和用火用电安全。
o 登记春节返乡计划，{kin_or}。

@festival need=after_festival,home weight=6 duty=information
p {kid}回来了，屋里热闹，车停路边，叫挪到晒场。
p 拜年的人多，坐一坐就走。
p {kid}昨天走的，后备箱塞满菜。
c {kid}初七又要走，这两天都在屋里陪着，{ta}话也多了，笑也多了。
c 年过完{kid}又出门了，{ta}话少了些，说屋里一下子空了，我陪着坐了一会儿。
o 登记返乡人员情况，宣传防火、防诈骗。
o 了解节后外出务工情况，{kin_or}。

@plum need=plum,home weight=3 duty=hazard safety=wiring
p 墙角返潮，电线没受潮。
p 屋漏两处，拿脸盆接着，要捡瓦。
c 落了半个月雨，墙都渗出水来，灶间插座我摸着潮，叫{ta}先不用。
c 谷子摊在楼板上都有霉味了，{ta}天天盼着出太阳。
o 梅雨期检查房屋渗漏和用电线路。

@typhoon need=typhoon,home weight=3 duty=hazard safety=house
p 后门水沟通过，花盆搬进屋了。
p 台风预警说了，夜里不出门。
c 说是台风要来，{ta}早把晒台上的东西收了，我又跟{ta}讲，落大雨千万别去看田水。
c 手机收到预警信息看不懂，我念给{ta}听，红的黄的啥意思，讲了一遍。
o 台风前排查房前屋后，提醒关好门窗、服从转移安排。

@hazard need=hazard,typhoon|plum,!phone weight=9 duty=hazard safety=house
p 地灾点，雨量到了要转移，说听见喊就走。
p 屋后坡面看过，没有新裂缝。
c 上一回转移{ta}不肯走，说猪还没喂，这次先讲好：猪我叫人喂，人先走。
c 屋后那道坎我绕上去看了，石头没动，排水沟里的落叶扒开了，水走得通。
o 告知地质灾害隐患点转移路线、安置点和联系人，明白卡已签收。
hazard 屋后高坎，强降雨时有滑坡危险

@swimming need=kids,m6|m7|m8,home weight=4 duty=publicity safety=water
p 暑假在家，交代不去溪坑。
c 小的正要往溪坑跑，被我叫回来了，跟大人讲暑假里一定要有人看着。
o 开展防溺水宣传，与监护人签订告知书。

@heat need=heat,elder,home weight=3 duty=information
p 天热，电风扇在用，午后不下地。
p 空调舍不得开，叫{ta}最热的两个钟头开一开。
c 三十八度的天还要去地里浇水，我劝了半天，{ta}才答应等日头下山。
c 屋里闷得像蒸笼，{kid}装的空调盖着布，我帮着打开试了试，好好的，{ta}就是不舍得那点电。
o 提醒高温时段避免户外劳作，备好防暑药品。

@drought need=m8|m10,home,!rain duty=information
p 山水小了，水压低，隔天来水。
c 山上的水细得像根线，{ta}一早就去接水，说再不落雨菜都要干死。
o 反映用水偏紧，已告知错峰供水时间。

@boar need=m7|m8|m9|m10,home duty=information sit=problem
p 番薯地被野猪拱了，约{m}分。
c 说起野猪就来气，一夜工夫半块番薯地翻了个遍，我讲先拍照，好报保险的。
o 反映野猪毁损作物，已告知拍照取证、报案理赔。

@insurance need=insurance,home weight=3 duty=publicity
p 明年医保已缴。
p 明年医保还没缴，等{kid}在手机上弄。
c 说到明年的医保，{ta}嫌又涨了，我拿住院报销的账算给{ta}听，答应这两天就去缴。
c 一家人的医保都是{kid}在手机上缴的，我帮着查了一遍，都在。
o 宣传城乡居民医保参保缴费，提醒在规定期限前完成。

@school need=pupil,m9,home weight=4 duty=information
p 开学了，{child}{school}。
c {child}开学{school}，书包比人还大，自己背得高高兴兴。
o 了解新学期就学情况，{child}{school}。

@fraud need=home|phone|came|met weight=2 duty=publicity safety=fraud
p 反诈讲过，陌生电话不接。
p 反诈软件装好了。
p 接到个说快递丢了要赔钱的，没理。
c 前几天接到个电话说医保卡要停，要{ta}报银行卡，幸亏没报，我又把话说了一遍，不听不信不转账。
c 隔壁村有人买保健品被骗了三千多，我拿这个事讲给{ta}听，比发传单管用。
c 手机里老跳出来中奖的，{ta}问我是真是假，我当面删了。
c 说有人加微信自称是公安局的，{ta}心里慌，我讲公安局不会在微信上问人要钱的。
c 问起上回教的那几句，{ta}背得出来：不认得的电话不接，要钱的一律不理。
c 村里来过推销净水器的，说免费装，{ta}没让进门，我夸{ta}做得对。
o 开展防诈骗宣传，指导安装反诈软件。
o 提醒警惕冒充客服、保健品等骗局。
o 结合身边案例讲解防骗知识，老人表示知晓。
o 检查手机反诈软件运行情况，讲解预警来电。
o 发放反诈宣传单，提醒不透露验证码。

@ebike need=working|kids,home duty=hazard safety=e_bike
p 电瓶车推到外头充了，插线板换掉。
c 电瓶车又在楼梯下充电，说了两回了，今天当着我的面推到道地里去，插头拔了才走。
o 发现电动自行车在室内充电，已劝导整改。
hazard 电动车在楼梯间充电
handled 当场推到室外，改用定时插座

@gas need=home weight=2 duty=hazard safety=gas
p 煤气软管老化，约好换。
p 煤气瓶和灶看过，接头不漏。
c 煤气灶的皮管一掐都有裂纹了，我讲这个不能省，几十块钱的事，{kid}答应买新的。
c 煤气瓶就放在灶脚边，我帮着往外挪了挪，关了阀门试了试，好的。
c 灶上火开着人在门口讲话，锅都烧干了，我赶紧关掉，说了{ta}一句。
c 新换的煤气瓶，接头我拿肥皂水抹了抹，没冒泡，放心了。
o 检查瓶装燃气，提醒用完关阀、定期换软管。
o 查看燃气灶熄火保护装置，功能正常。

@wiring need=home duty=hazard safety=wiring
p 灶间一根线搭得乱，叫电工来理。
p 漏电开关试了，跳得灵。
p 插线板一个拖一个，拔了两个。
c 床头拖了个接线板，上头插了四样东西，我拔下来两样，说这个最容易着火。
c 灯线还是老的花线，皮都脆了，我拍了照发给村电工，他说过两天来换。
c 电饭锅的插头烧得发黑，我叫{ta}别用了，隔壁小店就有卖。
o 检查室内用电线路，提醒不超负荷使用插线板。
o 现场查看漏电保护开关，试跳正常。
o 发现老化线路一处，已联系村电工更换。

@smoke need=elder,home duty=hazard safety=fire
p 烟感按了一下，响的。
c 楼板下那个烟感我举竹竿按了一下，哇哇叫，把{ta}吓一跳，说原来是好的。
o 测试独立式烟感，工作正常。

@garbage need=home duty=publicity
p 垃圾分得清。
c 烂菜叶和塑料袋倒在一个桶里，我当面分了一遍，{ta}说记性不好，我在桶上写了字。
c 门口两只桶洗得比我家的还干净，上个月评了清洁户，红牌子挂在门上。
o 宣传垃圾分类，检查分类桶使用情况。

@water need=home,rain|plum duty=information sit=problem
p 落雨水有点浑，放一会儿清。
c 水龙头出来是黄的，{ta}接了一桶给我看，放一夜倒是清了，我拍了照发给水务站。
o 反映雨后水质浑浊，已转水务站。
"""
