"""``records``, ``search`` and ``conflicts``: what a worker does in the window, one act a command."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gridworker.cli.answer import STATES, Answer, Misused
from gridworker.errors import NotAccepted, NotFound
from gridworker.ledger import Ledger
from gridworker.records import KINDS
from gridworker.records.fields import Choice, Field, Flag, Whole
from gridworker.records.kind import Kind
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong

_YES_NO = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


def kinds() -> Answer:
    """Every kind with its fields."""
    told = [{"name": kind.name, "title": kind.title, "fields": _fields(kind.fields)} for kind in KINDS.values()]
    lines = []
    for kind in KINDS.values():
        lines.append(f"{kind.name}  {kind.title}")
        for field in kind.fields:
            lines.append(f"    {field.name}  {field.title}（{field.type}{'，必填' if field.required else ''}）")
    return Answer({"kinds": told}, lines)


def list_(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """Records of a kind that meet every condition."""
    kind = kind_of(asked.kind)
    where = [_condition(kind, text) for text in asked.where]
    found = [_record(each) for each in ledger.find(kind.name, where, (), asked.limit)]
    total = len(found) if asked.limit is None else ledger.count(kind.name, where)
    lines = [f"{each['id']}  {kind.title_of(each)}  {STATES.get(each['_state'], '')}" for each in found]
    return Answer({"total": total, "records": found}, [*lines, f"共 {total} 条"])


def show(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """One record with its history, newest first."""
    kind = kind_of(asked.kind)
    shown = ledger.show(kind.name, asked.id)
    record = {"id": shown.id, **shown.fields}
    if shown.removed:
        record["removed"] = True
    history = [
        {
            "path": each.path,
            "verb": each.verb,
            "value": each.value,
            "before": each.before,
            "by": each.by,
            "at": each.at,
            "change": each.change,
            "state": each.state,
        }
        for each in shown.history
    ]
    lines = [f"{kind.title}  {shown.id}  {STATES.get(shown.state, '')}{'  已移除' if shown.removed else ''}"]
    for field in kind.fields:
        if shown.fields.get(field.name) not in (None, [], {}):
            lines.append(f"    {field.title}：{field.shown(shown.fields[field.name])}")
    document = {"record": record, "state": shown.state, "history": history, "history_complete": shown.complete}
    return Answer(document, lines)


def save(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """A new record, or just the named fields of the one whose id is among them."""
    kind = kind_of(asked.kind)
    fields = _data(asked.data)
    record = fields.pop("id", None)
    if record is None:
        return _saved(ledger, kind, ledger.save(kind.name, fields).id)
    if not isinstance(record, str):
        raise Misused("id 应当是文字。")
    target = fields.pop(kind.machine.field, None) if kind.machine else None
    now = (ledger.get(kind.name, record) or {}).get(kind.machine.field) if kind.machine else None
    if target is not None and target != now:
        ledger.move(kind.name, record, str(target), fields)
    else:
        ledger.save(kind.name, fields, record)
    return _saved(ledger, kind, record)


def remove(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """Takes a record out; it can be brought back."""
    kind = kind_of(asked.kind)
    ledger.remove(kind.name, asked.id)
    return _saved(ledger, kind, asked.id)


def restore(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """Brings it back."""
    kind = kind_of(asked.kind)
    ledger.restore(kind.name, asked.id)
    return _saved(ledger, kind, asked.id)


def search(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """Records in which every word is found."""
    wanted = [kind_of(name).name for name in asked.kind]
    hits = [
        {"kind": hit.kind, "id": hit.id, "title": hit.title} for hit in ledger.search(asked.text, wanted, asked.limit)
    ]
    lines = [f"{KINDS[hit['kind']].title}  {hit['title']}  {hit['id']}" for hit in hits]
    return Answer({"hits": hits}, lines or ["没有找到"])


def conflicts(ledger: Ledger) -> Answer:
    """Open conflicts with every version."""
    open_ones = ledger.find("conflict", [("state", "=", "open")])
    told = [_conflict(each) for each in open_ones]
    lines = []
    for each in told:
        lines.append(f"{each['id']}  {each['kind']} {each['record']} {each['field'] or '整条记录'}")
        lines.append(f"    shown  现值：{_words(each['shown'])}")
        lines += [f"    {other['n']}  另一份：{_words(other['value'])}" for other in each["others"]]
    return Answer({"conflicts": told}, lines or ["没有需要核对的内容"])


def settle(ledger: Ledger, asked: argparse.Namespace) -> Answer:
    """Keeps the shown value, takes another version, keeps both, or writes a new value."""
    if ledger.get("conflict", asked.id) is None:
        raise NotFound("conflict")
    if asked.value is not None:
        _settle_with(ledger, asked.id, _json(asked.value))
    elif asked.keep in ("shown", "all"):
        ledger.settle(asked.id, keep=asked.keep)
    elif asked.keep.isdecimal() and int(asked.keep) >= 1:
        ledger.settle(asked.id, keep=int(asked.keep))
    else:
        raise Misused("--keep 只能是 shown、all，或另一份的序号（从 1 开始）。")
    return _saved(ledger, KINDS["conflict"], asked.id)


def _settle_with(ledger: Ledger, conflict: str, value: Any) -> None:
    try:
        ledger.settle(conflict, value=value)
    except Wrong as wrong:
        raise NotAccepted(wrong.reason, field=wrong.field) from None


def kind_of(name: str) -> Kind:
    """The kind of this name. Raises ``Misused``."""
    if name not in KINDS:
        raise Misused(f"没有“{name}”这一类记录。有：{'、'.join(KINDS)}")
    return KINDS[name]


def _fields(fields: Sequence[Field]) -> list[dict[str, Any]]:
    told = []
    for field in fields:
        each: dict[str, Any] = {
            "name": field.name,
            "title": field.title,
            "type": field.type,
            "required": field.required,
            "merge": str(field.merge),
            "privacy": str(field.privacy),
        }
        if isinstance(field, Choice | Tags):
            each["choices"] = dict(field.choices)
        if isinstance(field, Entries):
            each["fields"] = _fields(field.fields)
        told.append(each)
    return told


def _condition(kind: Kind, text: str) -> tuple[str, str, Any]:
    name, equals, value = text.partition("=")
    field = kind.by_name.get(name)
    if not equals or (field is None and name != "id"):
        raise Misused(f"--where 要写成 项目=值；{kind.title}的项目见 records kinds。")
    if value == "":
        return name, "is_null", None
    if isinstance(field, Tags):
        return name, "has", value
    if isinstance(field, Entries):
        raise Misused(f"“{field.title}”是一份名单，不能用 --where 查。")
    if isinstance(field, Flag):
        if value.lower() not in _YES_NO:
            raise Misused(f"“{field.title}”只能是 true 或 false。")
        return name, "=", _YES_NO[value.lower()]
    if isinstance(field, Whole) or (field is not None and field.column == "INTEGER"):
        try:
            return name, "=", int(value)
        except ValueError:
            raise Misused(f"“{field.title if field else name}”应当是整数。") from None
    return name, "=", value


def _record(page: Mapping[str, Any]) -> dict[str, Any]:
    """``_state`` tells how safe it is; a field called ``state`` is the record's own."""
    return {name: value for name, value in page.items() if name in ("id", "_state") or not name.startswith("_")}


def _conflict(page: Mapping[str, Any]) -> dict[str, Any]:
    others = page.get("others") or {}
    return {
        "id": page["id"],
        "type": page.get("type"),
        "kind": page.get("record_kind"),
        "record": page.get("record"),
        "field": page.get("field", ""),
        "base": page.get("base"),
        "shown": page.get("shown_value"),
        "others": [
            {
                "n": n,
                "value": others[entry].get("value"),
                "by": others[entry].get("by"),
                "at": others[entry].get("at"),
            }
            for n, entry in enumerate(sorted(others), start=1)
        ],
    }


def _saved(ledger: Ledger, kind: Kind, record: str) -> Answer:
    state = ledger.store.state_of(kind.name, record)
    return Answer({"id": record, "state": state}, [f"{record}  {STATES.get(state, state)}"])


def _data(text: str) -> dict[str, Any]:
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise Misused("--data 所指的文件读不出来；文件要用 UTF-8 保存。") from None
    data = _json(text)
    if not isinstance(data, dict):
        raise Misused("--data 应当是一个 JSON 对象。")
    return data


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Misused("内容不是正确的 JSON。") from None


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
