"""A small made-up grid on one worker's desk: thirty households as the centre sent them, to be copied for each test."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gridworker.ledger import Ledger, Me
from gridworker.protocol.sync import BucketInfo
from gridworker.records import KINDS
from gridworker.records.change import Change
from gridworker.records.identity import check_digit
from gridworker.storage.cabinet import Cabinet
from gridworker.storage.store import Store
from gridworker.ui.references import LedgerReferences
from gridworker.ui.work import Work
from tests.helpers.notebook import (
    BUCKETS,
    COUNTY,
    DAY,
    GRID,
    KEY,
    LI,
    MORNING,
    OTHER_GRID,
    PEOPLE,
    TODAY,
    TOWN,
    WANG,
    ZHAO,
    Centre,
    ids,
    info,
    name_of,
)

__all__ = [
    "CASE",
    "COUNTY",
    "DAY",
    "DISPUTE",
    "GRID",
    "HOME",
    "LI",
    "MATTER",
    "MORNING",
    "NEVER_VISITED",
    "OTHER_GRID",
    "RETURNED_VISIT",
    "TODAY",
    "TOWN",
    "WANG",
    "ZHAO",
    "SmallGrid",
    "home_id",
    "template",
]

VILLAGE: Final = name_of(0xA5)
_NUMBER: Final = "33068319411203822"
ID_NUMBER: Final = _NUMBER + check_digit(_NUMBER)
"""王桂英's."""


def home_id(number: int) -> str:
    """The id of a household: 1 to 26 in one's own grid, 27 to 30 in the grid next to it."""
    return name_of(0xD000 + number)


HOME: Final = home_id(1)
"""王桂英, who lives alone, was last met in September: long overdue."""
SENSITIVE_TAG: Final = name_of(0xE601)
"""邻里积怨 of household 3."""
NEVER_VISITED: Final = home_id(26)
MATTER: Final = name_of(0xE001)
"""An open matter of household 2."""
DISPUTE: Final = name_of(0xE101)
"""A dispute of households 3 and 4 that is being mediated, with its case."""
CASE: Final = name_of(0xE201)
SESSION: Final = name_of(0xE301)
RETURNED_VISIT: Final = name_of(0xE403)
"""A diary of 王芳 that the supervisor sent back."""

HEADS: Final = (
    "王桂英 马建国 陈阿毛 周伟明 单雪芬 王霞洋 钱金水 裘志刚 竺美仙 马小燕 陈志强 王国平 周阿香 童建军 吕秋萍 "
    "张水根 裘月琴 马永康 陈彩云 王伯良 单立新 钱小红 竺阿土 童丽娟 吕海林 曹文斌 沈桂花 高大勇 袁爱珍 应国良"
).split()
TAGS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("living_alone", "aged_80"),
    2: ("low_income",),
    3: ("party_member",),
    5: ("new_resident",),
    8: ("rental",),
    11: ("veteran",),
    14: ("living_alone",),
}


def template(folder: Path) -> Path:
    """A store in which everything lies that the centre has of the grid; made once, copied for each test."""
    path = folder / "small_grid.db"
    store = Store.open(path, KEY)
    centre = Centre()
    for place in BUCKETS:
        if place != "user":
            store.add_bucket(info(place))
    _Writer(centre).everything()
    for place in BUCKETS:
        if place != "user":
            store.receive(centre.page(place, *centre.of(place)))
    while store.index_backlog(1000):
        pass
    store.close()
    return path


