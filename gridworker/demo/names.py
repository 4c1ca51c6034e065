"""Made-up names as a mountain town of Zhejiang gives them: by generation, by sex, by clan."""

from collections.abc import Mapping

from gridworker.demo.chance import Chance

SURNAMES = {
    "张": 9,
    "王": 9,
    "陈": 8,
    "黄": 7,
    "吕": 4,
    "钱": 4,
    "周": 5,
    "俞": 4,
    "徐": 4,
    "李": 4,
    "马": 3,
    "裘": 4,
    "邢": 3,
    "竺": 3,
    "袁": 3,
    "史": 2,
    "卢": 2,
    "尹": 2,
    "宋": 2,
    "金": 3,
    "沈": 3,
    "郑": 2,
    "应": 1,
    "求": 1,
    "过": 1,
    "单": 1,
    "丁": 2,
    "葛": 1,
    "童": 1,
    "施": 1,
    "商": 1,
    "楼": 2,
}
"""Surnames of the district and how often they are met outside their own clan's village."""

FAR_SURNAMES = {"杨": 4, "罗": 3, "龙": 2, "吴": 4, "赵": 3, "潘": 2, "韦": 1, "熊": 1, "刘": 4, "何": 3}
"""Surnames of people who came from other provinces."""

# Two rows of characters for each generation (the latest year of birth) and sex: first, second.
_GIVEN: tuple[tuple[int, str, str, str], ...] = (
    (1954, "1", "水金银福炳仁伯仲柏樟焕尧岳孟宝关才纪庆德忠汉永如兴茂", "根土木林泉炎祥苗法夫年耀明元生荣章灿祖财松"),
    (1954, "2", "彩桂杏梅凤菊兰秀月雪素香仙爱水银翠雅苗文春和阿美", "花娟珍英琴娥芬莲妹娣仙凤香月兰"),
    (1976, "1", "国建伟忠永志小新柏华立利正东海良明祥苗仲尧", "军平民江峰灿明强祥法林良根东海伟忠华"),
    (1976, "2", "亚小月爱秀雪丽惠美建彩苏玲海伟春水国", "娟芬琴飞萍红君仙英珍凤芳燕娥菊华兰"),
    (1996, "1", "伟益少立晓国海志文科建柯东永", "锋斌杰超勇磊波江涛钢军科栋峰辉"),
    (1996, "2", "晓佳丽亚海燕梦莎婷静春雅少", "燕丹娜婷莉萍芳英君娟红飞霞"),
    (2100, "1", "宇浩梓俊奕子嘉泽一明柯晨皓", "轩然睿杰辰涵航豪诺哲阳琪凯"),
    (2100, "2", "雨梓欣诗佳一思子语可依若沐", "桐涵怡琪妍诺彤萱悦晴汐妤"),
)

_SINGLE: Mapping[str, str] = {"1": "伟峰斌杰超勇磊波军锋涛江钢科栋", "2": "燕丹娜婷莉静敏霞芳洁琼"}


class Names:
    """Gives names, and never gives one to two people of the same village."""

    def __init__(self, chance: Chance, taken: frozenset[str]) -> None:
        self._chance = chance
        self._given: set[tuple[str, str]] = set()
        self._taken = taken

    def surname(self, clans: Mapping[str, float]) -> str:
        """A surname; most families belong to one of the village's ``clans``."""
        if clans and self._chance.yes(0.62):
            return self._chance.weighted(clans)
        return self._chance.weighted(SURNAMES)

    def full(self, surname: str, sex: str, born: int, village: str) -> str:
        """A name for somebody born in the year ``born``, met only once in ``village``."""
        name = self._one(surname, sex, born)
        for _ in range(60):
            if (village, name) not in self._given and name not in self._taken:
                break
            name = self._one(surname, sex, born)
        self._given.add((village, name))
        return name

    def _one(self, surname: str, sex: str, born: int) -> str:
        if 1976 < born <= 1996 and self._chance.yes(0.25):
            return surname + self._chance.pick(_SINGLE[sex])
        row = next(row for row in _GIVEN if born <= row[0] and row[1] == sex)
        first, second = self._chance.pick(row[2]), self._chance.pick(row[3])
        while first == second:
            second = self._chance.pick(row[3])
        return surname + first + second


def called(name: str, sex: str, age: int, manner: str) -> str:
    """How a worker calls somebody: ``plain``, ``warm`` or ``official``."""
    surname, male = name[0], sex == "1"
    if manner == "official" or age < 18:
        return name
    if age >= 56 and manner == "warm":
        return surname + ("大伯" if male else "阿婆" if age >= 74 else "阿姨")
    if age >= 76:
        return surname + ("老伯" if male else "老太")
    if age >= 56:
        return "老" + surname if male else surname + "阿姨"
    return name[-2:]
