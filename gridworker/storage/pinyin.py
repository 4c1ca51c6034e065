"""How names are read aloud, so that they can be found by pinyin, in full or by initials.

The tables are prepared by ``installers/make_pinyin_tables.py`` and read when they are first
needed: pypinyin takes 183 ms to load and 44 µs a name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

MOST_READINGS = 8
"""No more readings of one name than this are looked for."""
MOST_SYLLABLES = 12
"""What is longer is a company; its beginning is enough."""


@dataclass(frozen=True)
class Reading:
    """One way to read a name aloud."""

    full: str
    """Without spaces or tones: ``wangxiuying``."""
    initials: str
    """``wxy``."""


@dataclass(frozen=True)
class Readings:
    """What is known of characters; ü is written v."""

    usual: Mapping[str, tuple[str, ...]]
    """All readings of a character, the usual one first."""
    surnames: Mapping[str, tuple[str, ...]]
    """The syllables of surnames that are not read as usual; compound ones too."""
    given: Mapping[str, tuple[str, ...]]
    """Characters of given names that are read in more than one way."""
    syllables: frozenset[str]

    def of_first(self, character: str) -> tuple[str, ...]:
        """Every reading of a name's first character, the surname's first."""
        known = self.usual.get(character, (character,))
        return tuple(dict.fromkeys((*self.surnames.get(character, ()), *known)))

    def of_other(self, character: str) -> tuple[str, ...]:
        """The readings of a later character of a name."""
        return self.given.get(character) or self.usual.get(character, (character,))[:1]


@cache
def readings() -> Readings:
    """The tables of ``resources``, read once."""
    usual: dict[str, tuple[str, ...]] = {}
    others: list[tuple[str, str]] = []
    syllables = set()
    for line in _lines("pinyin_readings.txt"):
        syllable, read_so, sometimes = line.split("\t")
        syllables.add(syllable)
        usual.update(dict.fromkeys(read_so, (syllable,)))
        others.append((syllable, sometimes))
    for syllable, sometimes in others:
        for character in sometimes:
            usual[character] += (syllable,)
    surnames: dict[str, tuple[str, ...]] = {}
    given: dict[str, tuple[str, ...]] = {}
    for line in _lines("pinyin_names.txt"):
        where, characters, *read = line.split()
        (surnames if where == "surname" else given)[characters] = tuple(read)
    return Readings(usual, surnames, given, frozenset(syllables))


def read_name(name: str) -> list[Reading]:
    """The likely readings of a name of Chinese characters and letters, the likeliest first.

    ``name`` is in lower case without signs (``fold`` leaves it so, but for the script, which is
    kept: 乾 is read otherwise than the 干 it is folded into).
    """
    if not name:
        return []
    spelled = islice(_spelled(_pieces(name)[:MOST_SYLLABLES]), MOST_READINGS)
    return list(dict.fromkeys(Reading("".join(each), "".join(s[0] for s in each)) for each in spelled))


def sounds_like(typed: str, name: str) -> bool:
    """Whether ``name`` begins as typed: characters, syllables and initials in any mixture."""
    table, pieces = readings(), _pieces(name)
    left = {typed}
    for place, piece in enumerate(pieces):
        known = table.of_first(piece) if place == 0 else (*table.of_other(piece), *table.usual.get(piece, ()))
        left = {rest for each in left for rest in _after(each, piece, known)}
        if "" in left:
            return True
        if not left:
            return False
    return False


def spellings(typed: str) -> list[str]:
    """The initials that letters may stand for: whole syllables and first letters mixed.

    ``wangxy`` gives ``wxy`` (wang x y) first; the last syllable may be unfinished. The fewest
    syllables come first, and no more than ``MOST_READINGS``.
    """
    syllables = readings().syllables
    told: list[list[str]] = [[] for _ in typed] + [[""]]
    for start in range(len(typed) - 1, -1, -1):
        heads = (typed[start:end] for end in range(start + 1, min(start + 6, len(typed)) + 1))
        found = {
            head[0] + rest
            for head in heads
            if _tells(head, syllables, unfinished=start + len(head) == len(typed))
            for rest in told[start + len(head)]
        }
        told[start] = sorted(found, key=lambda each: (len(each), each))[:MOST_READINGS]
    return told[0]


def is_spelled_out(typed: str) -> bool:
    """Whether letters are whole syllables one after the other, but for the last, still being typed."""
    syllables = readings().syllables
    whole = {0}
    for end in range(1, len(typed) + 1):
        if any(end - length in whole and typed[end - length : end] in syllables for length in range(1, 7)):
            whole.add(end)
    return any(_tells(typed[start:], syllables, unfinished=True) for start in whole if typed[start:]) or (
        len(typed) in whole
    )


def _tells(head: str, syllables: frozenset[str], *, unfinished: bool) -> bool:
    """Whether letters can stand for one character of a name."""
    if len(head) == 1:
        return head not in "iuv"
    return head in syllables or (unfinished and any(each.startswith(head) for each in syllables))


def _pieces(name: str) -> list[str]:
    """Characters one by one, letters and digits together."""
    pieces: list[str] = []
    for sign in name:
        if sign.isascii() and pieces and pieces[-1].isascii():
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _spelled(pieces: list[str]) -> Iterator[tuple[str, ...]]:
    table = readings()
    compound = table.surnames.get("".join(pieces[:2])) if len(pieces) > 1 else None
    if compound:
        yield from product(*((each,) for each in compound), *map(table.of_other, pieces[2:]))
    first = map(table.of_first, pieces[:1])
    yield from product(*first, *map(table.of_other, pieces[1:]))


def _after(typed: str, piece: str, known: Iterable[str]) -> Iterator[str]:
    """What is left of ``typed`` once it has told this piece of the name."""
    for whole in (piece, *known):
        if not typed.startswith(whole[0]):
            continue
        for length in range(len(whole), 0, -1):
            if typed.startswith(whole[:length]):
                yield typed[length:]


def _lines(name: str) -> list[str]:
    text = (RESOURCES / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
