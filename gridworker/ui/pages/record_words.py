"""What a record is, and what stands in a field of it, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gridworker.records import KINDS
from gridworker.records.fields import Field, IdNumber, Moment, Phone, Ref
from gridworker.records.files import Files
from gridworker.records.identity import masked_id, masked_phone
from gridworker.records.several import Entries
from gridworker.ui.civil import china_now
from gridworker.ui.references import OUT_OF_SCOPE

if TYPE_CHECKING:
    from gridworker.ledger import Ledger

_TELLING: Final = ("visited_at", "address", "id_number", "household_no", "birth_date", "phone")
"""By what a person tells one record from another, after its title."""

Facts = Callable[[Sequence[str], str], str]
"""What a record is, in one line: (kinds that it may be of, id)."""


def facts_of(ledger: Ledger) -> Facts:
    """The records of this desk; what it does not hold is 不在您的范围内."""

    def facts(kinds: Sequence[str], record: str) -> str:
        found = ((kind, ledger.any_fields(kind, record)) for kind in kinds)
        return next((record_words(kind, fields) for kind, fields in found if fields is not None), OUT_OF_SCOPE)

    return facts


def record_words(kind: str, fields: Mapping[str, Any]) -> str:
    """``王桂英　马村3号　330683********1235``: what tells a record from its like."""
    known = KINDS[kind]
    told = [known.title_of(fields)]
    for name in _TELLING:
        value, field = fields.get(name), known.by_name.get(name)
        if value is not None and field is not None:
            told.append(masked_words(field, value))
    return "　".join(told)


def masked_words(field: Field, value: Any) -> str:
    """The value as ``value_words`` says it, a number of a person's but in part."""
    if isinstance(field, Phone):
        return masked_phone(str(value))
    return masked_id(str(value)) if isinstance(field, IdNumber) else value_words(field, value)


def value_words(field: Field | None, value: Any, facts: Facts = lambda kinds, record: "") -> str:
    """The value of a field, or what was added to it; *facts* says what a reference points at."""
    if isinstance(value, dict) and set(value) in ({"add"}, {"rem"}):
        word = "加上" if "add" in value else "去掉"
        tag = next(iter(value.values()))
        return f"{word}：{field.shown([tag]) if field is not None else tag}"
    if isinstance(field, Files) and isinstance(value, dict):
        return f"一份照片或文件　{value.get('caption') or ''}".strip()
    if isinstance(field, Entries) and isinstance(value, dict):
        told = (value_words(each, value[each.name]) for each in field.fields if _is_told(each, value.get(each.name)))
        return "·".join(part for part in told if part)
    if isinstance(field, Ref) and isinstance(value, str):
        return facts(field.to, value)
    if isinstance(field, Moment) and isinstance(value, int):
        return f"{china_now(value):%Y-%m-%d %H:%M}"
    if field is not None and not isinstance(value, dict):
        return field.shown(value)
    return "" if value is None or isinstance(value, dict) else str(value)


def _is_told(field: Field, value: Any) -> bool:
    return value not in (None, "", [], {}) and not isinstance(field, Ref) and not field.hidden
