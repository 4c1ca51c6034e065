"""需要核对: two people changed one thing unseen by each other; both versions stay until a person decides."""

from gridworker.records.fields import Choice, Field, Merge, Moment, Ref, State, Text
from gridworker.records.kind import BucketClass, Kind, Rights, Role, roles
from gridworker.records.machine import Machine, Move
from gridworker.records.merge import CLASH_TITLES
from gridworker.records.several import Entries

STATES = {"open": "待核对", "kept": "保留现值", "swapped": "改用另一份", "merged": "两份都留"}

_ALL = roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR)


class AnyValue(Field):
    """A value of whatever field the conflict is about."""

    type = "any"

    def _checked(self, value: object) -> object:
        return value


def _version(name: str, title: str) -> tuple[Field, ...]:
    return (
        AnyValue(f"{name}value", f"{title}内容"),
        Ref(f"{name}by", f"{title}修改人", to=("staff_member",)),
        Moment(f"{name}at", f"{title}修改时间"),
        Text(f"{name}change", f"{title}修改编号", limit=36, hidden=True),
    )


MACHINE = Machine(
    field="state",
    initial="open",
    states=STATES,
    moves=(
        Move("kept", "保留现值", frozenset({"open"}), _ALL),
        Move("swapped", "改用另一份", frozenset({"open"}), _ALL),
        Move("merged", "两份都留", frozenset({"open"}), _ALL),
        Move("open", "重新核对", frozenset({"kept", "swapped", "merged"}), _ALL),
    ),
    ended=frozenset({"kept", "swapped", "merged"}),
    tones={"open": "warn", "kept": "ok", "swapped": "ok", "merged": "ok"},
)

CONFLICT = Kind(
    name="conflict",
    title="需要核对",
    icon="conflict",
    home=BucketClass.ANY,
    home_field="",
    rights=Rights(create=roles(Role.CENTRE), edit=roles(Role.CENTRE)),
    title_fields=("type",),
    columns=("type", "record_kind", "field", "state"),
    indexes=(("state",), ("record", "state")),
    machine=MACHINE,
    fields=(
        Choice("type", "原因", required=True, choices={str(k): v for k, v in CLASH_TITLES.items()}),
        Text("record_kind", "记录类型", required=True, limit=40, merge=Merge.FIXED),
        Ref("record", "记录", required=True, merge=Merge.FIXED),
        Text("field", "项目", limit=200, merge=Merge.FIXED),
        AnyValue("base", "原来的内容"),
        *_version("shown_", "现值"),
        Entries("others", "另外的版本", fields=_version("", "")),
        State("state", "状态", choices=STATES, default="open"),
        Ref("settled_by", "核对人", to=("staff_member",), editors=_ALL),
        Text("undo_of", "撤销自", limit=36, hidden=True, editors=_ALL),
    ),
)
