"""Which families live in an ageing mountain county, and who of them is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gridworker.demo.chance import Chance, Ids
from gridworker.demo.homes import Kin, Resident
from gridworker.demo.names import FAR_SURNAMES, Names
from gridworker.demo.places import Grid
from gridworker.records.identity import check_digit

# Share of each shape in the households; see `Families._shape_*` for what it means.
SHAPES: Mapping[str, float] = {
    "alone": 12.5,
    "pair": 16,
    "grandchild": 4.5,
    "three_generations": 15,
    "core": 19,
    "grown_child": 17,
    "middle_pair": 5,
    "bachelor": 4,
    "mother_and_son": 3.5,
    "four_generations": 1.5,
    "newcomers": 2,
}

AWAY = {
    "上海": "开小笼包店",
    "苏州": "开小笼包店",
    "无锡": "开小吃店",
    "南京": "开小笼包店",
    "合肥": "做早餐生意",
    "济南": "开小笼包店",
    "杭州": "做装修",
    "萧山": "厂里上班",
    "柯桥": "轻纺市场做生意",
    "绍兴": "上班",
    "嵊州城里": "领带厂上班",
    "嵊州": "集成灶厂上班",
    "甘霖": "厂里做电机",
    "宁波": "跑货运",
    "义乌": "做小商品",
    "新昌": "轴承厂上班",
}
"""Where people go, and what they do there."""

_AWAY_SHARES = dict(zip(AWAY, (9, 7, 4, 5, 3, 4, 14, 6, 7, 10, 16, 12, 5, 8, 5, 5), strict=True))

JOBS: Mapping[str, Mapping[str, float]] = {
    "1": {
        "务农": 7,
        "务农（香榧、茶叶）": 9,
        "种茶、炒茶": 5,
        "香榧加工": 3,
        "泥水工": 5,
        "木工": 2.5,
        "护林员": 1,
        "小店经营": 1,
        "货车司机": 1.5,
        "竹制品加工": 1.5,
    },
    "2": {
        "务农": 9,
        "务农（香榧、茶叶）": 8,
        "采茶": 4,
        "香榧加工": 3,
        "来料加工": 4,
        "越剧服装缝纫": 3,
        "保洁员": 1.5,
        "小店经营": 1.5,
        "民宿帮工": 1.5,
        "养老服务员": 0.7,
    },
}
"""What people do in the village, by sex."""

_BROODS: Mapping[int, tuple[tuple[str, ...], ...]] = {
    0: ((),),
    1: (("儿子",), ("儿子",), ("女儿",)),
    2: (("儿子", "女儿"), ("女儿", "儿子"), ("大儿子", "小儿子"), ("大女儿", "小女儿")),
    3: (("大儿子", "小儿子", "女儿"), ("儿子", "大女儿", "小女儿"), ("女儿", "大儿子", "小儿子")),
}
"""What the children who moved out are to the head of the household, the nearest first."""

_FAR = {"贵州": "52", "云南": "53", "安徽": "34", "江西": "36", "河南": "41", "四川": "51"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A family to be made up: its shape and how many children."""

    shape: str
    children: int

    @property
    def size(self) -> int:
        """How many people."""
        return _SIZES[self.shape] + self.children


_SIZES = {
    "alone": 1,
    "pair": 2,
    "grandchild": 4,
    "three_generations": 4,
    "core": 2,
    "grown_child": 2,
    "middle_pair": 2,
    "bachelor": 1,
    "mother_and_son": 2,
    "four_generations": 5,
    "newcomers": 2,
}
_CHILDREN = {"grandchild": 1, "three_generations": 1, "core": 1, "grown_child": 1, "four_generations": 1}


def plans(count: int, people: int, chance: Chance) -> list[Plan]:
    """So many families with so many people in all; children make up the difference."""
    found = [_plan(chance) for _ in range(count)]
    missing = people - sum(plan.size for plan in found)
    step = 1 if missing > 0 else -1
    grows = ("three_generations", "core", "grown_child")
    while missing:
        place = chance.whole(0, count - 1)
        plan = found[place]
        if plan.shape in grows and 1 <= plan.children + step <= 3:
            found[place] = Plan(plan.shape, plan.children + step)
            missing -= step
        elif step < 0 and plan.shape == "pair":
            found[place] = Plan("alone", 0)
            missing -= step
    return found


def _plan(chance: Chance) -> Plan:
    shape = chance.weighted(SHAPES)
    more = chance.yes(0.15) if shape in ("three_generations", "core") else False
    if shape == "newcomers":
        return Plan(shape, int(chance.yes(0.4)))
    return Plan(shape, _CHILDREN.get(shape, 0) + int(more))


