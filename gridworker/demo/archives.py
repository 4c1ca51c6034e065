"""The archives of the district: households, their people, and the tags that only few may see."""

from datetime import date

from gridworker.demo.cast import Cast
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, DAY_MS, MINUTE_MS, day_of, moment, working_day
from gridworker.demo.facts import workplace_of_child
from gridworker.demo.families import Families, Plan
from gridworker.demo.homes import Home, Resident
from gridworker.demo.places import Grid
from gridworker.demo.script import DemoMove, DemoRecord
from gridworker.demo.tags import tag_home
from gridworker.records.codes import TAGS_SENSITIVE

_SOURCES = {
    "left_behind_child": "镇民政办农村留守儿童信息台账",
    "child_in_need": "镇民政办困境儿童动态管理台账",
    "orphan": "嵊州市民政局孤儿和事实无人抚养儿童名册",
    "violence_risk": "村妇联入户了解，已报镇妇联备案",
    "disabled": "嵊州市残联持证残疾人名册",
    "disability_care": "老年人能力评估结果告知单",
    "severe_illness": "医保重特大疾病救助名单",
    "mental_disorder": "镇卫生院规范管理名册",
    "correction": "{town}司法所交接通知",
    "released": "{town}司法所安置帮教衔接通知书",
    "drug_rehab": "社区戒毒（康复）协议书",
    "petition_focus": "镇信访办转办单",
    "marriage_conflict": "走访了解，村调解小组备案",
    "neighbour_grudge": "走访了解，村调解小组备案",
}
_LEVELS = {
    "disabled": ("二级", "三级", "三级", "四级", "四级", "一级"),
    "disability_care": ("轻度", "中度", "中度", "重度"),
}


