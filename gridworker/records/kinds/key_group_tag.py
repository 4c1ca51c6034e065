"""重点人群标签: a sensitive tag (privacy class A), in the grid's sensitive bucket only."""

from gridworker.records.codes import TAGS_SENSITIVE
from gridworker.records.fields import Choice, Day, Merge, Privacy, Ref, Text
from gridworker.records.kind import BucketClass, Follows, Kind, Rights, Role, roles

KEY_GROUP_TAG = Kind(
    name="key_group_tag",
    title="敏感标签",
    icon="shield",
    home=BucketClass.SENSITIVE,
    rights=Rights(
        create=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        edit=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        remove=roles(Role.GRID_WORKER, Role.SUPERVISOR),
    ),
    follows=(Follows("person", "person"), Follows("household", "household")),
    title_fields=("tag",),
    columns=("tag", "valid_from", "valid_to"),
    indexes=(("household",), ("person",)),
    fields=(
        Choice("tag", "标签", required=True, choices=TAGS_SENSITIVE, merge=Merge.FIXED, privacy=Privacy.A),
        Ref("household", "所在户", to=("household",), required=True, merge=Merge.FIXED),
        Ref("person", "本人", to=("person",), merge=Merge.FIXED),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.HOME),
        Text("source", "依据", required=True, limit=200, privacy=Privacy.A, hint="文件或名册的名称、文号"),
        Text("level", "等级", limit=20, privacy=Privacy.A),
        Day("valid_from", "起始日期", required=True),
        Day("valid_to", "截止日期"),
        Ref("checked_by", "核实人", to=("staff_member",)),
        Text("note", "说明", limit=500, lines=True, privacy=Privacy.A),
    ),
)
