"""The types of field that a kind is made of: how a value is checked, kept and merged."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from gridworker.records.identity import check_id_number
from gridworker.records.wrong import Wrong

ENTRY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
"""What names a record, an entry of a list or a change: a UUID in its canonical form."""

EARLIEST_MOMENT = -2_208_988_800_000
"""1900-01-01 in milliseconds; an instant before it is a slip of the keyboard."""
LATEST_MOMENT = 4_102_444_800_000
"""2100-01-01 in milliseconds."""


_SPACE = re.compile(r"\s+")


class Merge(StrEnum):
    """What the centre does with a field that two people changed, neither having seen the other's value."""

    ORDINARY = "ordinary"
    """The later change is shown, the other is kept in a conflict."""
    GUARDED = "guarded"
    """The value that stands keeps standing; the newcomer is a proposal in a conflict."""
    FIXED = "fixed"
    """Written once, when the record is made."""
    HOME = "home"
    """Decides where the record lives; changes only when the record is moved."""
    SET = "set"
    """Observed-remove set: what was added unseen stays."""
    TEXT = "text"
    """A long text: the sentences of both stay; where both wrote one anew, the later text is shown, the other kept."""
    STATE = "state"
    """Moves along a declared machine; the first accepted move stands."""
    ENTRIES = "entries"
    """A list of sub-records: every entry has an id, every field of an entry its own policy."""
    CENTRE = "centre"
    """Kept by the centre alone. It is nothing that a person would have to have seen."""


class Privacy(StrEnum):
    """How carefully a value is shown and where it may lie (A sensitive, B restricted, C ordinary)."""

    A = "A"
    B = "B"
    C = "C"


class Searched(StrEnum):
    """How a value is found again."""

    NO = "no"
    NAME = "name"
    TEXT = "text"
    ADDRESS = "address"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a kind. ``clean`` returns the value as it is kept or raises ``Wrong``."""

    type: ClassVar[str] = "field"
    column: ClassVar[str] = "TEXT"

    name: str = field(kw_only=False)
    title: str = field(kw_only=False)
    required: bool = False
    merge: Merge = Merge.ORDINARY
    privacy: Privacy = Privacy.C
    searched: Searched = Searched.NO
    default: Any = None
    editors: frozenset[str] | None = None
    """Roles that may change this field; None: whoever may edit the record."""
    hint: str = ""
    hidden: bool = False
    """Kept and synced, shown on no form."""

    def clean(self, value: Any) -> Any:
        """The value as it is kept; ``None`` for nothing. Raises ``Wrong`` with the remedy."""
        if value is None or value == "":
            return None
        return self._checked(value)

    def is_clean(self, value: Any) -> bool:
        """Whether the value can be seen at a glance to be as ``clean`` would leave it. False: look closely."""
        return False

    def _checked(self, value: Any) -> Any:
        raise Wrong(f"{self.title}：此类内容不能直接填写。")

    def shown(self, value: Any) -> str:
        """The value as a person reads it."""
        return "" if value is None else str(value)

    def renamed(self, **changes: Any) -> "Field":
        """The same field with some attributes changed."""
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Plain text, NFC, no control characters but line breaks."""

    type: ClassVar[str] = "text"
    limit: int = 200
    """Longest text in characters."""
    lines: bool = False
    """May hold line breaks, is edited in a box, and is merged sentence by sentence unless its policy says more."""

    def __post_init__(self) -> None:
        """A long text is many sentences, not one value."""
        if self.lines and self.merge is Merge.ORDINARY:
            object.__setattr__(self, "merge", Merge.TEXT)

    def is_clean(self, value: Any) -> bool:
        return (
            type(value) is str
            and 0 < len(value) <= self.limit
            and value.isprintable()
            and not value[0].isspace()
            and not value[-1].isspace()
            and unicodedata.is_normalized("NFC", value)
        )

    def _checked(self, value: Any) -> str | None:
        if not isinstance(value, str):
            raise Wrong(f"{self.title}：应当填写文字。")
        text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text.isprintable() and any(_is_unwritable(sign) for sign in text):
            raise Wrong(f"{self.title}：含有无法保存的特殊字符，请删去后重新填写。")
        if not self.lines and "\n" in text:
            text = " ".join(text.split("\n"))
        if len(text) > self.limit:
            raise Wrong(f"{self.title}：最多 {self.limit} 个字，现有 {len(text)} 个字，请精简或分成几条。")
        return text or None


@dataclass(frozen=True, kw_only=True)
class Name(Text):
    """A person's name: inner spaces of Chinese names are dropped, the middle dot of minority names kept."""

    type: ClassVar[str] = "name"
    limit: int = 50
    privacy: Privacy = Privacy.B
    searched: Searched = Searched.NAME

    def is_clean(self, value: Any) -> bool:
        is_word = type(value) is str and value.isalpha() and len(value) <= self.limit
        return is_word and unicodedata.is_normalized("NFC", value)

    def _checked(self, value: Any) -> str | None:
        text = super()._checked(value)
        if text is None:
            return None
        text = text.replace("•", "·").replace("・", "·")
        if _SPACE.search(text) and any("一" <= sign <= "鿿" for sign in text):
            text = _SPACE.sub("", text)
        return text


