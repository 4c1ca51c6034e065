"""What words a record is found by: text folded, cut into characters and pairs, names read aloud.

Words of text have one or two signs. Whatever else is indexed has three or more and begins with
one of the marks below, so that both lie in one index without being mistaken for each other.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from operator import add
from typing import Any, NamedTuple

from gridworker.records.fields import Field, Searched
from gridworker.records.kind import Kind
from gridworker.records.several import Entries
from gridworker.storage.pinyin import RESOURCES, read_name

FULL, INITIALS, SPOKEN = "qf", "qi", "qs"
"""Full pinyin, initials, and the first letters of full pinyin, whole."""
NUMBER, LONG, BEGUN, LAST_FOUR = "qn", "ql", "qb", "qt"
"""A short number, a long one (a citizen's, a code), the beginning of either, its last four."""
RUN = "qr"
"""Digits with no digit beside them: the 12 of 马村12号, so that 马村112号 is told apart."""

LONG_NUMBER = 15
SPOKEN_BEGINNING, SHORT_BEGINNING, LONG_BEGINNING = 5, 3, 10
"""So many first signs are words of their own: every tenth name begins zhang, every number 138 or 330683."""

_SIGNS = re.compile(r"[\W_]+")
_USUAL = re.compile("[\u4e00-\u9fff0-9A-Za-z ，。；：？！、（）“”‘’《》〈〉…—,.;:?!()'\"/+=*#%&-]*")
"""Texts whose width and letters need no second look, which takes four times as long as the first."""
_DIGITS = re.compile(r"\d+")


class Part(NamedTuple):
    """One searched value of a record: where it stands, how it is searched, and what it says."""

    field: str
    """``head_name``; for a list ``parties/name``."""
    searched: str
    text: str


def plain(text: str) -> str:
    """``text`` in lower case, full width made half, without spaces and signs."""
    if _USUAL.fullmatch(text):  # of these signs none becomes a letter or digit, nor one of them another
        return _SIGNS.sub("", text).lower()
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())


def fold(text: str) -> str:
    """``plain`` text in simplified characters: what is compared."""
    told = plain(text)
    # Nearly every text is in simplified characters already, which is quicker to see than to write it anew.
    return told if _traditional().isdisjoint(told) else told.translate(simplified())


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, simplified()))


@cache
def simplified() -> Mapping[int, str]:
    """Traditional character to simplified; single characters only, after OpenCC's t2s."""
    lines = (RESOURCES / "pinyin_simplified.txt").read_text("utf-8").splitlines()
    return {ord(each): line[0] for line in lines for each in line[1:]}


def parts_of(kind: Kind, fields: Mapping[str, Any]) -> list[Part]:
    """The searched values of a record, those of its lists too, in the order of the declaration."""
    parts = []
    for each in kind.searched_at_all:
        value = fields.get(each.name)
        if not value:
            continue
        if isinstance(each, Entries):
            parts += _parts_of_list(each, value)
        elif isinstance(value, str):
            parts.append(Part(each.name, each.searched.value, value))
    return parts


def searched_paths(kind: Kind) -> dict[str, str]:
    """How each field is searched, by its path; fields that are not searched are left out."""
    found: dict[str, str] = {}
    for each in kind.fields:
        inner = each.fields if isinstance(each, Entries) else (each,)
        prefix = f"{each.name}/" if isinstance(each, Entries) else ""
        found |= {prefix + one.name: one.searched.value for one in inner if _is_searched(one)}
    return found


def words_of(parts: list[Part]) -> set[str]:
    """All words that a record is found by."""
    words: set[str] = set()
    for part in parts:
        if part.searched == Searched.NUMBER:
            words.update(number_words(plain(part.text)))
            continue
        folded = fold(part.text)
        words.update(folded, map(add, folded, folded[1:]))  # ``text_words``, without a set of its own
        words.update(RUN + digits for digits in _DIGITS.findall(folded))
        if part.searched == Searched.NAME:
            words.update(name_words(plain(part.text)))
    return words


def text_words(folded: str) -> set[str]:
    """Every character and every pair of neighbours."""
    return {*folded, *map(add, folded, folded[1:])}


def name_words(name: str) -> Iterator[str]:
    """The readings of a name, in full and as initials, and their first letters."""
    for reading in read_name(name):
        yield FULL + reading.full
        yield INITIALS + reading.initials
        yield from (SPOKEN + reading.full[:length] for length in range(1, SPOKEN_BEGINNING + 1))


def number_words(number: str) -> Iterator[str]:
    """A number as it is, its beginnings and its last four signs."""
    is_long = len(number) >= LONG_NUMBER
    if number:
        yield (LONG if is_long else NUMBER) + number
        yield LAST_FOUR + number[-4:]
    for length in range(1, (LONG_BEGINNING if is_long else SHORT_BEGINNING) + 1):
        yield BEGUN + number[:length]


def _parts_of_list(field: Entries, entries: Any) -> list[Part]:
    inner = [each for each in field.fields if _is_searched(each)]
    if not inner or not isinstance(entries, dict):
        return []
    rows = [row for row in entries.values() if isinstance(row, dict)]
    found = [(each, row.get(each.name)) for row in rows for each in inner]
    return [
        Part(f"{field.name}/{each.name}", each.searched.value, value)
        for each, value in found
        if isinstance(value, str) and value
    ]


def _is_searched(field: Field) -> bool:
    return field.searched is not Searched.NO and not isinstance(field, Entries)
