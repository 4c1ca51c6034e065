"""Writes diaries as eight different hands would: each with its own way of calling, ending, leaving out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gridworker.demo import diary_frames, diary_people, diary_seasons
from gridworker.demo.chance import Chance
from gridworker.demo.facts import Slot, facts_of, words_of
from gridworker.demo.sheets import Sheet, read

_GAP = re.compile(r"{(\w+)}")
_FAR_OFF = ("phone", "wechat", "video")
_MANNERS = {"p": "plain", "c": "warm", "o": "official"}


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody writes."""

    voices: Mapping[str, float]
    """Share of short notes (p), talk (c) and office language (o)."""
    topics: Mapping[int, float]
    """How many things an entry tells."""
    weather: float = 0.0
    closing: float = 0.2
    opening: float = 1.0
    """How often an entry says first how the door was opened."""
    numbered: float = 0.0


HANDS = {
    "liuyl": Hand({"c": 8, "p": 2}, {1: 4, 2: 5, 3: 1}, closing=0.25),
    "magq": Hand({"p": 9, "o": 1}, {1: 4, 2: 5, 3: 1}, closing=0.08, opening=0.45),
    "huangyq": Hand({"c": 5, "p": 4, "o": 1}, {1: 3, 2: 5, 3: 2}, weather=0.1),
    "lvwj": Hand({"o": 8, "p": 2}, {2: 5, 3: 4}, numbered=0.2),
    "zhangyj": Hand({"c": 4, "o": 4, "p": 2}, {1: 4, 2: 5}, closing=0.3),
    "wangjm": Hand({"p": 6, "c": 4}, {1: 3, 2: 5}, weather=0.65, closing=0.1, opening=0.6),
    "qianxy": Hand({"c": 9, "p": 1}, {1: 3, 2: 5, 3: 2}, closing=0.4),
    "zhuzm": Hand({"o": 5, "p": 5}, {1: 3, 2: 5, 3: 2}, numbered=0.35, weather=0.15, opening=0.7),
}
"""Login name to hand."""


@dataclass(slots=True)
class Entry:
    """What a diary entry says, and the fields that go with it."""

    text: str = ""
    purposes: set[str] = field(default_factory=set)
    safety: set[str] = field(default_factory=set)
    situation: set[str] = field(default_factory=set)
    hazard: str = ""
    handled: str = ""
    promise: str = ""
    follow_up_after: int = 0
    """Days, when something was promised."""
    solved: bool = False


@dataclass(frozen=True, slots=True)
class _Texts:
    openings: tuple[Sheet, ...]
    closings: tuple[Sheet, ...]
    topics: tuple[Sheet, ...]
    away: tuple[Sheet, ...]
    unmet: tuple[Sheet, ...]
    patrols: tuple[Sheet, ...]
    meetings: tuple[Sheet, ...]
    besides: tuple[Sheet, ...]


