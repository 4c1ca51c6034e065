"""What the versions of one thing say, in words, and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gridworker.ledger.conflicts import ALL, SHOWN, Conflict, Keep, Version, joint_text
from gridworker.records import KINDS, texts
from gridworker.records.fields import Field, IdNumber, Merge, Phone, Ref, Text
from gridworker.records.merge import ClashType
from gridworker.ui.civil import china_now
from gridworker.ui.pages.record_words import Facts, masked_words, value_words
from gridworker.ui.wording import moment_words

EXPLAINED: Final[Mapping[ClashType, str]] = {
    ClashType.FIELD: "两边都改了这一项，改的时候都没有看到对方的内容。",
    ClashType.TEXT: "两个人改写了同一句话，改的时候都没有看到对方的内容。有底色的是两边写得不一样的句子。",
    ClashType.MOVE: "两个人都办理了这一步。先到中心的已经生效，请确认要不要改成另一份。",
    ClashType.DEL_VS_EDIT: "一个人要移除，但没有看到别人的新修改，所以还留着。请决定保留还是移除。",
    ClashType.EDIT_ON_DELETED: "修改还没有上传，这里就被别人移除了。选有内容的一份，会恢复回来。",
    ClashType.ORPHAN: "填写的人还不知道，所指的那条记录已经不在了。可以恢复那一条，可以改成另一条，也可以就这样留着。",
    ClashType.DUPLICATE: "两份档案的号码一样，可能登记重了。合并后，另一份的内容和走访归到留下的一份，可以撤销。",
}
GUARDED: Final = "这一项比较要紧：先到的不动，后到的作为建议放在旁边，由您决定。"

TWICE: Final = "同一户、同一个人、十分钟里有两条一样的走访，可能记了两次。留下的一条不变，另一条移到回收站，可以撤销。"
LEFT_ALONE: Final = "填写的人还不知道，所指的那条记录已经不在了。可以恢复那一条，也可以就这样留着。"

_REMOVES: Final = ((ClashType.DEL_VS_EDIT, False), (ClashType.EDIT_ON_DELETED, True), (ClashType.ORPHAN, False))
"""Which version is a removal: (sort of conflict, whether it is the one that is shown)."""
_DOES: Final[Mapping[ClashType, str]] = {
    ClashType.MOVE: "办理的",
    ClashType.ORPHAN: "填写的",
    ClashType.DUPLICATE: "登记的",
}
PATIENCE_DAYS: Final = 7
"""After which the supervisor is asked too."""


@dataclass(frozen=True)
class Instead:
    """Another record is to be pointed at; "" while it is not chosen yet."""

    record: str


Pick = Keep | Instead
"""What a person picks on a card."""


@dataclass(frozen=True)
class Readers:
    """Who reads the card, and who wrote: person id to name; and what other records say."""

    me: str
    names: Mapping[str, str]
    today: date
    facts: Facts = lambda kinds, record: ""


@dataclass(frozen=True)
class Option:
    """One thing that may be chosen."""

    keep: Pick
    title: str
    sentences: Sequence[tuple[str, bool]]
    """What it says, and what of that the other does not say."""
    spoken: str
    """What a reader for the blind says before it."""
    shown: bool = False
    """It is what stands now."""
    alone: bool = False
    """It takes a line of its own."""
    kinds: tuple[str, ...] = ()
    """A record of one of these kinds is still to be chosen."""

    @property
    def words(self) -> str:
        """What it says."""
        return "".join(sentence for sentence, _ in self.sentences)


def options(conflict: Conflict, readers: Readers) -> list[Option]:
    """What may be chosen, the one that stands now first."""
    if conflict.type is ClashType.DUPLICATE:
        return _same_or_not(conflict, readers)
    found = [_option(conflict, version, readers) for version in (conflict.shown, *conflict.others)]
    if conflict.type is ClashType.ORPHAN:
        found = [each for each in found if each.keep == SHOWN or conflict.others[0].by in readers.names]
        if conflict.elsewhere:
            hint = (("在下面找到正确的那一条。", False),)
            found.append(Option(Instead(""), "改成另一条", hint, "改成另一条", alone=True, kinds=conflict.elsewhere))
    if joint := joint_words(conflict):
        found.append(Option(ALL, "两份都留", ((joint, False),), "两份都留", alone=True))
    return found


def explained(conflict: Conflict) -> str:
    """Why a person is asked."""
    field = field_of(conflict)
    guarded = conflict.type is ClashType.FIELD and field is not None and field.merge is Merge.GUARDED
    if conflict.type is ClashType.DUPLICATE and not _merges(conflict):
        return TWICE
    fixed = conflict.type is ClashType.ORPHAN and not conflict.elsewhere
    return GUARDED if guarded else LEFT_ALONE if fixed else EXPLAINED[conflict.type]


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


def who_and_when(conflict: Conflict, version: Version, readers: Readers) -> str:
    """``我改的　今天 10:32``."""
    if conflict.type is ClashType.ORPHAN and version.n and version.by not in readers.names:
        return "一直没有到中心"
    who = "我" if version.by == readers.me else readers.names.get(version.by) or "另一位"
    removes = (conflict.type, version.n == 0) in _REMOVES
    does = "移除的" if removes else _DOES.get(conflict.type, "改的")
    when = moment_words(version.at, readers.today) if version.at else ""
    return "　".join(part for part in (f"{who}{does}", when) if part)


def words(conflict: Conflict, version: Version, facts: Facts = lambda kinds, record: "") -> str:
    """What taking this version means."""
    field, value, alive = field_of(conflict), version.value, version.n == 0
    match conflict.type:
        case ClashType.DEL_VS_EDIT:
            what = value_words(field, value)
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
            to = field.to if isinstance(field, Ref) else ()
            told = facts(to, str(conflict.shown.value))
            return f"就这样留着，仍指向：{told}" if alive else f"恢复：{told}"
        case ClashType.MOVE:
            return f"办理为：{value_words(field, value)}"
    return value_words(field, value, facts) or "（空）"


def base_words(conflict: Conflict) -> str:
    """What both had before their eyes; "" when that is not known or says nothing."""
    if conflict.type not in (ClashType.FIELD, ClashType.TEXT) or conflict.base is None:
        return ""
    field = field_of(conflict)
    if isinstance(field, Phone | IdNumber):
        return masked_words(field, conflict.base)
    return value_words(field, conflict.base).replace("\n", " ")


def joint_words(conflict: Conflict) -> str:
    """Both texts in one, as 两份都留 would keep them; "" for what is no long text."""
    field = field_of(conflict)
    versions = [version.value for version in (conflict.shown, *conflict.others)]
    if conflict.type not in (ClashType.FIELD, ClashType.TEXT) or not isinstance(field, Text) or not field.lines:
        return ""
    if not all(isinstance(text, str) for text in versions):
        return ""
    return joint_text(field, conflict.base, versions)


def waited(conflicts: Sequence[Conflict], today: date) -> str:
    """``已等 9 天`` when nobody decided for a week; "" before."""
    days = max((today - china_now(each.made).date()).days for each in conflicts)
    return f"已等 {days} 天" if days >= PATIENCE_DAYS else ""


def _option(conflict: Conflict, version: Version, readers: Readers) -> Option:
    shown = version.n == 0
    told: Sequence[tuple[str, bool]] = ((words(conflict, version, readers.facts), False),)
    if conflict.type is ClashType.TEXT and isinstance(version.value, str):
        other = conflict.others[0].value if shown else conflict.shown.value
        told = texts.compared(version.value, other if isinstance(other, str) else "")
    title = who_and_when(conflict, version, readers)
    return Option(SHOWN if shown else version.n, title, told, "现在显示的" if shown else "另一份", shown=shown)


def _same_or_not(conflict: Conflict, readers: Readers) -> list[Option]:
    two, one = ("不是同一个", "是同一个，留这一份") if _merges(conflict) else ("是两次走访", "记了两次，留这一条")
    found = [Option(SHOWN, two, (("两份都留着，以后不再问。", False),), two, alone=True)]
    for n, version in enumerate((conflict.shown, *conflict.others[:1]), 1):
        what = readers.facts((conflict.kind,), str(version.value))
        told = f"{what}\n{who_and_when(conflict, version, readers)}"
        found.append(Option(n, one, ((told, False),), one))
    return found


def _merges(conflict: Conflict) -> bool:
    """Whether the two are made one; otherwise one of them goes as it is."""
    kind = KINDS.get(conflict.kind)
    return kind is not None and "same_as" in kind.by_name
