"""行政区划: the tree of town, village, grid and micro-grid that scopes everything."""

from gridworker.records.fields import Choice, Day, Flag, Merge, Name, Privacy, Ref, Searched, Text, Whole
from gridworker.records.kind import BucketClass, Kind, Rights, Role, roles

LEVELS = {"county": "县市区", "town": "乡镇街道", "village": "村社区", "grid": "网格", "micro_grid": "微网格"}
"""Five levels, 市-镇-村-网格-微网格; codes after GB/T 2260, GB/T 10114 and, for grids, village code + 3 digits."""

REGION = Kind(
    name="region",
    title="区划",
    icon="location",
    home=BucketClass.REFERENCE,
    home_field="county",
    rights=Rights(create=roles(Role.ADMIN), edit=roles(Role.ADMIN), remove=roles(Role.ADMIN)),
    title_fields=("name",),
    columns=("code", "name", "level"),
    indexes=(("parent", "code"), ("code",)),
    fields=(
        Text("code", "代码", required=True, limit=24, searched=Searched.NUMBER),
        Text("name", "名称", required=True, limit=80, searched=Searched.TEXT),
        Choice("level", "级别", required=True, merge=Merge.FIXED, choices=LEVELS),
        Ref("parent", "上级", to=("region",), merge=Merge.GUARDED),
        Ref("county", "所属县市", to=("region",), merge=Merge.FIXED, hidden=True),
        Text("urban_rural", "城乡分类", limit=3, hint="统计用城乡分类代码，例如 220 村庄"),
        Flag("dedicated", "专属网格", default=False),
        Name("lead", "网格长", privacy=Privacy.C),
        Whole("planned_households", "户数", most=100_000),
        Day("valid_from", "启用日期"),
        Day("valid_to", "停用日期"),
        Ref("successor", "并入", to=("region",)),
    ),
)