class Diarist:
    """Writes for one worker, and tries not to say the same thing twice."""

    def __init__(self, hand: Hand, chance: Chance) -> None:
        self._hand, self._chance = hand, chance
        self._said: Counter[str] = Counter()
        self._told: dict[str, list[str]] = {}
        self._opened: dict[str, list[str]] = {}
        self._texts = _Texts(
            openings=read(diary_frames.OPENINGS),
            closings=read(diary_frames.CLOSINGS),
            topics=read(diary_people.PEOPLE) + read(diary_seasons.SEASONS),
            away=read(diary_frames.AWAY),
            unmet=read(diary_frames.UNMET),
            patrols=read(diary_frames.PATROLS),
            meetings=read(diary_frames.MEETINGS),
            besides=read(diary_frames.BESIDES),
        )

    def voice(self) -> str:
        """In which of his voices the next entry is written."""
        return self._chance.weighted(self._hand.voices)

    def routine(self, slot: Slot) -> Entry:
        """An entry on an ordinary visit."""
        voice, facts = self.voice(), facts_of(slot)
        words = words_of(slot, _MANNERS[voice], self._chance)
        entry = Entry()
        if not slot.met:
            return self._short(entry, self._texts.unmet, facts, words, voice)
        if slot.mode in ("patrol", "meeting"):
            short = self._texts.patrols if slot.mode == "patrol" else self._texts.meetings
            return self._short(entry, short, facts, words, voice)
        chosen = self._topics(slot, facts, words, voice)
        parts = [self._say(sheet, words, voice, entry) for sheet in chosen]
        if not (chosen and chosen[0].mark("own")):
            parts.insert(0, self._opening(slot, facts, words, voice))
        parts.append(self._neighbours(slot, words, voice))
        if self._chance.yes(self._hand.closing):
            parts.append(self._one(self._texts.closings, facts, words, voice))
        entry.text = self._joined([part for part in parts if part], slot, voice)
        return entry

    def about(
        self,
        slot: Slot,
        told: Mapping[str, Sequence[str]],
        words: Mapping[str, object],
        spoken: str = "",
    ) -> str:
        """An entry on something that was heard.

        ``told``: voice to the ways of telling it. ``spoken``: the gap in which stands who was met.
        """
        voice = self.voice()
        mine = words_of(slot, _MANNERS[voice], self._chance)
        text = self._least_said(told.get(voice) or told["c"])
        opens = "{call}" not in text and f"{{{spoken}}}" not in text
        filled = {**mine, **words, "call": mine["call"]}
        if spoken:
            filled[spoken] = mine["call"]
        parts = [self._opening(slot, facts_of(slot), mine, voice)] if opens else []
        parts += [text.format_map(filled), self._neighbours(slot, mine, voice)]
        return self._joined([part for part in parts if part], slot, voice)

    def _neighbours(self, slot: Slot, words: Mapping[str, object], voice: str) -> str:
        if not slot.also or slot.mode != "home":
            return ""
        return self._one(self._texts.besides, {"two"} if len(slot.also) > 1 else set(), words, voice)

    def _short(
        self,
        entry: Entry,
        sheets: Sequence[Sheet],
        facts: set[str],
        words: Mapping[str, object],
        voice: str,
    ) -> Entry:
        fitting = self._fitting(sheets, facts, words, voice)
        entry.text = self._say(self._weighed(fitting), words, voice, entry)
        return entry

    def _topics(self, slot: Slot, facts: set[str], words: Mapping[str, object], voice: str) -> list[Sheet]:
        """What the entry tells of: things of the season and the household, not those of last time."""
        sheets = self._texts.topics if slot.mode in ("home", "met", "came") else self._texts.away
        told = self._told.setdefault(slot.home.id, [])
        fitting = self._fitting(sheets, facts, words, voice)
        left = [sheet for sheet in fitting if sheet.name not in told[-4:]] or fitting
        chosen: list[Sheet] = []
        for _ in range(self._chance.weighted(self._hand.topics)):
            left = [sheet for sheet in left if _goes_with(sheet, chosen)]
            if not left:
                break
            chosen.append(self._weighed(left))
        told += [sheet.name for sheet in chosen]
        return sorted(chosen, key=_place)

    def _fitting(
        self, sheets: Iterable[Sheet], facts: set[str], words: Mapping[str, object], voice: str
    ) -> list[Sheet]:
        return [s for s in sheets if s.fits(facts) and _usable(s.lines.get(voice, ()), words)]

    def _weighed(self, sheets: Sequence[Sheet]) -> Sheet:
        return self._chance.weighted({sheet: float(sheet.mark("weight", "1")) for sheet in sheets})

    def _opening(self, slot: Slot, facts: set[str], words: Mapping[str, object], voice: str) -> str:
        if not self._chance.yes(self._hand.opening):
            return ""
        told = self._opened.setdefault(slot.home.id, [])
        text = self._one(self._texts.openings, facts, words, voice, told[-4:])
        told.append(text)
        return text

    def _one(
        self,
        sheets: Sequence[Sheet],
        facts: set[str],
        words: Mapping[str, object],
        voice: str,
        told: Sequence[str] = (),
    ) -> str:
        """A sentence of one of the sheets, none of those ``told`` lately if it can be helped."""
        fitting = self._fitting(sheets, facts, words, voice)
        if not fitting:
            return ""
        lines = _usable(self._weighed(fitting).lines[voice], words)
        fresh = [line for line in lines if line.format_map(words) not in told]
        return self._least_said(fresh or lines).format_map(words)

    def _say(self, sheet: Sheet, words: Mapping[str, object], voice: str, entry: Entry) -> str:
        entry.purposes.update(sheet.listed("duty"))
        entry.safety.update(sheet.listed("safety"))
        entry.situation.update(sheet.listed("sit"))
        entry.hazard = entry.hazard or sheet.line("hazard")
        entry.handled = entry.handled or sheet.line("handled")
        entry.solved = entry.solved or bool(sheet.line("solved"))
        if sheet.line("promise") and self._chance.yes(0.35):
            least, _, most = sheet.line("later").partition("-")
            entry.promise = sheet.line("promise")
            entry.follow_up_after = self._chance.whole(int(least), int(most))
        lines = _usable(sheet.lines[voice], words)
        return self._least_said(lines).format_map(words)

    def _least_said(self, lines: Sequence[str]) -> str:
        """One of the lines used least so far, so that they come round before one comes twice."""
        least = min(self._said[line] for line in lines)
        line = self._chance.pick([line for line in lines if self._said[line] == least])
        self._said[line] += 1
        return line

    def _joined(self, parts: Sequence[str], slot: Slot, voice: str) -> str:
        if voice != "c" and len(parts) >= 3 and self._chance.yes(self._hand.numbered):
            first, *rest = parts
            lines = [f"{number}. {part}" for number, part in enumerate(rest, 1)]
            return "\n".join([first, *lines])
        text = "".join(parts)
        told = any(word in text[:14] for word in ("雨", "太阳", "日头", "晴"))
        if slot.mode not in _FAR_OFF and not told and self._chance.yes(self._hand.weather):
            return f"{slot.sky}。{text}"
        return text


def _usable(lines: Sequence[str], words: Mapping[str, object]) -> list[str]:
    return [line for line in lines if all(gap in words for gap in _GAP.findall(line))]


def _place(sheet: Sheet) -> int:
    """Where a topic stands in the entry: how people are first, what was preached later, calm last."""
    if sheet.mark("own"):
        return 0
    if sheet.mark("quiet"):
        return 4
    return {"information": 1, "hazard": 2}.get(sheet.mark("duty"), 3)


def _goes_with(sheet: Sheet, chosen: Sequence[Sheet]) -> bool:
    """Whether a topic may stand beside the others: no second one of danger, no calm beside trouble."""
    for other in chosen:
        if sheet is other or (sheet.mark("own") and other.mark("own")):
            return False
        if sheet.mark("duty") == other.mark("duty") == "hazard":
            return False
        calm, trouble = ("quiet", "sit")
        pair = (sheet, other) if sheet.mark(calm) else (other, sheet)
        if pair[0].mark(calm) and (pair[1].mark(trouble) == "problem" or pair[1].line("handled")):
            return False
    return True
