"""What two versions of one thing say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gridworker.ledger.conflicts import Conflict, Version, joint_text
from gridworker.records import KINDS
from gridworker.records.fields import Entries, Field, IdNumber, Phone, Text
from gridworker.records.identity import masked_id, masked_phone
from gridworker.records.merge import ClashType
from gridworker.ui.wording import moment_words

EXPLAINED: Final[Mapping[ClashType, str]] = {
    ClashType.FIELD: "两边都改了这一项，改的时候都没有看到对方的内容。",
    ClashType.TEXT: "两个人改写了同一句话，改的时候都没有看到对方的内容。",
    ClashType.MOVE: "两个人都办理了这一步。先到中心的已经生效，请确认要不要改成另一份。",
    ClashType.DEL_VS_EDIT: "一个人要移除，但没有看到别人的新修改，所以还留着。请决定保留还是移除。",
    ClashType.EDIT_ON_DELETED: "修改还没有上传，这里就被别人移除了。选有内容的一份，会恢复回来。",
    ClashType.ORPHAN: "填写时还不知道，所指的那条记录已被移除。可以恢复那一条；也可以先留着，再到记录里改成别的。",
    ClashType.DUPLICATE: "两份档案的这个号码一样，可能是重复登记。合并后，另一份的内容和走访归到留下的一份，可以撤销。",
}


def field_of(conflict: Conflict) -> Field | None:
    """What it is about; None for a record as a whole, or a field that this version does not know."""
    kind = KINDS.get(conflict.kind)
    return kind.field(conflict.field) if kind is not None and conflict.field else None


def heading(conflict: Conflict) -> str:
    """``住户：王桂英``; the kind alone for a record that is not here."""
    kind = KINDS.get(conflict.kind)
    title = kind.title if kind is not None else "记录"
    return f"{title}：{conflict.title}" if conflict.title and conflict.title != title else title


def place(conflict: Conflict) -> str:
    """``联系电话``; 整条记录 for a record as a whole."""
    return conflict.field_title if conflict.field else "整条记录"


def who_and_when(version: Version, names: Mapping[str, str], me: str, today: date) -> str:
    """``我改的　今天 10:32``."""
    who = "我" if version.by == me else names.get(version.by) or "另一位"
    when = moment_words(version.at, today) if version.at else ""
    return "　".join(part for part in (f"{who}改的", when) if part)


def words(conflict: Conflict, version: Version) -> str:
    """What taking this version means."""
    field, value, alive = field_of(conflict), version.value, version.n == 0
    match conflict.type:
        case ClashType.DEL_VS_EDIT:
            what = _shown(field, value)
            if alive:
                return f"保留：{what}" if what else "保留这条记录"
            return "移除这一项" if conflict.field else "移除这条记录"
        case ClashType.EDIT_ON_DELETED if alive:
            return "已移除"
        case ClashType.EDIT_ON_DELETED if not conflict.field:
            return "恢复这条记录"
        case ClashType.DUPLICATE:
            return "不是同一个，两份都留着" if alive else "是同一个，合并成一份"
        case ClashType.ORPHAN:
            return "就这样留着，不恢复" if alive else "恢复被移除的那一条"
        case ClashType.MOVE:
            return f"办理为：{_shown(field, value)}"
    return _shown(field, value) or "（空）"


def base_words(conflict: Conflict) -> str:
    """What both had before their eyes; "" when that is not known or says nothing."""
    if conflict.type is not ClashType.FIELD or conflict.base is None:
        return ""
    field = field_of(conflict)
    if isinstance(field, Phone):
        return masked_phone(str(conflict.base))
    return masked_id(str(conflict.base)) if isinstance(field, IdNumber) else _shown(field, conflict.base)


def joint_words(conflict: Conflict) -> str:
    """Both texts, one after the other, as 两份都留 would keep them; "" for what is no long text."""
    field = field_of(conflict)
    texts = [version.value for version in (conflict.shown, *conflict.others)]
    if conflict.type not in (ClashType.FIELD, ClashType.TEXT) or not isinstance(field, Text) or not field.lines:
        return ""
    if not all(isinstance(text, str) for text in texts):
        return ""
    return joint_text(field, conflict.base, texts)


def _shown(field: Field | None, value: Any) -> str:
    if isinstance(value, dict) and set(value) in ({"add"}, {"rem"}):
        word = "加上" if "add" in value else "去掉"
        tag = next(iter(value.values()))
        return f"{word}：{field.shown([tag]) if field is not None else tag}"
    if isinstance(field, Entries) and isinstance(value, dict):
        told = (each.shown(value[each.name]) for each in field.fields if value.get(each.name) not in (None, "", [], {}))
        return "·".join(part for part in told if part)
    if field is not None and not isinstance(value, dict):
        return field.shown(value)
    return "" if value is None or isinstance(value, dict) else str(value)