def make_homes(grid: Grid, plans: list[Plan], families: Families, chance: Chance, today: date, ids: Ids) -> list[Home]:
    """The households of a grid in the order of its roster, hamlet by hamlet."""
    first_day = working_day(today - 392 * DAY)
    homes: list[Home] = []
    per_hamlet = -(-len(plans) // len(grid.hamlets))
    for number, plan in enumerate(plans):
        late = chance.whole(30, 340) if plan.shape == "newcomers" else number // 24
        made_at = moment(first_day + late * DAY, 8 * 60 + 20 + number % 24 * 19)
        people, kin = families.family(plan, grid, made_at)
        home = Home(
            id=ids.at(made_at),
            number=f"{int(grid.town_code[-2:]) % 10}{grid.village_code[-3:]}{grid.code[-1]}{number + 1:04d}",
            grid=grid,
            hamlet=number // per_hamlet,
            door=number % per_hamlet + 1 + chance.whole(0, 1) * per_hamlet,
            shape=plan.shape,
            people=people,
            kin=kin,
            crops={crop for crop, share in grid.crops.items() if chance.yes(share)},
            made_at=made_at,
        )
        if plan.shape == "newcomers":
            home.crops = set()
        tag_home(home, chance, today)
        home.phone = _phone(home, families)
        homes.append(home)
    return homes


def _phone(home: Home, families: Families) -> str:
    own = next((one.phone for one in [*home.present, *home.people] if one.phone), "")
    return own or (home.kin[0].phone if home.kin else families.phone())


class Archives:
    """Turns households into records, as the worker of the grid wrote them down."""

    def __init__(self, chance: Chance, ids: Ids, cast: Cast, families: Families, today: date) -> None:
        self._chance, self._ids, self._cast = chance, ids, cast
        self._families, self._today = families, today

    def household(self, home: Home) -> DemoRecord:
        """The household's record; one in sixteen changed its telephone since."""
        worker = self._cast.worker(home.grid).id
        fields = self._household_fields(home)
        moves: tuple[DemoMove, ...] = ()
        if self._chance.yes(0.06):
            days = self._chance.whole(20, 330)
            at = min(home.made_at + days * DAY_MS, moment(self._today - 2 * DAY, 16 * 60))
            if at > home.made_at:
                moves = (DemoMove("", at, worker, {"phone": home.phone}),)
                fields["phone"] = self._families.phone()
        return DemoRecord("household", home.id, fields, worker, home.made_at, moves)

    def persons(self, home: Home) -> list[DemoRecord]:
        """One record for each of the household."""
        worker = self._cast.worker(home.grid).id
        return [
            DemoRecord("person", one.id, self._person_fields(one, home), worker, self._known(one, home, n))
            for n, one in enumerate(home.people, 1)
        ]

    def tags(self, home: Home) -> list[DemoRecord]:
        """The sensitive tags of the household's people."""
        return [
            self._tag(tag, one, home) for one in home.people for tag in sorted(one.sensitive) if tag in TAGS_SENSITIVE
        ]

    def _household_fields(self, home: Home) -> dict[str, object]:
        day, chance = day_of(home.made_at), self._chance
        newcomers = home.shape == "newcomers"
        kin = home.kin[0].phone if home.kin and chance.yes(0.4) else None
        all_away = not home.present
        kind = "rental" if newcomers else "single" if len(home.people) == 1 else "family"
        return {
            "household_no": home.number,
            "head_name": home.head.name,
            "head": home.head.id,
            "grid": home.grid.id,
            "micro_grid": home.grid.micro_grids[home.hamlet],
            "villager_group": home.hamlet_name,
            "address": home.address,
            "registered_address": f"{home.head.province}省" if newcomers else None,
            "phone": home.phone,
            "phone2": kin if kin != home.phone else None,
            "household_kind": kind,
            "residence_match": "02" if newcomers or all_away else "01",
            "members": len(home.people),
            "present": len(home.present),
            "ownership": "rent" if newcomers else "own" if chance.yes(0.985) else "borrow",
            "is_rental": True if "rental" in home.tags else None,
            "floors": chance.weighted({1: 0.6, 2: 4, 3: 5, 4: 1}),
            "tags": sorted(home.tags),
            "living_state": home.living_state,
            "difficulty": self._difficulty(home),
            "safety_notes": self._safety(home),
            "moved_in": day.isoformat() if newcomers else None,
            "note": chance.pick(_NOTES) if chance.yes(0.05) else None,
        }

    def _difficulty(self, home: Home) -> str | None:
        for tag, lines in _DIFFICULTIES.items():
            if tag in home.tags and self._chance.yes(0.7):
                return self._chance.pick(lines)
        return None

    def _safety(self, home: Home) -> str | None:
        for tag, lines in _DANGERS.items():
            if tag in home.tags:
                return self._chance.pick(lines)
        return self._chance.pick(_SMALL_DANGERS) if home.present and self._chance.yes(0.06) else None

    def _known(self, one: Resident, home: Home, number: int) -> int:
        """When the archive was written: with the household's, or some weeks after birth."""
        return max(home.made_at + number * MINUTE_MS, moment(one.born + 26 * DAY, 10 * 60 + number))

    def _person_fields(self, one: Resident, home: Home) -> dict[str, object]:
        age = one.age(self._today)
        native = not one.province
        kin = home.kin[0] if home.kin and age >= 75 and not one.away else None
        parent = home.people[0] if 0 < age < 15 and not one.away else None
        place = workplace_of_child(one, self._today)
        return {
            "name": one.name,
            "household": home.id,
            "grid": home.grid.id,
            "relation": one.relation,
            "id_number": one.id_number if age >= 1 else None,
            "sex": one.sex,
            "birth_date": one.born.isoformat(),
            "nation": "01" if native or self._chance.yes(0.6) else "06",
            "phone": one.phone or None,
            "population": "registered" if native else "floating",
            "residence_match": "02" if one.away or not native else "01",
            "registered_address": None if native else f"{one.province}省",
            "whereabouts": one.away or None,
            "marriage": one.marriage if age >= 18 else None,
            "politics": one.politics or None,
            "education": one.education or None,
            "occupation": one.job or ("学生" if 6 <= age < 19 else None),
            "workplace": place if not one.away else None,
            "tags": sorted(one.tags),
            "guardian": kin.name if kin else parent.name if parent else None,
            "guardian_phone": kin.phone if kin else home.phone if parent else None,
            "away": bool(one.away),
        }

    def _tag(self, tag: str, one: Resident, home: Home) -> DemoRecord:
        chance, worker = self._chance, self._cast.worker(home.grid)
        since = day_of(home.made_at) - chance.whole(40, 1500) * DAY
        since = max(since, one.born)
        at = self._known(one, home, 30)
        until = None
        if tag == "correction":
            since = day_of(at) - chance.whole(5, 60) * DAY
            until = (since + chance.whole(500, 900) * DAY).isoformat()
        year = since.year
        fields = {
            "tag": tag,
            "household": home.id,
            "person": one.id,
            "grid": home.grid.id,
            "source": f"{_SOURCES[tag].format(town=home.grid.town_name[:2])}（{year}年）",
            "level": chance.pick(_LEVELS[tag]) if tag in _LEVELS else None,
            "valid_from": since.isoformat(),
            "valid_to": until,
            "checked_by": worker.id,
        }
        return DemoRecord("key_group_tag", self._ids.at(at), fields, worker.id, at)


_NOTES = (
    "大门白天不锁，进门先喊一声",
    "家里养狗，先打电话",
    "下午一般在老年活动室",
    "耳背，敲门要重",
    "收割时节晚上七点后在家",
    "喜欢看戏，有演出那几天不在家",
)
_DIFFICULTIES = {
    "extreme_poverty": ("日常照料靠邻居搭把手，冬天最担心", "屋里潮，想换一张床"),
    "low_income": ("常年吃药，自费部分吃力", "劳动力少，收入主要靠几亩茶山", "房子旧，修不起"),
    "low_income_edge": ("看病花销大，盼着报销快一点", "孩子读书开销大"),
    "living_alone": ("想在床头装个扶手", "买米买煤气搬不动，要人带", "手机不会用，缴费不方便"),
    "dangerous_house": ("想翻建，钱还差一截", "等宅基地审批"),
}
_DANGERS = {
    "dangerous_house": ("后墙开裂，雨天要搬到前屋住", "屋面塌了一角，已拉警戒线，老人住到儿子家"),
    "geological_hazard": ("屋后高坎，雨量大时要转移", "房子靠溪坑，汛期留意水位"),
}
_SMALL_DANGERS = (
    "灶间电线老化",
    "煤气瓶放在卧室门口",
    "柴堆离灶口太近",
    "楼梯没有扶手",
    "电瓶车习惯在堂前充电",
    "冬天用炭盆取暖",
)
