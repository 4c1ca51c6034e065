"""民情事项: what was heard on a visit and has to be followed until it is solved."""

from gridworker.records.codes import EVENT_CLASSES, SOURCES
from gridworker.records.fields import (
    Choice,
    Day,
    Merge,
    Moment,
    Name,
    Phone,
    Privacy,
    Ref,
    Searched,
    State,
    Text,
    Whole,
)
from gridworker.records.files import Files
from gridworker.records.kind import BucketClass, Follows, Kind, Rights, Role, Summary, roles
from gridworker.records.machine import Machine, Move
from gridworker.records.several import Entries

STATES = {
    "reported": "待受理",
    "accepted": "已受理",
    "handling": "办理中",
    "done": "已办结",
    "confirmed": "已反馈",
    "returned": "退回",
    "withdrawn": "已撤回",
}
TRACKS = {"instant": "即办", "joint": "联办", "supervised": "督办"}
WORRIES = {"care": "操心事", "vexing": "烦心事", "heartache": "揪心事"}
URGENCIES = {"normal": "一般", "urgent": "紧急", "grave": "重大"}
SATISFACTION = {"very": "很满意", "yes": "满意", "partly": "基本满意", "no": "不满意"}

_FIELD = roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)
MACHINE = Machine(
    field="state",
    initial="reported",
    states=STATES,
    moves=(
        Move("accepted", "受理", frozenset({"reported", "returned"}), _FIELD),
        Move("handling", "开始办理", frozenset({"reported", "accepted"}), _FIELD),
        Move("done", "办结", frozenset({"reported", "accepted", "handling"}), _FIELD, needs=("result",)),
        Move("confirmed", "已向群众反馈", frozenset({"done"}), _FIELD, needs=("feedback",)),
        Move("handling", "重新办理", frozenset({"done", "confirmed"}), _FIELD),
        Move("returned", "退回", frozenset({"reported", "accepted"}), roles(Role.SUPERVISOR), needs=("return_reason",)),
        Move("withdrawn", "撤回", frozenset({"reported", "returned"}), _FIELD, author_only=True),
    ),
    ended=frozenset({"done", "confirmed", "withdrawn"}),
    commutes=frozenset({("accepted", "handling"), ("accepted", "done"), ("handling", "done")}),
    tones={
        "reported": "warn",
        "accepted": "info",
        "handling": "info",
        "done": "ok",
        "confirmed": "ok",
        "returned": "bad",
        "withdrawn": "neutral",
    },
)

MATTER = Kind(
    name="matter",
    title="事项",
    icon="task",
    home=BucketClass.GRID,
    rights=Rights(create=_FIELD, edit=_FIELD, remove=roles(Role.GRID_WORKER, Role.SUPERVISOR)),
    follows=(Follows("household", "household", while_open=True),),
    title_fields=("title",),
    columns=("title", "event_class", "urgency", "due", "state"),
    indexes=(("grid", "state", "due"), ("household",), ("visit",), ("responsible", "state", "due")),
    summaries=(Summary("matters_by_state", by=("grid", "state")),),
    machine=MACHINE,
    fields=(
        Text("title", "事项", required=True, limit=100, searched=Searched.TEXT),
        Text("content", "详细情况", limit=2000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.FIXED),
        Ref("household", "反映住户", to=("household",)),
        Ref("visit", "来自走访", to=("visit",), merge=Merge.FIXED),
        Choice("source", "来源", choices=SOURCES, default="visit"),
        Choice("event_class", "类别", choices=EVENT_CLASSES, default="service"),
        Choice("worry", "三事分级", choices=WORRIES),
        Choice("urgency", "紧急程度", choices=URGENCIES, default="normal", merge=Merge.GUARDED),
        Choice("track", "办理方式", choices=TRACKS, default="instant"),
        Name("reporter", "反映人", searched=Searched.NAME),
        Phone("reporter_phone", "反映人电话"),
        Text("wanted", "希望的结果", limit=500),
        Text("place", "地点", limit=120, searched=Searched.ADDRESS),
        Moment("reported_at", "反映时间"),
        Whole("people", "涉及人数", most=1_000_000),
        Ref("first_receiver", "首问责任人", to=("staff_member",), merge=Merge.FIXED),
        Ref("responsible", "办理人", to=("staff_member",)),
        Day("reply_due", "答复期限"),
        Day("due", "办结期限"),
        State("state", "状态", choices=STATES, default="reported"),
        Text("return_reason", "退回原因", limit=500),
        Entries(
            "steps",
            "办理经过",
            fields=(
                Moment("at", "时间", required=True),
                Ref("by", "经办人", to=("staff_member",)),
                Text("text", "内容", required=True, limit=1000, lines=True),
            ),
        ),
        Text("result", "办理结果", limit=1000, lines=True, searched=Searched.TEXT),
        Text("feedback", "反馈情况", limit=500),
        Choice("satisfaction", "满意度", choices=SATISFACTION),
        Files("photos", "照片和文件"),
    ),
)
