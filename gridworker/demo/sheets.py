"""How the made-up texts are written down: sheets that a person can read and mend without Python.

A sheet opens with ``@name mark=value mark=value``; each line below is ``key text``; a line that starts
with two spaces goes on where the one above ended. The same key may come several times: variants.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet: its name, its marks, and the variants of each line."""

    name: str
    marks: Mapping[str, str]
    lines: Mapping[str, tuple[str, ...]]
    needs: tuple[tuple[bool, frozenset[str]], ...] = ()
    """What the mark ``need`` asks for (``!word``: is not so; ``a|b``: one of both): whether any of the words is so."""

    def mark(self, name: str, otherwise: str = "") -> str:
        """A mark of the first line."""
        return self.marks.get(name, otherwise)

    def listed(self, name: str) -> tuple[str, ...]:
        """A mark that holds several words, parted by commas."""
        return tuple(word for word in self.mark(name).split(",") if word)

    def line(self, key: str) -> str:
        """The only variant of a line; "" when there is none."""
        return self.lines.get(key, ("",))[0]

    def fits(self, facts: frozenset[str] | set[str]) -> bool:
        """Whether all that the mark ``need`` asks for is so."""
        return all(words.isdisjoint(facts) is not so for so, words in self.needs)


def _need(word: str) -> tuple[bool, frozenset[str]]:
    return (False, frozenset([word[1:]])) if word[0] == "!" else (True, frozenset(word.split("|")))


def read(text: str) -> tuple[Sheet, ...]:
    """The sheets written in ``text``."""
    return tuple(_sheet(block) for block in text.split("\n@")[1:])


def _sheet(block: str) -> Sheet:
    head, *rest = block.rstrip().split("\n")
    name, *marks = head.split()
    lines: dict[str, list[str]] = {}
    key = ""
    for line in rest:
        if line.startswith("  "):
            lines[key][-1] += line.strip()
        elif line:
            key, _, words = line.partition(" ")
            lines.setdefault(key, []).append(words)
    parted = dict(mark.split("=", 1) for mark in marks)
    needs = tuple(_need(word) for word in parted.get("need", "").split(",") if word)
    return Sheet(name, parted, {key: tuple(found) for key, found in lines.items()}, needs)
