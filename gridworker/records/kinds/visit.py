"""走访: one entry of the 民情日记, an ordinary record that only its author edits."""

from gridworker.records.codes import DUTIES, HOUSEHOLD_TAGS
from gridworker.records.fields import Choice, Day, Flag, Merge, Moment, Name, Privacy, Ref, Searched, State, Text
from gridworker.records.files import Files
from gridworker.records.kind import Alike, BucketClass, Follows, Kind, Rights, Role, Summary, roles
from gridworker.records.machine import Machine, Move
from gridworker.records.several import Entries, Tags

MODES = {
    "home": "上门",
    "phone": "电话",
    "met": "路遇",
    "came": "来访",
    "video": "视频",
    "wechat": "微信",
    "patrol": "巡查",
    "meeting": "座谈",
}
NATURES = {"planned": "计划", "own": "自主", "ordered": "督办", "return": "回访"}
STATES = {"submitted": "已提交", "read": "已阅", "returned": "退回补充"}
SUBJECT_KINDS = ("household", "person", "enterprise", "dwelling", "site")
SAFETY_CHECKS = {
    "gas": "燃气",
    "wiring": "用电线路",
    "e_bike": "电动车充电",
    "house": "房屋安全",
    "fraud": "防诈骗提醒",
    "fire": "消防通道",
    "heating": "取暖安全",
    "water": "防溺水",
}

TEN_MINUTES = 600_000
"""ms in which nobody writes the same of one household twice: the two diaries are perhaps one."""

_REVIEWERS = roles(Role.SUPERVISOR)
MACHINE = Machine(
    field="state",
    initial="submitted",
    states=STATES,
    moves=(
        Move("read", "批阅", frozenset({"submitted"}), _REVIEWERS),
        Move("returned", "退回补充", frozenset({"submitted", "read"}), _REVIEWERS),
        Move(
            "submitted", "补充后提交", frozenset({"returned"}), roles(Role.GRID_WORKER, Role.MEDIATOR), author_only=True
        ),
    ),
    ended=frozenset({"read"}),
    tones={"submitted": "info", "read": "ok", "returned": "warn"},
)

VISIT = Kind(
    name="visit",
    title="走访",
    icon="diary",
    home=BucketClass.GRID,
    rights=Rights(
        create=roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR),
        edit=roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR),
        remove=roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR),
        author_only=True,
    ),
    follows=(Follows("household", "household"),),
    title_fields=("text",),
    columns=("visited_at", "mode", "text", "state"),
    indexes=(("grid", "visited_at"), ("household", "visited_at"), ("visitor", "visited_at"), ("state", "visited_at")),
    indexed_later=True,
    summaries=(
        Summary("visits_by_household", by=("household",), where={"met": (True, None)}, latest="visited_at"),
        Summary("visits_by_state", by=("grid", "state")),
    ),
    alike=(Alike(("household", "visitor", "text", "visited_at"), every=TEN_MINUTES),),
    machine=MACHINE,
    fields=(
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.FIXED),
        Ref("household", "走访住户", to=("household",), merge=Merge.FIXED, hidden=True),
        Entries(
            "subjects",
            "走访对象",
            found_by="household",
            fields=(
                Choice("kind", "类型", required=True, choices={k: k for k in SUBJECT_KINDS}),
                Ref("record", "对象", required=True, to=SUBJECT_KINDS),
                Name("name", "名称", searched=Searched.NAME),
            ),
        ),
        Ref("visitor", "走访人", to=("staff_member",), required=True, merge=Merge.FIXED),
        Entries(
            "companions",
            "同行人",
            fields=(Ref("staff", "工作人员", to=("staff_member",)), Name("name", "姓名", searched=Searched.NO)),
        ),
        Moment("visited_at", "走访时间", required=True),
        Moment("ended_at", "结束时间"),
        Text("month", "月份", limit=7, merge=Merge.FIXED, hidden=True),
        Choice("mode", "方式", required=True, choices=MODES, default="home"),
        Flag("met", "见到人", default=True, hint="没有见到人记为“未遇”，算一次上门"),
        Name("met_whom", "见到谁", searched=Searched.NO),
        Choice("nature", "性质", choices=NATURES, default="own"),
        Tags("purposes", "目的", choices=DUTIES),
        Text("text", "情况", limit=5000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Tags(
            "situation",
            "情况标签",
            choices={"well": "一切正常", "unwell": "身体不适", "problem": "反映问题", "help": "需要帮助"},
        ),
        Text("handled", "现场处置", limit=1000, lines=True, searched=Searched.TEXT),
        Flag("solved", "当场解决"),
        Text("promise", "承诺事项", limit=500, searched=Searched.TEXT),
        Day("follow_up", "跟进日期"),
        Flag("follow_up_done", "已跟进"),
        Tags("tag_proposals", "建议增加标签", choices=HOUSEHOLD_TAGS, privacy=Privacy.B),
        Tags("safety", "安全检查", choices=SAFETY_CHECKS),
        Text("hazard", "发现隐患", limit=500, lines=True, searched=Searched.TEXT),
        Text("place", "地点", limit=120, searched=Searched.ADDRESS),
        State("state", "状态", choices=STATES, default="submitted"),
        Files("photos", "照片和文件"),
    ),
)
