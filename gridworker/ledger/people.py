"""Who is who and where: names of colleagues, paths of regions, one's own grids."""

from collections.abc import Mapping, Sequence

from gridworker.ledger.ground import Ground

SEPARATOR = "·"
SCOPING_LEVELS = ("grid",)


def names(ground: Ground) -> dict[str, str]:
    """Person id to name, of everybody whom this desk knows; oneself at least."""
    known = {str(each["id"]): str(each.get("name") or "") for each in ground.store.find("staff_member")}
    return {ground.me.person: ground.me.name} | known


def grid_workers(ground: Ground) -> dict[str, str]:
    """Person id to name of the grid workers."""
    found = ground.store.find("staff_member", (("role", "=", "grid_worker"),), ("name",))
    return {str(each["id"]): str(each.get("name") or "") for each in found}


def workers_of(ground: Ground, region: str) -> list[str]:
    """The names of the grid workers who are responsible for a region."""
    found = ground.store.find(
        "staff_member", (("role", "=", "grid_worker"), ("regions", "has", ("region", region))), ("name",)
    )
    return [str(each.get("name") or "") for each in found]


class Regions:
    """The tree of regions, read once and read again when it changed."""

    def __init__(self, ground: Ground) -> None:
        found = ground.store.find("region", (), ("code",))
        self.by_id: Mapping[str, Mapping[str, object]] = {str(each["id"]): each for each in found}
        self._children: dict[str, list[str]] = {}
        for each in found:
            self._children.setdefault(str(each.get("parent") or ""), []).append(str(each["id"]))

    def way(self, region: str) -> list[str]:
        """Ids from the town down to ``region``; the county is left out."""
        way: list[str] = []
        while region in self.by_id and len(way) < 6:
            if self.by_id[region].get("level") != "county":
                way.insert(0, region)
            region = str(self.by_id[region].get("parent") or "")
        return way

    def path(self, region: str) -> str:
        """``谷来镇·马村·第2网格``; "" for a region that is not here."""
        return SEPARATOR.join(_short(str(self.by_id[each].get("name") or "")) for each in self.way(region))

    def above(self, region: str, level: str) -> str:
        """The id of the region of ``level`` in which ``region`` lies; "" when there is none."""
        while region in self.by_id:
            if self.by_id[region].get("level") == level:
                return region
            region = str(self.by_id[region].get("parent") or "")
        return ""

    def living(self, regions: Sequence[str]) -> list[str]:
        """Those of the regions that have not ended."""
        return [each for each in regions if not self.by_id[each].get("valid_to")]

    def below(self, region: str, level: str) -> list[str]:
        """The ids of all regions of ``level`` in the subtree of ``region``, itself included."""
        if region not in self.by_id:
            return []
        if self.by_id[region].get("level") == level:
            return [region]
        return [found for child in self._children.get(region, ()) for found in self.below(child, level)]


def _short(name: str) -> str:
    """``马村村委会`` as people say it."""
    for ending, said in (("村民委员会", "村"), ("村委会", "村"), ("居民委员会", "社区"), ("居委会", "社区")):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem if stem.endswith(said) else stem + said
    return name
