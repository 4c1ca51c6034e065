"""What was typed into a search box, as an expression of FTS5 and as a check of what it finds.

The index keeps no places of words (``detail=none``), so that a longer text can only be asked for
by its pairs of characters; ``tells`` looks again where that is not sure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from gridworker.records.fields import Searched
from gridworker.storage.pinyin import MOST_READINGS, is_spelled_out, readings, sounds_like, spellings
from gridworker.storage.search_text import (
    BEGUN,
    FULL,
    INITIALS,
    LAST_FOUR,
    LONG,
    LONG_BEGINNING,
    NUMBER,
    RUN,
    SHORT_BEGINNING,
    SPOKEN,
    SPOKEN_BEGINNING,
    Part,
    fold,
    plain,
    simplified,
    text_words,
)

MOST_WORDS = 8
MOST_SIGNS = 24
"""What is typed or pasted beyond these is not looked for."""

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[a-z]+")
_NAME_PIECES = re.compile(r"[a-z]+|[^a-z]")


@dataclass(frozen=True)
class Word:
    """One word that was typed. What matches ``certain`` needs no second look, for a ``sure`` one nothing does."""

    typed: str
    match: str
    certain: str
    """The part of ``match`` that is exact; "" when none of it is."""

    @property
    def sure(self) -> bool:
        """Whether all of it is exact."""
        return self.certain == self.match


def words_typed(text: str) -> list[Word]:
    """The words of a query; every one of them must be found."""
    pieces = text[: MOST_WORDS * MOST_SIGNS * 4].split()
    folded = (fold(piece).replace("ü", "v")[:MOST_SIGNS] for piece in pieces)
    return [_word(each) for each in islice(filter(None, folded), MOST_WORDS)]


def expression(words: Sequence[Word]) -> str:
    """The query of FTS5 for all of ``words``."""
    return " AND ".join(f"({word.match})" for word in words)


def certain(words: Sequence[Word]) -> str | None:
    """The same for what needs no second look; None when all of it does."""
    if not all(word.certain for word in words):
        return None
    return " AND ".join(f"({word.certain})" for word in words)


def tells(word: Word, part: Part) -> bool:
    """Whether a value answers a word."""
    if part.text.isascii() and not word.typed.isascii():
        return False  # no letter or digit is written as a Chinese character
    told = plain(part.text)
    if part.searched == Searched.NUMBER:
        return told.startswith(word.typed) or (len(word.typed) == 4 and told.endswith(word.typed))
    folded = told.translate(simplified())
    if word.typed in folded:
        return True
    if part.searched != Searched.NAME:
        return False
    return sounds_like(word.typed, told) or (folded != told and sounds_like(word.typed, folded))


def answering(words: Iterable[Word], parts: Sequence[Part]) -> str | None:
    """The path of the field that answers the first word; None unless every word is answered."""
    first = None
    for word in words:
        found = next((part.field for part in parts if tells(word, part)), None)
        if found is None:
            return None
        first = first or found
    return first


def _word(typed: str) -> Word:
    exact: list[str] = []
    if typed.isascii():
        exact += _number(typed)
    guessed = [_text(typed)]
    if _LETTERS.fullmatch(typed):
        exact += _spoken(typed)
        if len(typed) > 2 and not is_spelled_out(typed):
            guessed += [_begins(INITIALS, each) for each in _mixtures(typed)]
    mixed = bool(_LETTERS.search(typed)) and not typed.isascii()
    if mixed:
        guessed += _half_spoken(typed)
    if len(typed) <= 2 and not mixed:
        # A character, or a pair: what is looked for is a word of the index itself.
        exact, guessed = exact + guessed, []
    match = _either([*exact, *guessed])
    return Word(typed, match, match if not guessed else _either(exact))


def _either(ways: Sequence[str]) -> str:
    return " OR ".join(f"({way})" for way in ways)


def _text(typed: str) -> str:
    if len(typed) == 1:
        return f'"{typed}"'
    pairs = dict.fromkeys(map("".join, pairwise(typed)))
    inside = [run for run in _DIGITS.finditer(typed) if run.start() > 0 and run.end() < len(typed)]
    return " AND ".join(f'"{each}"' for each in (*pairs, *(RUN + run.group() for run in inside)))


def _number(typed: str) -> Iterator[str]:
    if len(typed) <= SHORT_BEGINNING:
        yield _is(BEGUN, typed)
    elif len(typed) <= LONG_BEGINNING:
        yield _begins(NUMBER, typed)
        yield _is(BEGUN, typed)
    else:
        yield _begins(NUMBER, typed)
        yield _begins(LONG, typed)
    if len(typed) == 4:
        yield _is(LAST_FOUR, typed)


def _spoken(typed: str) -> Iterator[str]:
    if len(typed) <= SPOKEN_BEGINNING:
        yield _is(SPOKEN, typed)
    else:
        yield _begins(FULL, typed)
    if len(typed) >= 2:
        yield _begins(INITIALS, typed)


def _mixtures(typed: str) -> Iterator[str]:
    """Initials for syllables and first letters mixed; pure ones are asked for in another way."""
    return (each for each in spellings(typed) if 1 < len(each) < len(typed))


def _half_spoken(typed: str) -> Iterator[str]:
    """A name begun with characters and gone on with letters, or the other way round: 王xy."""
    pieces = _NAME_PIECES.findall(typed)
    told = (spellings(each) if _LETTERS.fullmatch(each) else _first_letters(each) for each in pieces)
    initials = list(dict.fromkeys(map("".join, islice(product(*told), MOST_READINGS))))
    characters = [text_words(each) for each in re.split("[a-z]+", typed) if each]
    written = " AND ".join(f'"{each}"' for each in sorted(set().union(*characters)))
    if initials:
        yield f"{written} AND ({' OR '.join(_begins(INITIALS, each) for each in initials)})"


def _first_letters(character: str) -> list[str]:
    known = readings().of_first(character)
    return list(dict.fromkeys(each[0] for each in known))


def _is(mark: str, typed: str) -> str:
    return f'"{mark}{typed}"'


def _begins(mark: str, typed: str) -> str:
    return f'"{mark}{typed}"*'