class _Writer:
    """Writes what the centre has."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def everything(self) -> None:
        self._places_and_people()
        for number, head in enumerate(HEADS, 1):
            self._household(number, head)
        self._tags()
        self._visits()
        self._troubles()

    def _put(self, kind: str, record: str, fields: Mapping[str, Any], place: str = "grid", **more: Any) -> None:
        kept = KINDS[kind].clean(fields)
        self._centre.write(kind, kept, place, record=record, **{"by": WANG, "at": MORNING - 200 * DAY, **more})

    def _places_and_people(self) -> None:
        regions = (
            (COUNTY, "330683", "嵊州市", "county", None),
            (TOWN, "330683106", "谷来镇", "town", COUNTY),
            (VILLAGE, "330683106211", "马村村委会", "village", TOWN),
            (GRID, "330683106211001", "第1网格", "grid", VILLAGE),
            (OTHER_GRID, "330683106211002", "第2网格", "grid", VILLAGE),
        )
        for record, code, name, level, parent in regions:
            fields: dict[str, Any] = {"code": code, "name": name, "level": level, "county": COUNTY}
            self._put("region", record, fields | ({"parent": parent} if parent else {}), "reference")
        for role, (person, name) in PEOPLE.items():
            region = GRID if role == "grid_worker" else TOWN
            staff: dict[str, Any] = {"name": name, "user": role, "role": role, "county": COUNTY, "active": True}
            staff["regions"] = {name_of(0xF000 + len(role)): {"region": region}}
            self._put("staff_member", person, staff, "reference")

    def _household(self, number: int, head: str) -> None:
        mine = number <= 26
        grid, place = (GRID, "grid") if mine else (OTHER_GRID, "other_grid")
        home = home_id(number)
        fields: dict[str, Any] = {
            "household_no": f"HH{number:04d}",
            "head_name": head,
            "grid": grid,
            "address": f"马村后岸路{number}号",
            "phone": f"1380575{number:04d}",
            "household_kind": "family",
            "members": 2,
        }
        if number in TAGS:
            fields["tags"] = list(TAGS[number])
        # The last one moved in last week; nobody of this grid has to go to those next door today.
        at = MORNING - (200 if number < 26 else 4 if number == 26 else 1) * DAY
        self._put("household", home, fields, place, at=at)
        people: tuple[tuple[str, str, dict[str, Any]], ...] = (
            (head, "02", {"id_number": ID_NUMBER} if number == 1 else {}),
            (head[0] + "小宝", "20", {}),
        )
        for nth, (name, relation, more) in enumerate(people):
            person = name_of(0xD100 + 2 * number + nth)
            about = {"name": name, "household": home, "grid": grid, "relation": relation, **more}
            self._put("person", person, about, place)

    def _tags(self) -> None:
        tag = {"tag": "neighbour_grudge", "household": home_id(3), "grid": GRID, "source": "2025 年矛盾排查表"}
        self._put("key_group_tag", SENSITIVE_TAG, {**tag, "valid_from": "2025-06-01"}, "sensitive")

    def _visits(self) -> None:
        """Everybody but the last was met; the later the number, the later the visit."""
        for number in range(1, 26):
            at = MORNING - (170 - 5 * number) * DAY
            more: dict[str, Any] = {"situation": ["well"]} if number % 2 else {}
            self._visit(0xE400 + number, number, at, **more)

    def _visit(self, record: int, number: int, at: int, **more: Any) -> None:
        returned = name_of(record) == RETURNED_VISIT
        fields: dict[str, Any] = {
            "household": home_id(number),
            "grid": GRID,
            "visitor": WANG,
            "visited_at": at,
            "month": "2026-01",
            "mode": "home",
            "met": True,
            "text": f"{HEADS[number - 1]}家里都好，谈到春茶收成。",
            "state": "returned" if returned else "submitted",
            "subjects": {
                name_of(record + 0x1000): {
                    "kind": "household",
                    "record": home_id(number),
                    "name": HEADS[number - 1],
                }
            },
            **more,
        }
        self._put("visit", name_of(record), fields, at=at)
        if returned:
            said: dict[str, Any] = {
                "visit": name_of(record),
                "grid": GRID,
                "worker": WANG,
                "act": "returned",
                "reviewer": ZHAO,
            }
            said |= {"comment": "请写明老人用药情况。", "reviewed_at": at + DAY}
            self._put("review", name_of(0xE501), said, by=ZHAO, at=at + DAY)

    def _troubles(self) -> None:
        at = MORNING - 3 * DAY
        matter: dict[str, Any] = {"title": "后岸路灯不亮", "grid": GRID, "household": home_id(2), "state": "handling"}
        matter |= {"event_class": "service", "urgency": "normal", "reporter": "马建国", "responsible": WANG}
        matter |= {"first_receiver": WANG, "due": "2026-03-04", "reported_at": at, "content": "晚上老人出门不安全。"}
        self._put("matter", MATTER, matter, at=at)
        done = {**matter, "title": "水管漏水", "household": home_id(7), "state": "done", "result": "已换阀门"}
        self._put("matter", name_of(0xE002), done, at=at)
        dispute: dict[str, Any] = {
            "title": "陈阿毛与周伟明宅基地纠纷",
            "grid": GRID,
            "household": home_id(3),
            "state": "mediating",
        }
        dispute |= {"dispute_type": "03", "risk": "medium", "due": "2026-03-12", "reporter": WANG, "reported_at": at}
        dispute |= {"mediator": LI, "summary": "砌墙占了半尺。", "place": "马村后岸路3号"}
        dispute["parties"] = {
            name_of(0xE111): {"name": "陈阿毛", "role": "applicant", "household": home_id(3), "phone": "13805750003"},
            name_of(0xE112): {"name": "周伟明", "role": "respondent", "household": home_id(4), "phone": "13805750004"},
        }
        self._put("dispute", DISPUTE, dispute, at=at)
        fresh: dict[str, Any] = {
            "title": "马小燕与钱金水相邻采光纠纷",
            "grid": GRID,
            "household": home_id(10),
            "reporter": WANG,
        }
        fresh |= {"dispute_type": "02", "state": "registered", "risk": "low", "reported_at": at + DAY}
        self._put("dispute", name_of(0xE102), fresh, at=at + DAY)
        case = {"title": "宅基地纠纷", "dispute": DISPUTE, "town": TOWN, "accepted_on": "2026-02-28", "mediator": LI}
        self._put("mediation_case", CASE, case, "case", by=LI, at=at + DAY)
        session: dict[str, Any] = {"case": CASE, "dispute": DISPUTE, "town": TOWN, "number": 1, "held_at": at + 2 * DAY}
        session |= {
            "process": "双方到场，同意先量界址。",
            "result": "again",
            "next_at": MORNING + 2 * DAY,
            "mediator": LI,
            "place": "镇调委会",
        }
        self._put("mediation_session", SESSION, session, "case", by=LI, at=at + 2 * DAY)


class _Preferences:
    """A worker's choices, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return self._kept.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self._kept[key] = value


