"""Long texts of two people made one, sentence by sentence, against the text that both had before their eyes."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

MOST_PAIRS = 20_000
"""Pairs of equal sentences beyond which nobody's patience is asked for: one line that stands 140 times in both."""

_SENTENCE = re.compile(r"\n|[^\n。！？；!?;]*[。！？；!?;]+[”’」』）)】]*|[^\n。！？；!?;]+")
_ENDS = "\n。！？；!?;”’」』）)】"


class Edit(NamedTuple):
    """The sentences from ``start`` to ``end`` of the base give way to ``new``."""

    start: int
    end: int
    new: tuple[str, ...]

    @property
    def grows(self) -> bool:
        """Whether there are more sentences than before: something was put in here, not only written anew."""
        return len(self.new) > self.end - self.start


def sentences(text: str) -> list[str]:
    """The text in pieces that give it again when put together: sentences with their stops, and line breaks."""
    return _SENTENCE.findall(text)


def merged(base: str, one: str, other: str) -> str | None:
    """Both texts in one, whoever is named first; None when both wrote the same place anew, each in his own way."""
    lines = sentences(base)
    mine, theirs = _edits(lines, sentences(one)), _edits(lines, sentences(other))
    if mine is None or theirs is None or any(_meet(a, b) for a in mine for b in theirs if a != b):
        return None
    return _written(lines, sorted({*mine, *theirs}), 0, len(lines))


def joint(base: str, one: str, other: str) -> str:
    """Both texts in one, with both sentences, one's before the other's, where they wrote the same place anew."""
    lines = sentences(base)
    mine, theirs = _edits(lines, sentences(one)), _edits(lines, sentences(other))
    if mine is None or theirs is None:
        return _one_after_another(one, other)
    told, done = [], 0
    for some in _clusters(sorted({*mine, *theirs})):
        start, end = min(edit.start for edit in some), max(edit.end for edit in some)
        told.append("".join(lines[done:start]))
        versions = [[edit for edit in side if edit in some] for side in (mine, theirs)]
        told.append(_one_after_another(*(_written(lines, side, start, end) for side in versions if side)))
        done = end
    return "".join((*told, "".join(lines[done:])))


def compared(text: str, other: str) -> list[tuple[str, bool]]:
    """The sentences of ``text``, each with whether ``other`` does not say it there."""
    lines = sentences(text)
    edits = _edits(lines, sentences(other))
    if edits is None:
        return [(line, True) for line in lines]
    differing = {place for edit in edits for place in range(edit.start, edit.end)}
    return [(line, place in differing) for place, line in enumerate(lines)]


def _edits(base: Sequence[str], side: Sequence[str]) -> list[Edit] | None:
    """What makes ``side`` of ``base``, smallest first; None when the texts are too long to say."""
    common = _common(base, side)
    if common is None:
        return None
    edits: list[Edit] = []
    for (at, there), (next_at, next_there) in pairwise([(-1, -1), *common, (len(base), len(side))]):
        new = side[there + 1 : next_there]
        if len(new) == next_at - at - 1:  # as many as before: each was written anew at its place
            edits += [Edit(at + 1 + n, at + 2 + n, (line,)) for n, line in enumerate(new)]
        else:
            edits.append(Edit(at + 1, next_at, tuple(new)))
    return edits


def _common(base: Sequence[str], side: Sequence[str]) -> list[tuple[int, int]] | None:
    """The sentences that both have, in order, as places in both; those that hold the most characters together."""
    start, most = 0, min(len(base), len(side))
    while start < most and base[start] == side[start]:
        start += 1
    end = 0
    while end < most - start and base[-1 - end] == side[-1 - end]:
        end += 1
    inner = _heaviest(base[start : len(base) - end], side[start : len(side) - end])
    if inner is None:
        return None
    before = [(n, n) for n in range(start)]
    after = [(len(base) - n, len(side) - n) for n in range(end, 0, -1)]
    return [*before, *((start + a, start + b) for a, b in inner), *after]


def _heaviest(base: Sequence[str], side: Sequence[str]) -> list[tuple[int, int]] | None:
    """The common subsequence that holds the most characters: a line break alone does not tear a sentence from its
    like. None when there are too many pairs to choose from."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(side):
        places.setdefault(line, []).append(place)
    if sum(len(places.get(line, ())) for line in base) > MOST_PAIRS:
        return None
    best = _Best(len(side))
    for at, line in enumerate(base):
        chains = [(place, best.before(place)) for place in places.get(line, ())]
        for place, chain in chains:  # all of them were asked before one is told: a sentence is matched once
            weight = chain[0] if chain is not None else 0
            best.tell(place, (weight + len(line), at, place, chain))
    found, chain = [], best.before(len(side))
    while chain is not None:
        found.append((chain[1], chain[2]))
        chain = chain[3]
    return found[::-1]


_Chain = tuple[int, int, int, "_Chain | None"]
"""Sentences matched so far: how many characters they hold, the last one's places, and the chain before it."""


class _Best:
    """The heaviest chain that ends before a place (a Fenwick tree of maxima)."""

    def __init__(self, size: int) -> None:
        self._tree: list[_Chain | None] = [None] * (size + 1)

    def before(self, place: int) -> "_Chain | None":
        """Among the chains told at smaller places."""
        found: _Chain | None = None
        while place > 0:
            chain = self._tree[place]
            if chain is not None and (found is None or chain[0] > found[0]):
                found = chain
            place &= place - 1
        return found

    def tell(self, place: int, chain: "_Chain") -> None:
        """One more chain that ends at a place."""
        place += 1
        while place < len(self._tree):
            known = self._tree[place]
            if known is None or chain[0] > known[0]:
                self._tree[place] = chain
            place += place & -place


def _meet(one: Edit, other: Edit) -> bool:
    """Whether two edits of two people cannot both be made without a word between them."""
    if max(one.start, other.start) < min(one.end, other.end):
        return True
    first, second = sorted((one, other))
    if second.start == second.end and first.start < second.start < first.end:
        return True
    return first.end == second.start and one.grows and other.grows


def _clusters(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Edits in order, those together that meet."""
    found: list[list[Edit]] = []
    for edit in edits:
        if found and any(_meet(edit, each) for each in found[-1]):
            found[-1].append(edit)
        else:
            found.append([edit])
    return found


def _written(lines: Sequence[str], edits: Iterable[Edit], start: int, end: int) -> str:
    """The part of the base from ``start`` to ``end`` with the edits made in it."""
    told: list[str] = []
    for edit in edits:
        told += (*lines[start : edit.start], *edit.new)
        start = edit.end
    return "".join((*told, *lines[start:end]))


def _one_after_another(*texts: str) -> str:
    told = ""
    for text in dict.fromkeys(texts):
        told += "\n" if told and text and told[-1] not in _ENDS else ""
        told += text
    return told
