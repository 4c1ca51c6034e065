"""调解记录: one session of a mediation, editable until it is signed, then only added to (人民调解法 27)."""

from collections.abc import Mapping
from typing import Any

from gridworker.records.fields import Choice, Flag, Merge, Moment, Name, Privacy, Ref, Searched, Text, Whole
from gridworker.records.files import Files
from gridworker.records.kind import BucketClass, Kind, Rights, Role, roles
from gridworker.records.several import Entries

RESULTS = {"agreed": "达成协议", "again": "择日再调", "not_agreed": "未达成", "suspended": "中止"}
FORMS = {"open": "公开", "closed": "不公开", "on_site": "现场", "phone": "电话", "video": "视频"}

_MEDIATORS = roles(Role.MEDIATOR, Role.SUPERVISOR)


def again_needs_a_date(fields: Mapping[str, Any]) -> str:
    """A session that is to be continued says when."""
    if fields.get("result") == "again" and not fields.get("next_at"):
        return "选择“择日再调”时，请填写下次调解时间。"
    return ""


MEDIATION_SESSION = Kind(
    name="mediation_session",
    title="调解记录",
    icon="session",
    home=BucketClass.CASE,
    home_field="town",
    lies_with="case",
    rights=Rights(create=_MEDIATORS, edit=_MEDIATORS, remove=roles(Role.SUPERVISOR)),
    title_fields=("process",),
    columns=("number", "held_at", "place", "result"),
    indexes=(("case", "held_at"), ("dispute", "held_at"), ("next_at",)),
    rules=(again_needs_a_date,),
    fields=(
        Ref("case", "案件", to=("mediation_case",), required=True, merge=Merge.FIXED),
        Ref("dispute", "纠纷登记", to=("dispute",), required=True, merge=Merge.FIXED),
        Ref("town", "受理乡镇", to=("region",), required=True, merge=Merge.FIXED),
        Whole("number", "第几次", least=1, most=999, default=1),
        Moment("held_at", "时间", required=True),
        Text("place", "地点", limit=120, default="镇人民调解委员会"),
        Choice("form", "方式", choices=FORMS, default="open"),
        Ref("mediator", "主持人", to=("staff_member",), required=True),
        Entries(
            "participants",
            "参加人",
            fields=(Name("name", "姓名", required=True, searched=Searched.NO), Text("standing", "身份", limit=60)),
        ),
        Text("process", "调解过程", required=True, limit=8000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Entries(
            "opinions",
            "各方意见",
            fields=(
                Name("party", "当事人", required=True, searched=Searched.NO),
                Text("text", "意见", limit=2000, lines=True, privacy=Privacy.B),
            ),
        ),
        Text("divergence", "分歧点", limit=500, privacy=Privacy.B),
        Choice("result", "结果", required=True, choices=RESULTS),
        Moment("next_at", "下次调解时间"),
        Flag("signed", "各方已签字", default=False, merge=Merge.GUARDED),
        Entries(
            "addenda",
            "补充记录",
            fields=(Moment("at", "时间", required=True), Text("text", "内容", required=True, limit=2000, lines=True)),
        ),
        Name("recorder", "记录人", searched=Searched.NO),
        Files("papers", "笔录附件"),
    ),
)
