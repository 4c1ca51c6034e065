"""批阅: what a supervisor says of a diary; written once, never changed."""

from collections.abc import Mapping
from typing import Any

from gridworker.records.fields import Choice, Merge, Moment, Privacy, Ref, Searched, Text
from gridworker.records.kind import BucketClass, Follows, Kind, Rights, Role, roles

LEVELS = {"excellent": "优", "good": "良", "fair": "中", "poor": "差"}
ACTS = {"read": "已阅", "returned": "退回补充"}


def return_says_why(fields: Mapping[str, Any]) -> str:
    """Who returns a diary says what is missing."""
    if fields.get("act") == "returned" and not fields.get("comment"):
        return "退回补充时，请写明需要补充什么。"
    return ""


REVIEW = Kind(
    name="review",
    title="批阅",
    icon="review",
    home=BucketClass.GRID,
    rights=Rights(create=roles(Role.SUPERVISOR)),
    follows=(Follows("visit", "visit"),),
    append_only=True,
    title_fields=("act", "comment"),
    columns=("reviewed_at", "act", "level", "comment"),
    indexes=(("visit",), ("worker", "reviewed_at")),
    rules=(return_says_why,),
    fields=(
        Ref("visit", "日记", to=("visit",), required=True, merge=Merge.FIXED),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.FIXED),
        Ref("worker", "填写人", to=("staff_member",), required=True, merge=Merge.FIXED),
        Ref("reviewer", "批阅人", to=("staff_member",), required=True, merge=Merge.FIXED),
        Moment("reviewed_at", "批阅时间", required=True, merge=Merge.FIXED),
        Choice("act", "处理", required=True, choices=ACTS, merge=Merge.FIXED),
        Choice("level", "等级", choices=LEVELS, merge=Merge.FIXED),
        Text("comment", "批语", limit=1000, lines=True, merge=Merge.FIXED, privacy=Privacy.B, searched=Searched.TEXT),
    ),
)
