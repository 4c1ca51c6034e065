"""Writes the tables that search reads, so that no desk has to load pypinyin or OpenCC.

Run from the project's folder after an upgrade of either: `python installers/make_pinyin_tables.py`.
Sources: pypinyin (MIT licence) and the dictionaries of OpenCC (Apache licence 2.0).
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from opencc import OpenCC
from pypinyin import Style, pinyin

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
CHARACTERS = [chr(code) for code in (0x3007, *range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
"""CJK's basic block and extension A, and the round zero that stands in old house numbers."""


def readings(character: str) -> list[str]:
    """All readings without tones, the usual one first; ü is written v."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return [each for each in dict.fromkeys(found[0] if found else ()) if re.fullmatch("[a-z]+", each)]


def reading_lines() -> Iterator[str]:
    """``syllable <tab> characters usually read so <tab> characters sometimes read so``."""
    usual: dict[str, list[str]] = defaultdict(list)
    sometimes: dict[str, list[str]] = defaultdict(list)
    for character in CHARACTERS:
        first, *others = readings(character) or [""]
        usual[first].append(character)
        for other in others:
            sometimes[other].append(character)
    for syllable in sorted((usual.keys() | sometimes.keys()) - {""}):
        yield f"{syllable}\t{''.join(usual[syllable])}\t{''.join(sometimes[syllable])}"


def simplified_lines() -> Iterator[str]:
    """One line a simplified character, followed by the traditional ones that are folded into it."""
    convert = OpenCC("t2s").convert
    folded: dict[str, list[str]] = defaultdict(list)
    for character in CHARACTERS:
        simple = convert(character)
        if simple != character and len(simple) == 1:
            folded[simple].append(character)
    yield from (simple + "".join(folded[simple]) for simple in sorted(folded))


def main() -> None:
    """Write both files anew."""
    for name, lines in (
        ("pinyin_readings.txt", reading_lines()),
        ("pinyin_simplified.txt", simplified_lines()),
    ):
        (RESOURCES / name).write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
