"""Which tags a made-up household bears, as often as an ageing mountain county knows them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gridworker.demo.chance import Chance
from gridworker.demo.homes import Home, Resident

_RULES = Path(__file__).resolve().parents[2] / "resources" / "visit_rules.json"


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days between two visits, as the product's own rule book asks for them."""

    usual: int
    tags: Mapping[str, int]

    @classmethod
    def read(cls) -> "Intervals":
        """From ``resources/visit_rules.json``."""
        told = json.loads(_RULES.read_text("utf-8"))
        return cls(told["household"], {tag: rule["days"] for tag, rule in told["tags"].items()})

    def of(self, home: Home) -> int:
        """The shortest interval that any tag of the household or its people asks for."""
        sensitive = {tag for one in home.people for tag in one.sensitive}
        found = [self.tags[tag] for tag in home.tags | sensitive if tag in self.tags]
        return min(found, default=self.usual)


def tag_home(home: Home, chance: Chance, today: date) -> None:
    """Gives household and people their tags, then says in a line how they live."""
    ages = [one.age(today) for one in home.present]
    oldest = max(ages, default=0)
    _by_shape(home, chance, oldest)
    _by_chance(home, chance, oldest, today)
    for one in home.people:
        _sensitive(one, home, chance, today)
    home.living_state = _living_state(home, chance)


def _by_shape(home: Home, chance: Chance, oldest: int) -> None:
    tags = home.tags
    if oldest >= 80:
        tags.add("aged_80")
    if home.shape == "alone":
        tags.add("living_alone" if oldest >= 65 or chance.yes(0.5) else "empty_nest")
    if home.shape == "pair" and oldest >= 71 and chance.yes(0.6):
        tags.add("empty_nest")
    if home.shape == "grandchild" and oldest >= 62 and chance.yes(0.35):
        tags.add("stay_behind_elder")
    if home.shape == "newcomers":
        tags.add("new_resident")
    away = [one for one in home.people if one.away]
    if away and chance.yes(0.35):
        tags.add("away_from_home")
    if away and len(away) == len(home.people):
        tags.add("separated_residence")


def _by_chance(home: Home, chance: Chance, oldest: int, today: date) -> None:
    poor = {"alone": 0.10, "bachelor": 0.22, "mother_and_son": 0.16, "grandchild": 0.06}
    if home.shape in ("alone", "bachelor") and oldest >= 60 and chance.yes(0.06):
        home.tags.add("extreme_poverty")
    elif home.shape != "newcomers" and chance.yes(poor.get(home.shape, 0.018)):
        home.tags.add("low_income")
    elif chance.yes(0.015):
        home.tags.add("low_income_edge")
    shares = {
        "temporary_relief": 0.006,
        "lifted_poverty": 0.004,
        "monitored": 0.002,
        "village_delegate": 0.03,
        "local_worthy": 0.007,
        "overseas_chinese": 0.003,
        "rental": 0.012,
        "dangerous_house": 0.010,
        "geological_hazard": 0.024,
        "military_family": 0.006,
        "martyr_family": 0.0015,
    }
    if home.shape != "newcomers":
        home.tags.update(tag for tag, share in shares.items() if chance.yes(share))
    if home.shape in ("alone", "pair") and oldest >= 60 and chance.yes(0.03):
        home.tags.add("family_planning")
        home.kin.clear()
    for one in home.people:
        _by_person(one, home, chance, today)


def _by_person(one: Resident, home: Home, chance: Chance, today: date) -> None:
    age = one.age(today)
    if one.politics == "01":
        one.tags.add("party_member")
        if chance.yes(0.8):
            home.tags.add("party_member")
    if one.sex == "1" and 24 <= age <= 88 and chance.yes(0.022):
        one.tags.add("veteran")
        home.tags.add("veteran")
    if age >= 80 and not one.away:
        one.tags.add("aged_80")
    if one.away and age >= 18:
        one.tags.add("away_from_home")


def _sensitive(one: Resident, home: Home, chance: Chance, today: date) -> None:
    age = one.age(today)
    add = one.sensitive.add
    if home.shape == "grandchild" and age < 15 and chance.yes(0.6):
        add("left_behind_child")
    if age < 18 and not one.away and chance.yes(0.007):
        add("child_in_need" if chance.yes(0.8) else "orphan")
    if chance.yes(0.02 if age < 60 else 0.035):
        add("disabled")
    if age >= 76 and chance.yes(0.05):
        add("disability_care")
    if age >= 45 and chance.yes(0.005):
        add("severe_illness")
    if 20 <= age <= 70:
        rare = {
            "mental_disorder": 0.0035,
            "correction": 0.0012,
            "released": 0.0016,
            "drug_rehab": 0.0006,
            "petition_focus": 0.0009,
            "marriage_conflict": 0.0012,
            "neighbour_grudge": 0.002,
        }
        one.sensitive.update(tag for tag, share in rare.items() if chance.yes(share))
        if one.sex == "2" and chance.yes(0.0012):
            add("violence_risk")


def _living_state(home: Home, chance: Chance) -> str:
    kin = "，".join(each.line for each in home.kin[:2])
    away = next((one for one in home.people if one.away), None)
    match home.shape:
        case "alone" | "bachelor":
            first = chance.pick(("一个人住", "独自生活", "一人在家"))
            return f"{first}，{kin}" if kin else f"{first}，平时靠邻居照应"
        case "pair" | "middle_pair":
            return f"老两口在家，{kin}" if home.shape == "pair" and kin else f"夫妻两人在家，{kin}".rstrip("，")
        case "newcomers":
            return f"{home.head.province}来的，租住，做{home.head.job}"
        case "mother_and_son":
            return "母子两人过日子"
    if away is None:
        return chance.pick(("一家人都在家", "常住，三餐在家", "住在本村，在附近做工"))
    if not home.present:
        return f"全家在{away.town}，过年回来，房子托邻居照看"
    rest = "老人带着孩子在家" if home.shape == "grandchild" else "其余在家"
    words = {"20": "儿子", "30": "女儿"}.get(away.relation, "家里人")
    return f"{words}在{away.town}{away.away.partition('，')[2]}，{rest}"
