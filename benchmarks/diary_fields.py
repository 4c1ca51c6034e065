"""Made-up diaries as they travel in the figures of a sync: twelve fields, 200 characters of Chinese text in each."""

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from benchmarks.county import GIVEN, NOW, PLACES, SURNAMES
from gridworker.records.codes import DUTIES

CHARACTERS = 200
SEED = 20_261_128
MINUTE = 60_000
DIFFERENT = 19_997
"""Then they come again: 20 MB later, which is further back than any packing looks; a prime, so that every hundredth or
thousandth one is not the same again."""

_FRAMES = (
    "上午到{place}{name}家，老人{count}天没下楼，米和药都还够",
    "{name}说{place}的路灯坏了{count}盏，晚上走路看不清",
    "和{name}核对了家里{count}口人的登记，外出的都留了电话",
    "{place}屋后的坎有裂缝，约{count}厘米，已拍照报镇里",
    "{name}家的电线老化，插座上接了{count}个排插，当面拆了",
    "为{name}说了医保缴费的日子，还差{count}份材料",
    "{name}与邻居为{count}尺滴水争了几句，劝开了，约好再谈",
    "{place}的垃圾{count}天没清，已打电话给保洁",
)
_MARKS = "，。；，。"


def diaries(count: int, start: int = 0) -> Iterator[dict[str, Any]]:
    """Fields of visits without grid and visitor; number *start* and those after it, the same in every run."""
    for number in range(start, start + count):
        yield dict(_diary(number % DIFFERENT))


def text(chance: Random, characters: int = CHARACTERS) -> str:
    """Some of it in sentences that come again and again, most in words that are as frequent as words are."""
    words, shares = _lexicon()
    said = ""
    while len(said) < characters:
        if chance.random() < 0.3:
            frame = chance.choice(_FRAMES)
            said += frame.format(name=_name(chance), place=_place(chance), count=chance.randrange(2, 30))
        else:
            said += "".join(chance.choices(words, cum_weights=shares, k=chance.randrange(6, 14)))
        said += chance.choice(_MARKS)
    return said[:characters]


@cache
def _diary(number: int) -> dict[str, Any]:
    chance = Random(f"{SEED}/{number}")
    return {
        "follow_up": f"2026-12-{chance.randrange(1, 29):02}",
        "visited_at": NOW - chance.randrange(500_000) * MINUTE,
        "month": "2026-11",
        "mode": chance.choice(("home", "phone", "met", "patrol")),
        "met": chance.random() < 0.9,
        "met_whom": _name(chance),
        "nature": chance.choice(("planned", "own", "return")),
        "purposes": sorted(chance.sample(sorted(DUTIES), 2)),
        "text": text(chance),
        "place": f"{_place(chance)}{chance.randrange(1, 400)}号",
        "state": "submitted",
    }


@cache
def _lexicon() -> tuple[list[str], list[float]]:
    """40,000 made-up words of one to three characters; how often each comes falls with its rank."""
    chance = Random(SEED)
    signs = [chr(0x4E00 + chance.randrange(0x4000)) for _ in range(2_000)]
    likely = list(accumulate(1 / (rank + 100) for rank in range(len(signs))))
    words = ["".join(chance.choices(signs, cum_weights=likely, k=chance.choice((1, 2, 2, 3)))) for _ in range(40_000)]
    return words, list(accumulate(1 / (rank + 60) for rank in range(len(words))))


def _name(chance: Random) -> str:
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def _place(chance: Random) -> str:
    return "".join(chance.choices(PLACES, k=2)) + chance.choice("村岙坑塘")