@dataclass
class SmallGrid:
    """One person's desk over a copy of the template; the test holds the clock."""

    path: Path
    store: Store
    work: Work
    now: list[int] = field(default_factory=lambda: [MORNING])
    """One number: ms UTC; 2026-03-02 09:14 in China, a Monday, until the test changes it."""

    @classmethod
    def open(cls, path: Path, *, role: str = "grid_worker", copied_from: Path | None = None) -> SmallGrid:
        """The desk of 王芳 (grid_worker), 李明 (mediator) or 赵强 (supervisor)."""
        person, name = PEOPLE[role]
        if copied_from is not None:
            shutil.copyfile(copied_from, path)
        store = Store.open(path, KEY)
        if store.bucket_for("user", person) is None:
            _own_bucket(store, person)
        now = [MORNING]
        me = Me(person, role, name, role, (GRID if role == "grid_worker" else TOWN,), COUNTY)
        new_id = ids(0x100000 if copied_from is not None else 0x700000)
        ledger = Ledger(store, me, clock=lambda: now[0], new_id=new_id, cabinet=lambda: Cabinet.open(path, KEY))
        lane = _lane(path, me, lambda: now[0])
        work = Work(
            ledger=ledger,
            references=LedgerReferences(ledger, new_id, lambda: now[0]),
            preferences=_Preferences(),
            clock=lambda: now[0],
            lane_ledger=lane,
        )
        return cls(path, store, work, now)

    @property
    def ledger(self) -> Ledger:
        """What the person can do."""
        return self.work.ledger

    def waiting(self) -> list[Change]:
        """What the centre has not been told yet."""
        return list(self.store.waiting(10_000))

    def records(self, kind: str, **where: Any) -> list[dict[str, Any]]:
        """Live records of a kind with these values."""
        return self.ledger.find(kind, [(name, "=", value) for name, value in where.items()])

    def close(self) -> None:
        """The program ends."""
        self.store.close()


def _own_bucket(store: Store, person: str) -> None:
    bucket = BucketInfo(id=name_of(0xC10 + int(person[-2:], 16)), bucket_class="user", region=person)
    store.add_bucket(bucket)
    centre = Centre()
    page = centre.page("user").model_copy(update={"bucket": bucket.id})
    store.receive(page)


def _lane(path: Path, me: Me, clock: Callable[[], int]) -> Callable[[], Ledger]:
    """A ledger of the lane that asks for it first; its store is closed with the last reference."""
    opened: list[Ledger] = []

    def lane() -> Ledger:
        if not opened:
            store = Store.open(path, KEY)
            new_id, cabinet = ids(0x800000), functools.partial(Cabinet.open, path, KEY)
            opened.append(Ledger(store, me, clock=clock, new_id=new_id, cabinet=cabinet))
        return opened[0]

    return lane


def desks(folder: Path, copied_from: Path) -> Iterator[Callable[[str], SmallGrid]]:
    """Opens desks for the length of a test."""
    opened: list[SmallGrid] = []

    def desk(role: str = "grid_worker") -> SmallGrid:
        one = SmallGrid.open(folder / f"{role}{len(opened)}.db", role=role, copied_from=copied_from)
        opened.append(one)
        return one

    yield desk
    for one in opened:
        one.close()
