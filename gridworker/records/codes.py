"""Code lists of the national standards that fields are filled from."""

SEX = {"1": "男", "2": "女", "9": "未说明"}
"""GB/T 2261.1."""

RESIDENCE_MATCH = {"01": "人户一致", "02": "人户不一致"}
"""GB/T 31000-2015, 人户一致标识."""

_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 "
    "纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 "
    "德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
NATIONS = {f"{number:02d}": f"{name}族" for number, name in enumerate(_NATIONS, 1)} | {
    "97": "其他",
    "98": "外国血统中国籍",
}
"""GB/T 3304."""

_RELATIONS = (
    "01 本人 02 户主 10 配偶 11 夫 12 妻 20 子 21 独生子 22 长子 23 次子 24 三子 25 四子 26 五子 27 养子或继子 "
    "28 女婿 29 其他儿子 30 女 31 独生女 32 长女 33 次女 34 三女 35 四女 36 五女 37 养女或继女 38 儿媳 39 其他女儿 "
    "40 孙子、孙女或外孙子、外孙女 41 孙子 42 孙女 43 外孙子 44 外孙女 45 孙媳妇或外孙媳妇 46 孙女婿或外孙女婿 "
    "47 曾孙子或外曾孙子 48 曾孙女或外曾孙女 49 其他孙辈 50 父母 51 父亲 52 母亲 53 公公 54 婆婆 55 岳父 56 岳母 "
    "57 继父或养父 58 继母或养母 59 其他父母关系 60 祖父母或外祖父母 61 祖父 62 祖母 63 外祖父 64 外祖母 "
    "65 配偶的祖父母或外祖父母 66 曾祖父 67 曾祖母 68 配偶的曾祖父母或外曾祖父母 69 其他祖辈 70 兄弟姐妹 71 兄 "
    "72 嫂 73 弟 74 弟媳 75 姐姐 76 姐夫 77 妹妹 78 妹夫 79 其他兄弟姐妹 80 其他 97 其他亲属 99 非亲属"
).split()
RELATIONS = dict(zip(_RELATIONS[::2], _RELATIONS[1::2], strict=True))
"""GB/T 4761-2008, relation to the head of the household."""

MARRIAGE = {
    "10": "未婚",
    "20": "已婚",
    "21": "初婚",
    "22": "再婚",
    "23": "复婚",
    "30": "丧偶",
    "40": "离婚",
    "90": "未说明",
}
"""GB/T 2261.2."""

POLITICS = {
    "01": "中共党员",
    "02": "中共预备党员",
    "03": "共青团员",
    "04": "民主党派",
    "12": "无党派人士",
    "13": "群众",
}
"""GB/T 4762, the democratic parties (04 to 11) taken together."""

EDUCATION = {
    "10": "研究生",
    "20": "大学本科",
    "30": "大学专科",
    "40": "中专",
    "50": "技校",
    "60": "高中",
    "70": "初中",
    "80": "小学",
    "90": "文盲或半文盲",
}
"""GB/T 4658."""

POPULATION = {"registered": "户籍人口", "floating": "流动人口", "foreign": "境外人员", "left_behind": "留守人员"}
"""GB/T 31000-2015, kinds of population."""

DUTIES = {
    "information": "信息收集",
    "patrol": "治安巡防",
    "hazard": "隐患排查",
    "dispute": "矛盾化解",
    "publicity": "政策宣传",
}
"""The five duties of a grid worker, 浙江省社会治安综合治理条例 article 9."""

EVENT_CLASSES = {
    "opinion": "社情民意收集",
    "service": "民生服务",
    "dispute": "矛盾劝解",
    "security": "参与治安防控",
    "special": "特殊人群服务管理",
    "publicity": "政策法律宣传",
    "emergency": "突发事件报告",
    "other": "其他",
}
"""The eight classes of a grid worker's work."""

DISPUTE_TYPES = {
    "01": "婚姻家庭",
    "02": "邻里",
    "03": "房屋宅基地",
    "04": "合同",
    "05": "生产经营",
    "06": "损害赔偿",
    "07": "山林土地",
    "08": "征地拆迁",
    "09": "环境污染",
    "10": "拖欠农民工工资",
    "11": "其他劳动争议",
    "12": "旅游",
    "13": "电子商务",
    "14": "其他消费",
    "15": "医疗",
    "16": "道路交通事故",
    "17": "物业",
    "99": "其他",
}
"""The 18 types of the Ministry of Justice's monthly statistics."""

DISPUTE_SCALES = {"01": "个体性", "02": "一般群体性", "03": "重大群体性"}
"""GB/T 31000-2015, 事件规模."""

CASE_GRADES = {"04": "一般", "03": "较大", "02": "重大", "01": "特别重大"}

SOURCES = {
    "visit": "走访发现",
    "resident": "群众反映",
    "superior": "上级交办",
    "110": "110 分流",
    "12345": "12345 热线",
    "court": "法院委托",
    "petition": "信访转来",
    "code": "解纷码",
    "enterprise": "企业反映",
}

RISKS = {"low": "低", "medium": "中", "high": "高"}

TAGS_RESTRICTED = {
    "low_income": "低保",
    "low_income_edge": "低保边缘",
    "extreme_poverty": "特困人员",
    "temporary_relief": "临时救助",
    "lifted_poverty": "脱贫户",
    "monitored": "监测户",
    "living_alone": "独居老人",
    "empty_nest": "空巢老人",
    "stay_behind_elder": "留守老人",
    "aged_80": "高龄",
    "family_planning": "计生特殊家庭",
}
"""Privacy class B of the key-group tags."""

TAGS_ORDINARY = {
    "veteran": "退役军人",
    "military_family": "军属",
    "martyr_family": "烈属",
    "party_member": "党员户",
    "village_delegate": "村民代表",
    "local_worthy": "乡贤",
    "overseas_chinese": "侨胞",
    "new_resident": "新居民",
    "away_from_home": "外出务工",
    "separated_residence": "人户分离",
    "rental": "出租房",
    "dangerous_house": "危房",
    "geological_hazard": "地质灾害点",
}
"""Privacy class C."""

TAGS_SENSITIVE = {
    "left_behind_child": "留守儿童",
    "child_in_need": "困境儿童",
    "orphan": "孤儿或事实无人抚养儿童",
    "violence_risk": "遭家暴风险",
    "disabled": "残疾",
    "disability_care": "失能失智",
    "severe_illness": "重病大病",
    "mental_disorder": "严重精神障碍",
    "correction": "社区矫正",
    "released": "刑满释放",
    "drug_rehab": "社区戒毒康复",
    "petition_focus": "信访重点",
    "marriage_conflict": "婚恋矛盾",
    "neighbour_grudge": "邻里积怨",
}
"""Privacy class A: only in a sensitive bucket."""

HOUSEHOLD_TAGS = TAGS_RESTRICTED | TAGS_ORDINARY

TAG_TONES = {
    "low_income": "info",
    "low_income_edge": "info",
    "extreme_poverty": "info",
    "temporary_relief": "info",
    "lifted_poverty": "info",
    "monitored": "bad",
    "living_alone": "warn",
    "empty_nest": "warn",
    "stay_behind_elder": "warn",
    "aged_80": "warn",
    "family_planning": "warn",
    "dangerous_house": "bad",
    "geological_hazard": "bad",
} | dict.fromkeys(TAGS_SENSITIVE, "violet")
"""Tone of a tag's chip; what is not named is neutral."""
