"""矛盾纠纷: what was reported and how it stands, in the grid; the confidential part is the mediation case."""

from gridworker.records.codes import CASE_GRADES, DISPUTE_SCALES, DISPUTE_TYPES, RISKS, SOURCES
from gridworker.records.fields import (
    Choice,
    Day,
    Flag,
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
from gridworker.records.kind import BucketClass, Kind, Rights, Role, Summary, roles
from gridworker.records.machine import Machine, Move
from gridworker.records.several import Entries

STATES = {
    "registered": "已登记",
    "accepted": "已受理",
    "mediating": "调解中",
    "agreed": "达成协议",
    "failed": "未达成",
    "visited": "已回访",
    "archived": "已归档",
    "refused": "不予受理",
    "withdrawn": "已撤回",
    "transferred": "已移送",
}
STEPS = ("registered", "accepted", "mediating", "agreed", "visited", "archived")
"""What the stepper shows: 登记 受理 调解 达成协议 回访 归档."""

_MEDIATORS = roles(Role.MEDIATOR, Role.SUPERVISOR)
_ALL = roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)
_OPEN = frozenset({"registered", "accepted", "mediating"})
MACHINE = Machine(
    field="state",
    initial="registered",
    states=STATES,
    moves=(
        Move("accepted", "受理", frozenset({"registered"}), _MEDIATORS, source_of_law="人民调解法 17"),
        Move("mediating", "开始调解", frozenset({"accepted", "failed"}), _MEDIATORS),
        Move("agreed", "达成协议", frozenset({"mediating"}), _MEDIATORS, source_of_law="人民调解法 28"),
        Move("failed", "调解未达成", frozenset({"mediating"}), _MEDIATORS, source_of_law="人民调解法 26"),
        Move("visited", "已回访", frozenset({"agreed"}), _ALL, source_of_law="人民调解法 31"),
        Move("archived", "归档", frozenset({"visited", "failed", "refused", "withdrawn", "transferred"}), _MEDIATORS),
        Move("refused", "不予受理", frozenset({"registered"}), _MEDIATORS),
        Move(
            "withdrawn",
            "当事人撤回",
            frozenset({"registered", "accepted", "mediating"}),
            _ALL,
            source_of_law="人民调解法 23",
        ),
        Move("transferred", "移送有关部门", _OPEN, _ALL, wins=True, source_of_law="人民调解法 25"),
    ),
    ended=frozenset({"archived", "refused", "withdrawn", "transferred"}),
    tones={
        "registered": "warn",
        "accepted": "info",
        "mediating": "info",
        "agreed": "ok",
        "failed": "bad",
        "visited": "ok",
        "archived": "neutral",
        "refused": "neutral",
        "withdrawn": "neutral",
        "transferred": "violet",
    },
)

PARTY_ROLES = {"applicant": "申请人", "respondent": "被申请人", "other": "其他当事人"}

DISPUTE = Kind(
    name="dispute",
    title="纠纷",
    icon="handshake",
    home=BucketClass.GRID,
    rights=Rights(create=_ALL, edit=_ALL, remove=roles(Role.GRID_WORKER, Role.SUPERVISOR), author_only=False),
    title_fields=("title",),
    columns=("title", "dispute_type", "risk", "due", "state"),
    indexes=(("grid", "state", "due"), ("visit",), ("household",), ("state", "due")),
    summaries=(
        Summary("disputes_by_state", by=("grid", "state")),
        Summary("disputes_by_type", by=("grid", "dispute_type")),
    ),
    machine=MACHINE,
    fields=(
        Text("title", "纠纷名称", required=True, limit=100, searched=Searched.TEXT),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.FIXED),
        Ref("visit", "来自走访", to=("visit",), merge=Merge.FIXED),
        Ref("household", "相关住户", to=("household",)),
        Choice("dispute_type", "纠纷类型", required=True, choices=DISPUTE_TYPES),
        Choice("source", "来源", choices=SOURCES, default="visit"),
        Day("happened_on", "发生日期"),
        Moment("reported_at", "登记时间"),
        Text("place", "发生地点", limit=120, searched=Searched.ADDRESS),
        Text("summary", "简要情况", limit=2000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Entries(
            "parties",
            "当事人",
            fields=(
                Name("name", "姓名或单位", required=True),
                Choice("role", "身份", choices=PARTY_ROLES),
                Ref("person", "人口档案", to=("person",)),
                Ref("household", "住户档案", to=("household",)),
                Phone("phone", "联系电话"),
                Text("address", "住址", limit=120, privacy=Privacy.B, searched=Searched.ADDRESS),
            ),
        ),
        Whole("people", "涉及人数", most=1_000_000, default=2),
        Choice("scale", "事件规模", choices=DISPUTE_SCALES, default="01"),
        Choice("grade", "分级", choices=CASE_GRADES, default="04", merge=Merge.GUARDED),
        Choice("risk", "激化风险", choices=RISKS, default="low", merge=Merge.GUARDED),
        Flag("escalating", "有激化迹象", merge=Merge.GUARDED),
        Text("police_report", "报告公安情况", limit=300, hint="可能激化的，写明何时报告了谁（人民调解法第 25 条）"),
        Ref("reporter", "登记人", to=("staff_member",), merge=Merge.FIXED),
        Ref("mediator", "承办调解员", to=("staff_member",), editors=_MEDIATORS),
        State("state", "状态", choices=STATES, default="registered"),
        Moment("next_at", "下次调解时间", editors=_MEDIATORS),
        Day("due", "调解期限", hint="受理之日起一个月，双方同意可以延长"),
        Text("outcome", "结果摘要", limit=300, editors=_MEDIATORS),
        Files("photos", "照片和文件"),
    ),
)
