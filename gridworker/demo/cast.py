"""Who works in the made-up district: one worker a grid, a mediator and a supervisor a town."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.demo.chance import Ids
from gridworker.demo.places import COUNTY, Grid
from gridworker.records.kind import Role

_HIRED = 1_577_894_400_000
"""2020-01-02 in China, ms UTC."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who signs in. The names are made up; ``user`` is ASCII."""

    id: str
    """The account's id, which is the staff member's record and the ``by`` of every stamp."""
    user: str
    name: str
    role: str
    post: str
    phone: str
    region: str
    """The id of the region assigned."""
    region_code: str
    sex: str

    def staff_fields(self, county: str, entry: str) -> dict[str, Any]:
        """The fields of the staff member's record; ``entry`` is the id of the one assignment."""
        return {
            "name": self.name,
            "user": self.user,
            "role": self.role,
            "post": self.post or None,
            "phone": self.phone,
            "county": county,
            "regions": {entry: {"region": self.region}},
            "active": True,
        }


# In the order of the grids: user, name, sex.
_WORKERS = (
    ("liuyl", "刘玉兰", "2"),
    ("magq", "马国权", "1"),
    ("huangyq", "黄月琴", "2"),
    ("lvwj", "吕伟江", "1"),
    ("zhangyj", "张亚君", "2"),
    ("wangjm", "王建苗", "1"),
    ("qianxy", "钱小英", "2"),
    ("zhuzm", "竺忠明", "1"),
)
# Town code, user, name, sex.
_MEDIATORS = (
    ("330683106", "huangbn", "黄伯年", "1"),
    ("330683105", "qiurf", "裘仁甫", "1"),
    ("330683110", "zhouaj", "周爱娟", "2"),
)
_SUPERVISORS = (
    ("330683106", "chenlf", "陈立锋", "1"),
    ("330683105", "xingxm", "邢晓敏", "2"),
    ("330683110", "xupf", "徐佩芬", "2"),
)


def accounts(
    seed: int,
    grids: Sequence[Grid],
    regions: Mapping[str, str],
    people: Mapping[str, str] | None = None,
) -> tuple[DemoAccount, ...]:
    """Everybody: workers in the order of the grids, mediators, supervisors, the county's, the administrator.

    ``people``: user to account id where the centre has given one already.
    """
    ids, known = Ids(seed, "people"), people or {}
    found: list[DemoAccount] = []

    def add(role: Role, post: str, code: str, region: str, who: tuple[str, str, str]) -> None:
        user, name, sex = who
        own = ids.at(_HIRED)
        phone = f"12400000{len(found) + 1:03d}"
        found.append(DemoAccount(known.get(user, own), user, name, role, post, phone, region, code, sex))

    for grid, who in zip(grids, _WORKERS, strict=True):
        add(Role.GRID_WORKER, "full_time", grid.code, grid.id, who)
    for town, *rest in _MEDIATORS:
        add(Role.MEDIATOR, "mediator", town, regions[town], (rest[0], rest[1], rest[2]))
    for town, *rest in _SUPERVISORS:
        add(Role.SUPERVISOR, "reviewer", town, regions[town], (rest[0], rest[1], rest[2]))
    county = regions[COUNTY]
    add(Role.SUPERVISOR, "county_supervisor", COUNTY, county, ("yuyk", "俞永康", "1"))
    add(Role.ADMIN, "", COUNTY, county, ("zhengyf", "郑一凡", "1"))
    return tuple(found)


class Cast:
    """Who is who: worker of a grid, mediator and supervisor of a town."""

    def __init__(self, everybody: Sequence[DemoAccount]) -> None:
        self.everybody = tuple(everybody)
        self._by = {(one.role, one.region_code): one for one in everybody}

    def worker(self, grid: Grid) -> DemoAccount:
        """Who walks this grid."""
        return self._by[Role.GRID_WORKER, grid.code]

    def mediator(self, grid: Grid) -> DemoAccount:
        """Who mediates in the town of this grid."""
        return self._by[Role.MEDIATOR, grid.town_code]

    def supervisor(self, grid: Grid) -> DemoAccount:
        """Who reads the diaries of the town of this grid."""
        return self._by[Role.SUPERVISOR, grid.town_code]

    @property
    def county_supervisor(self) -> DemoAccount:
        """Who looks after the whole county."""
        return self._by[Role.SUPERVISOR, COUNTY]

    @property
    def admin(self) -> DemoAccount:
        """Who keeps accounts and regions."""
        return self._by[Role.ADMIN, COUNTY]

    @property
    def names(self) -> frozenset[str]:
        """Names that no resident is to have."""
        return frozenset(one.name for one in self.everybody)
