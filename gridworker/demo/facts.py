"""What is true of a visit: who was met where, on what sort of day; texts ask for it by these words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gridworker.demo.chance import Chance
from gridworker.demo.days import seasons
from gridworker.demo.homes import Home, Resident
from gridworker.demo.names import called

_TAG_WORDS = {
    "low_income": "poor",
    "low_income_edge": "poor",
    "extreme_poverty": "poor",
    "party_member": "party",
    "veteran": "veteran",
    "village_delegate": "delegate",
    "new_resident": "newcomer",
    "rental": "rental",
    "dangerous_house": "oldhouse",
    "geological_hazard": "hazard",
}
_SKIES = {"晴": {"sun"}, "小雨": {"rain"}, "大雨": {"rain"}}
_GRADES = "一二三四五六"


@dataclass(slots=True)
class Slot:
    """One visit before it is written: when, where, how."""

    day: date
    minutes: int
    """After midnight in China."""
    lasts: int
    home: Home
    mode: str
    met: bool
    whom: Resident
    nature: str
    sky: str
    event: object = None
    """A matter or dispute that was heard, or followed up."""
    also: list[Home] = field(default_factory=list)
    """Neighbours who were met there too."""

    def age(self) -> int:
        """Of the person met."""
        return self.whom.age(self.day)


def facts_of(slot: Slot) -> set[str]:
    """All that is true of the visit, in the words of the sheets."""
    home, day = slot.home, slot.day
    found = set(seasons(day)) | home.crops | {slot.mode, home.shape}
    found |= {word for tag, word in _TAG_WORDS.items() if tag in home.tags}
    found |= _of_person(slot) | _of_hour(slot) | _of_children(home, day)
    if home.shape == "pair":
        found.add("couple")
    if not home.present:
        found.add("farhome")
    if home.grid.town_name == "谷来镇":
        found.add("gulai")
    if any(one.job in ("越剧服装缝纫", "来料加工") for one in home.present):
        found.add("sewing")
    return found | _SKIES.get(slot.sky, set())


def _of_children(home: Home, day: date) -> set[str]:
    children = home.children(day)
    if not children:
        return set()
    found = {"kids"}
    if home.shape == "grandchild":
        found.add("left")
    if _school(children[0], day)[1]:
        found.add("pupil")
    return found


def _of_person(slot: Slot) -> set[str]:
    age, whom = slot.age(), slot.whom
    found = {"head"} if whom is slot.home.head else set()
    if age >= 65:
        found.add("elder")
    if age >= 80:
        found.add("aged")
    if 18 <= age < 60:
        found.add("working")
    if slot.nature == "planned":
        found.add("planned")
    return found


def _of_hour(slot: Slot) -> set[str]:
    if slot.minutes >= 17 * 60 + 40:
        return {"evening"}
    return {"noon"} if 11 * 60 + 30 <= slot.minutes <= 13 * 60 + 15 else set()


def words_of(slot: Slot, manner: str, chance: Chance) -> dict[str, object]:
    """What fills the gaps of a text. A word that has no meaning here is missing."""
    home, whom = slot.home, slot.whom
    april = slot.day.month >= 4
    words: dict[str, object] = {
        "call": called(whom.name, whom.sex, slot.age(), manner),
        "ta": "他" if whom.sex == "1" else "她",
        "name": whom.name,
        "house": home.head.name,
        "hamlet": home.hamlet_name,
        "village": home.grid.village_name,
        "town": home.grid.town_name,
        "hospital": chance.pick(("镇卫生院", "嵊州市人民医院", "嵊州市中医院")),
        "n": chance.whole(5, 26),
        "m": chance.whole(2, 5),
        "k": chance.whole(2, 9),
        "count": len(slot.also) + 1,
        "hi": chance.whole(63, 76) * 2,
        "lo": chance.whole(37, 45) * 2,
        "tea": f"{chance.whole(18, 42) if april else chance.whole(55, 95)}块",
        "picker": chance.whole(16, 21) * 10,
        "wage": chance.whole(24, 33) * 10,
        "price": f"{chance.whole(6, 11)}块",
        "stock": chance.whole(4, 26) * 10,
        "coins": chance.whole(40, 480),
        "cost": chance.whole(70, 240) * 100,
        "people": len(home.people),
        **_kin(home, whom),
        **_child(home, whom, slot.day),
    }
    if slot.also:
        near = slot.also[0].head
        word = called(near.name, near.sex, near.age(slot.day), manner)
        words["near"] = near.name if word == words["call"] else word
    if whom.province:
        words["province"], words["job"] = whom.province, whom.job
    if whom.town:
        words["where"], words["does"] = whom.town, whom.away.partition("，")[2]
    return words


def _kin(home: Home, whom: Resident) -> Mapping[str, str]:
    """Whoever of the family lives elsewhere and is young enough to help."""
    if home.kin and whom.relation in ("02", "12", "52"):
        kin = home.kin[0]
        return {"kid": kin.word, "kin": kin.line, "kin_or": kin.line, "where": kin.town}
    elders = whom.relation in ("02", "12")
    for one in home.people:
        if one.relation in ("20", "30") and one.away and elders and one.job != "学生":
            word = "儿子" if one.relation == "20" else "女儿"
            line = f"{word}在{one.away.replace('，', '')}"
            return {"kid": word, "kin": line, "kin_or": line, "where": one.town}
    return {"kin_or": "家中无外出人员"}


def _child(home: Home, whom: Resident, day: date) -> Mapping[str, str]:
    children = home.children(day)
    if not children or whom in children:
        return {}
    child = children[0]
    boy = child.sex == "1"
    grand = child.relation in ("41", "42") and whom.relation in ("02", "12")
    word = ("孙子" if boy else "孙女") if grand else ("儿子" if boy else "女儿")
    if whom.relation == "52":
        word = "曾孙" if boy else "曾孙女"
    return {"child": word, "school": _school(child, day)[0]}


def workplace_of_child(child: Resident, day: date) -> str | None:
    """Which school of the town a child goes to; None for who is too small or too old."""
    start = child.age(_school_year(day))
    if not 3 <= start < 15:
        return None
    return "镇中心幼儿园" if start < 6 else "镇中心小学" if start < 12 else "镇中学"


def _school_year(day: date) -> date:
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def _school(child: Resident, day: date) -> tuple[str, bool]:
    """What a child does, and whether he goes to school (with six, on the first of September)."""
    age = child.age(_school_year(day))
    if age < 3:
        return "还没上幼儿园", False
    if age < 6:
        return f"上幼儿园{'小中大'[age - 3]}班", False
    if age < 12:
        return f"读{_GRADES[age - 6]}年级", True
    return f"读初{_GRADES[min(age - 12, 2)]}", True