class Families:
    """Makes the people of one household after another."""

    def __init__(self, chance: Chance, names: Names, ids: Ids, today: date) -> None:
        self._chance, self._names, self._ids, self._today = chance, names, ids, today
        self._phones = 0
        self._numbers: set[str] = set()
        self._made_at = 0
        self._village = ""

    def family(self, plan: Plan, grid: Grid, made_at: int) -> tuple[list[Resident], list[Kin]]:
        """The people of a household, its head first, and the children who live elsewhere."""
        self._made_at, self._village = made_at, grid.village_code
        surname = self._names.surname(grid.clans)
        match plan.shape:
            case "alone":
                return self._alone(surname)
            case "pair":
                return self._pair(surname, 61, 87), self._kin(surname, self._chance.whole(1, 3))
            case "grandchild":
                return self._with_grandchild(surname), []
            case "three_generations" | "four_generations":
                return self._generations(plan, surname), self._kin(surname, int(self._chance.yes(0.4)))
            case "core":
                return self._core(plan, surname), []
            case "grown_child":
                return self._grown_child(plan, surname), []
            case "middle_pair":
                return self._pair(surname, 46, 60), self._kin(surname, 1)
            case "bachelor":
                alone = self._one(surname, "1", self._chance.whole(44, 69), "02", "10")
                return [alone], [self._relative("侄子", surname)]
            case "mother_and_son":
                return self._mother_and_son(surname), self._kin(surname, 1)
            case _:
                return self._newcomers(plan), []

    def phone(self) -> str:
        """A telephone that nobody can have: numbers from 124 and 128 were never given to people."""
        self._phones += 1
        return f"12{'48'[self._phones % 2]}{self._phones * 48_271 % 99_999_989:08d}"

    def _alone(self, surname: str) -> tuple[list[Resident], list[Kin]]:
        sex = "2" if self._chance.yes(0.63) else "1"
        age = min(95, 63 + int(abs(self._chance.part() + self._chance.part()) * 16))
        marriage = "30" if self._chance.yes(0.9) else "10"
        one = self._one(surname, sex, age, "02", marriage)
        # A widow's children bear her husband's name.
        name = surname if sex == "1" else self._names.surname({})
        if marriage == "10":
            return [one], [self._relative("侄子", surname)]
        return [one], self._kin(name, self._chance.whole(1, 3))

    def _pair(self, surname: str, least: int, most: int) -> list[Resident]:
        age = self._chance.whole(least, most)
        head = self._one(surname, "1", age, "02", "20")
        wife = self._one(self._names.surname({}), "2", age - self._chance.whole(-1, 5), "12", "20")
        return [head, wife]

    def _with_grandchild(self, surname: str) -> list[Resident]:
        people = self._pair(surname, 57, 72)
        age = people[0].age(self._today)
        son = self._one(surname, "1", age - self._chance.whole(22, 27), "20", "20")
        wife = self._one(self._names.surname({}), "2", son.age(self._today) - 1, "38", "20")
        for one in (son, wife):
            self._goes_away(one, like=son)
        return [*people, son, wife, self._child(surname, self._chance.whole(3, 13), grand=True)]

    def _generations(self, plan: Plan, surname: str) -> list[Resident]:
        people = self._pair(surname, 56, 71)
        age = people[0].age(self._today)
        son = self._one(surname, "1", age - self._chance.whole(22, 28), "20", "20")
        wife = self._one(self._names.surname({}), "2", son.age(self._today) - 2, "38", "20")
        people += [son, wife]
        away = self._chance.yes(0.62)
        eldest = max(1, min(17, son.age(self._today) - 25))
        for number in range(plan.children):
            child = self._child(surname, max(0, eldest - 4 * number), grand=True)
            people.append(child)
            if away:
                self._goes_away(child, like=son)
        if away:
            self._goes_away(son, like=son)
            self._goes_away(wife, like=son)
        if plan.shape == "four_generations":
            other = self._names.surname({})
            people.append(self._one(other, "2", age + self._chance.whole(20, 24), "52", "30"))
        return people

    def _core(self, plan: Plan, surname: str) -> list[Resident]:
        people = self._pair(surname, 34, 52)
        eldest = max(2, min(21, people[0].age(self._today) - 27))
        for number in range(plan.children):
            people.append(self._child(surname, max(0, eldest - 4 * number), grand=False))
        if self._chance.yes(0.3):
            for one in people:
                self._goes_away(one, like=people[0])
        return people

    def _grown_child(self, plan: Plan, surname: str) -> list[Resident]:
        people = self._pair(surname, 48, 63)
        eldest = min(34, people[0].age(self._today) - self._chance.whole(24, 27))
        for number in range(plan.children):
            child = self._child(surname, max(18, eldest - 4 * number), grand=False)
            people.append(child)
            if self._chance.yes(0.82):
                self._goes_away(child, like=child)
        return people

    def _mother_and_son(self, surname: str) -> list[Resident]:
        mother_age = self._chance.whole(72, 90)
        son = self._one(surname, "1", mother_age - self._chance.whole(22, 28), "02", "10")
        mother = self._one(self._names.surname({}), "2", mother_age, "52", "30")
        return [son, mother]

    def _newcomers(self, plan: Plan) -> list[Resident]:
        province = self._chance.pick(tuple(_FAR))
        surname = self._chance.weighted(FAR_SURNAMES)
        head = self._one(surname, "1", self._chance.whole(27, 50), "02", "20", province)
        other = self._chance.weighted(FAR_SURNAMES)
        wife = self._one(other, "2", head.age(self._today) - 2, "12", "20", province)
        people = [head, wife]
        for one in people:
            one.job = self._chance.pick(("采茶、打榧小工", "建筑小工", "厂里普工", "修路小工"))
        for _ in range(plan.children):
            people.append(self._child(surname, self._chance.whole(2, 12), grand=False, province=province))
        return people

    def _child(self, surname: str, age: int, *, grand: bool, province: str = "") -> Resident:
        sex = "1" if self._chance.yes(0.52) else "2"
        relation = {"1": ("20", "41"), "2": ("30", "42")}[sex][grand]
        return self._one(surname, sex, age, relation, "10", province)

    def _one(self, surname: str, sex: str, age: int, relation: str, marriage: str, province: str = "") -> Resident:
        born = self._birthday(age)
        name = self._names.full(surname, sex, born.year, self._village)
        one = Resident(self._ids.at(self._made_at), name, sex, born, relation, marriage)
        one.province = province
        one.id_number = self._id_number(one)
        one.education = self._education(age)
        if age >= 18:
            one.politics = "01" if self._chance.yes(0.06) else "13"
            one.phone = self.phone() if self._chance.yes(0.55 if age > 75 else 0.9) else ""
        if 18 <= age < 68 or (68 <= age < 78 and self._chance.yes(0.6)):
            one.job = self._chance.weighted(JOBS[sex])
        return one

    def _birthday(self, age: int) -> date:
        """A day on which somebody of today's ``age`` was born; never a child of the last month."""
        back = self._chance.whole(32, 360)
        latest = self._today.replace(year=self._today.year - age, day=min(self._today.day, 28))
        return latest - timedelta(days=back)

    def _id_number(self, one: Resident) -> str:
        """Passes every check and belongs to nobody: there is no county 99 in any province."""
        area = "330699" if not one.province else _FAR[one.province] + "9999"
        while True:
            sequence = self._chance.whole(0, 498) * 2 + (1 if one.sex == "1" else 2)
            first = f"{area}{one.born:%Y%m%d}{sequence:03d}"
            if first not in self._numbers:
                self._numbers.add(first)
                return first + check_digit(first)

    def _education(self, age: int) -> str:
        if age < 22:
            return "" if age < 6 else "80" if age < 13 else "70" if age < 16 else "60"
        if age >= 70:
            return self._chance.weighted({"90": 3, "80": 5, "70": 2})
        if age >= 45:
            return self._chance.weighted({"80": 3, "70": 5, "60": 2, "40": 0.5})
        return self._chance.weighted({"70": 3, "60": 3, "40": 2, "30": 2, "20": 1.6, "10": 0.1})

    def _goes_away(self, one: Resident, like: Resident) -> None:
        if not like.town:
            like.town = self._chance.weighted(_AWAY_SHARES)
        one.town = like.town
        age = one.age(self._today)
        does = AWAY[like.town] if age >= 23 else "上班" if age >= 19 else "随父母" if age < 7 else "上学"
        one.away = f"{like.town}，{does}"
        one.job = {"随父母": "", "上学": "学生"}.get(does, does)

    def _kin(self, surname: str, count: int) -> list[Kin]:
        words = self._chance.pick(_BROODS[count])
        return [self._relative(word, surname) for word in words]

    def _relative(self, word: str, surname: str) -> Kin:
        sex = "1" if word.endswith(("儿子", "侄子")) else "2"
        town = self._chance.weighted(_AWAY_SHARES)
        name = self._names.full(surname, sex, 1972, self._village)
        return Kin(word, name, sex, town, AWAY[town], self.phone())
