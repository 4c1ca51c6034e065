"""Who may make which change: the same answer on the desk, before it is offered, and at the centre."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gridworker.records.change import Change, Verb
from gridworker.records.fields import ENTRY_ID, Merge
from gridworker.records.kind import NOTHING, Kind, Role
from gridworker.records.row import Row
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change."""

    person: str
    """The id of the account, and of the staff member's record."""
    role: str


def why_not(kind: Kind, row: Row | None, change: Change, author: Author) -> str:
    """Why ``author`` may not make this change, in Chinese; "" when he may."""
    if author.role == Role.CENTRE:
        return ""
    if change.verb is Verb.MOVE:
        return _why_not_move(kind, row, change, author)
    if change.verb is Verb.HOME:
        return f"{kind.title}随所属的住户迁移，不能单独迁移。"
    if change.verb in (Verb.CREATE, Verb.SET) and _says_what_the_centre_keeps(kind, change):
        return "文件是否已上传，由中心记录，不能自己填写。"
    act = _ACTS.get(change.verb, "edit")
    if change.verb is Verb.SET and change.path == kind.home_field and kind.rights.move:
        act = "move"
    if not kind.may(act, author.role, change.path):
        return _sentence(kind, act, change.path)
    if act != "create" and kind.rights.author_only and row is not None and row.author != author.person:
        return f"只有填写人本人可以修改这条{kind.title}。"
    return ""


def _says_what_the_centre_keeps(kind: Kind, change: Change) -> bool:
    a_persons = kind.a_persons(change.path, change.value)
    return a_persons is not change.value and bool(a_persons != change.value)


def check_values(kind: Kind, change: Change) -> None:
    """Whether path and value of the change fit the kind. Raises ``Wrong``."""
    if change.verb is Verb.CREATE:
        _check_first_fields(kind, change.value)
        return
    check_path(kind, change)
    if change.verb is Verb.SET:
        _check_kept(partial(kind.clean_field, change.path), change.path, change.value)
    elif change.verb is Verb.ADD:
        kind.clean_field(change.path, change.path.partition("/")[2])


def check_path(kind: Kind, change: Change) -> None:
    """Whether the change is about something of the right shape: a tag of a set, an entry of a list, a plain field.

    A field that this version does not know may be any of them. Raises ``Wrong``.
    """
    if change.verb not in (Verb.SET, Verb.ADD, Verb.REM):
        return
    name, *rest = change.path.split("/")
    field = kind.by_name.get(name)
    shapes = _SHAPES[field.merge if field is not None else None]
    if (change.verb, len(rest)) not in shapes or not _NAME.match(name):
        raise Wrong("这一项不能这样修改。", change.path)
    is_entry = isinstance(field, Entries) or len(rest) == 2
    if rest and not (ENTRY_ID if is_entry else _TAG).match(rest[0]):
        raise Wrong("条目或标签的编号不对。", change.path)
    if len(rest) == 2 and not _NAME.match(rest[1]):
        raise Wrong("项目的名称不对。", change.path)


_ACTS: Mapping[Verb, str] = {Verb.CREATE: "create", Verb.DEL: "remove", Verb.RESTORE: "remove"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,60}\Z")
_PLAIN = frozenset({(Verb.SET, 0)})
_SET = frozenset({(Verb.ADD, 1), (Verb.REM, 1)})
_LIST = frozenset({(Verb.SET, 1), (Verb.SET, 2), (Verb.REM, 1)})
_SHAPES: Mapping[Merge | None, frozenset[tuple[Verb, int]]] = {
    **dict.fromkeys(Merge, _PLAIN),
    Merge.SET: _SET,
    Merge.ENTRIES: _LIST,
    None: _PLAIN | _SET | _LIST,
}
"""By a field's policy: verb, and how many steps its path goes below the field."""


def _check_first_fields(kind: Kind, value: Mapping[str, Any]) -> None:
    """Only what was sent is checked: a desk of an earlier version knows no newer field."""
    glances = kind.glances
    for name, given in value.items():
        is_clean = glances.get(name)
        if is_clean is None:
            _check_name(name)
        elif given is not None and not is_clean(given):
            _check_kept(kind.by_name[name].clean, name, given)
    for field in kind.required:
        given = value.get(field.name)
        if not given and given in NOTHING:
            raise Wrong(f"请填写{field.title}。", field.name)
    machine = kind.machine
    if machine is not None and value.get(machine.field) != machine.initial:
        raise Wrong(f"新建时的状态只能是“{machine.states[machine.initial]}”。", machine.field)
    kind.check(value)


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise Wrong("新建的内容里有不认识的项目名称。")


def _check_kept(clean: Callable[[Any], Any], path: str, value: Any) -> None:
    """A value is sent as it is kept: what would have to be put in order first was not typed on a desk of ours."""
    try:
        kept = clean(value)
    except Wrong as wrong:
        raise Wrong(wrong.reason, path) from None
    if kept != value and not (kept in NOTHING and value in NOTHING):
        raise Wrong("填写的格式需要整理后再保存。", path)


def _why_not_move(kind: Kind, row: Row | None, change: Change, author: Author) -> str:
    machine = kind.machine
    if machine is None or not isinstance(change.value, dict):
        return f"{kind.title}没有这个办理步骤。"
    source, target = str(change.value.get("from")), str(change.value.get("to"))
    move = machine.move(source, target)
    if move is None or author.role not in move.roles:
        return machine.why_not(source, target, author.role, {})
    if move.author_only and row is not None and row.author != author.person:
        return f"只有填写人本人可以办理“{move.title}”。"
    return ""


def _sentence(kind: Kind, act: str, path: str) -> str:
    if act == "create":
        return f"您的岗位不能新建{kind.title}。"
    if act == "remove":
        return f"您的岗位不能移除{kind.title}。"
    if act == "move":
        return f"您的岗位不能把{kind.title}迁到别的网格。"
    if kind.append_only:
        return f"{kind.title}写好后不能修改，只能另记一条。"
    field = kind.by_name.get(path.partition("/")[0])
    return f"您的岗位不能修改{kind.title}的“{field.title if field else path}”。"