@dataclass(frozen=True, kw_only=True)
class Phone(Text):
    """A telephone: a mobile number of 11 digits or a fixed one with its area code."""

    type: ClassVar[str] = "phone"
    limit: int = 40
    privacy: Privacy = Privacy.B
    searched: Searched = Searched.NUMBER

    def is_clean(self, value: Any) -> bool:
        return False

    def _checked(self, value: Any) -> str | None:
        text = super()._checked(value)
        if text is None:
            return None
        digits = re.sub(r"[\s\-－—()（）]", "", unicodedata.normalize("NFKC", text))
        digits = digits.removeprefix("+86")
        if not digits.isdigit() or not 3 <= len(digits) <= 16:
            raise Wrong(f"{self.title}：应当是数字，例如 11 位手机号，或带区号的座机号。")
        if digits.startswith("1") and len(digits) > 5 and len(digits) != 11:
            raise Wrong(f"{self.title}：手机号应为 11 位，现有 {len(digits)} 位，请核对。")
        return digits


@dataclass(frozen=True, kw_only=True)
class IdNumber(Text):
    """A citizen's number (GB 11643-1999), or an old one of 15 digits; never repaired."""

    type: ClassVar[str] = "id_number"
    limit: int = 18
    merge: Merge = Merge.GUARDED
    privacy: Privacy = Privacy.B
    searched: Searched = Searched.NUMBER

    def is_clean(self, value: Any) -> bool:
        return False

    def _checked(self, value: Any) -> str | None:
        if not isinstance(value, str):
            raise Wrong(f"{self.title}：要按文字填写，不能是数字格式，否则末尾几位会丢失。")
        text = super()._checked(unicodedata.normalize("NFKC", value).replace(" ", ""))
        if text is None:
            return None
        text = text.upper()
        if problem := check_id_number(text):
            raise Wrong(f"{self.title}：{problem}")
        return text


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One code of a list; the code is kept, the words are shown."""

    type: ClassVar[str] = "choice"
    choices: Mapping[str, str] = field(default_factory=dict)

    def is_clean(self, value: Any) -> bool:
        return type(value) is str and value in self.choices

    def _checked(self, value: Any) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise Wrong(f"{self.title}：只能从列表里选择（{'、'.join(list(self.choices.values())[:8])}）。")

    def shown(self, value: Any) -> str:
        return "" if value is None else self.choices.get(value, str(value))


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    """A whole number between two bounds, both allowed."""

    type: ClassVar[str] = "whole"
    column: ClassVar[str] = "INTEGER"
    least: int = 0
    most: int = 1_000_000

    def is_clean(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most

    def _checked(self, value: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}", value.strip()):
            value = int(value)
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"{self.title}：应当填写整数。")
        if not self.least <= value <= self.most:
            raise Wrong(f"{self.title}：应在 {self.least} 到 {self.most} 之间。")
        return value


@dataclass(frozen=True, kw_only=True)
class Money(Whole):
    """An amount in fen (1/100 yuan)."""

    type: ClassVar[str] = "money"
    most: int = 100_000_000_000

    def shown(self, value: Any) -> str:
        if value is None:
            return ""
        return f"{value // 100:,} 元" if value % 100 == 0 else f"{value / 100:,.2f} 元"


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no; nothing when not asked."""

    type: ClassVar[str] = "flag"
    column: ClassVar[str] = "INTEGER"

    def is_clean(self, value: Any) -> bool:
        return type(value) is bool

    def _checked(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if value in (0, 1):
            return bool(value)
        raise Wrong(f"{self.title}：只能填“是”或“否”。")

    def shown(self, value: Any) -> str:
        return "" if value is None else ("是" if value else "否")


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A civil date in China, ``YYYY-MM-DD``."""

    type: ClassVar[str] = "day"

    def is_clean(self, value: Any) -> bool:
        return type(value) is str and _is_day(value)

    def _checked(self, value: Any) -> str:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
        except ValueError:
            day = None
        if day is None:
            raise Wrong(f"{self.title}：没有这一天，请按“年-月-日”填写，例如 2026-03-02。")
        if not 1890 <= day.year <= 2100:
            raise Wrong(f"{self.title}：年份 {day.year} 不对，请核对。")
        return day.isoformat()


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """An instant: milliseconds since 1970 in UTC."""

    type: ClassVar[str] = "moment"
    column: ClassVar[str] = "INTEGER"

    def is_clean(self, value: Any) -> bool:
        return type(value) is int and EARLIEST_MOMENT <= value <= LATEST_MOMENT

    def _checked(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"{self.title}：时间格式不对，请重新选择日期和时间。")
        if not EARLIEST_MOMENT <= value <= LATEST_MOMENT:
            raise Wrong(f"{self.title}：时间不合理，请核对年份。")
        return value


@dataclass(frozen=True, kw_only=True)
class Ref(Field):
    """The id of another record."""

    type: ClassVar[str] = "ref"
    to: tuple[str, ...] = ()
    """Kinds that it may point to."""

    def is_clean(self, value: Any) -> bool:
        return type(value) is str and ENTRY_ID.match(value) is not None

    def _checked(self, value: Any) -> str:
        if not isinstance(value, str) or not ENTRY_ID.match(value):
            raise Wrong(f"{self.title}：请从列表里选择一条。")
        return value


@dataclass(frozen=True, kw_only=True)
class State(Choice):
    """Where a record stands in its machine; see ``machine.Machine``."""

    type: ClassVar[str] = "state"
    merge: Merge = Merge.STATE


@lru_cache(4096)
def _is_day(value: str) -> bool:
    """Whether it is a day as it is kept; people write about few of them."""
    try:
        return len(value) == 10 and 1890 <= date.fromisoformat(value).year <= 2100 and value[4] == value[7] == "-"
    except ValueError:
        return False


def _is_unwritable(sign: str) -> bool:
    return sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs", "Cn")
