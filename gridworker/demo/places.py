"""Where the demo takes place: three mountain towns of 嵊州市 on their real codes, eight made-up grids."""

from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.demo.chance import Ids

COUNTY = "330683"

TOWNS = {"330683106": "谷来镇", "330683105": "石璜镇", "330683110": "下王镇"}
"""Town code (GB/T 10114) to name."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid of the demo. Names of hamlets (自然村) are made up; ``clans``: share of a surname."""

    id: str
    code: str
    """Village code of 12 digits and the grid's three."""
    name: str
    town: str
    """Region id."""
    town_code: str
    town_name: str
    village: str
    """Region id."""
    village_code: str
    village_name: str
    hamlets: tuple[str, ...]
    micro_grids: tuple[str, ...]
    """Region ids, one for each hamlet."""
    clans: Mapping[str, float]
    crops: Mapping[str, float]
    """Share of the households that grow tea, torreya (香榧), bamboo."""
    households: int

    @property
    def path(self) -> str:
        """``谷来镇 · 马村 · 第2网格``."""
        return f"{self.town_name} · {self.village_name} · {self.name}"


@dataclass(frozen=True, slots=True)
class _Plan:
    village_code: str
    village_name: str
    number: int
    households: int
    hamlets: str
    clans: Mapping[str, float]


_PLANS = (
    _Plan("330683106276", "马村", 2, 118, "后坪 石门头 樟树下", {"马": 6, "黄": 3, "钱": 1}),
    _Plan("330683106276", "马村", 1, 268, "上宅 下宅 祠堂前 水口", {"马": 7, "黄": 2, "吕": 1}),
    _Plan("330683106210", "舜源村", 1, 274, "大岭脚 里坞 外坞 庙后", {"黄": 5, "陈": 3, "张": 2}),
    _Plan("330683106281", "吕岙村", 1, 251, "里岙 外岙 竹园下", {"吕": 8, "王": 1, "俞": 1}),
    _Plan("330683106271", "护国岭村", 1, 233, "岭上 岭下 凉亭边", {"张": 4, "金": 3, "史": 2}),
    _Plan("330683105212", "雅璜村", 1, 297, "前街 后街 溪边 台门里", {"钱": 4, "裘": 3, "王": 2}),
    _Plan("330683105218", "白雁坑村", 1, 246, "坑口 半山 高山头", {"王": 4, "邢": 3, "周": 2}),
    _Plan("330683110252", "泉岗村", 1, 313, "上街 下街 茶场 岭背", {"俞": 6, "竺": 2, "卢": 1}),
)
_CROPS = {
    "330683106": {"torreya": 0.72, "tea": 0.34, "bamboo": 0.28},
    "330683105": {"torreya": 0.48, "tea": 0.46, "bamboo": 0.30},
    "330683110": {"torreya": 0.12, "tea": 0.68, "bamboo": 0.32},
}


def grids(seed: int, regions: Mapping[str, str]) -> tuple[Grid, ...]:
    """The grids, the first one that of the worker whom the demo signs in.

    ``regions``: code to region id as the centre knows it. Towns and villages must be there; a grid or
    micro-grid that is not gets an id of its own.
    """
    ids = Ids(seed, "regions")
    return tuple(_grid(plan, regions, ids) for plan in _PLANS)


def _grid(plan: _Plan, regions: Mapping[str, str], ids: Ids) -> Grid:
    town_code = plan.village_code[:9]
    code = f"{plan.village_code}{plan.number:03d}"
    hamlets = tuple(plan.hamlets.split())
    micro = (f"{code}{number:03d}" for number in range(1, len(hamlets) + 1))
    own = ids.at(_FOUNDED)
    return Grid(
        id=regions.get(code, own),
        code=code,
        name=f"第{plan.number}网格",
        town=regions[town_code],
        town_code=town_code,
        town_name=TOWNS[town_code],
        village=regions[plan.village_code],
        village_code=plan.village_code,
        village_name=plan.village_name,
        hamlets=hamlets,
        micro_grids=tuple(regions.get(each) or ids.at(_FOUNDED) for each in micro),
        clans=plan.clans,
        crops=_CROPS[town_code],
        households=plan.households,
    )


_FOUNDED = 1_577_808_000_000
"""2020-01-01 in China, ms UTC: when the made-up grids were drawn."""
