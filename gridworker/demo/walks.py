"""When a worker walks, and whose turn it is: a year of rounds, hamlet by hamlet, the frail ones first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gridworker.demo.chance import Chance
from gridworker.demo.days import DAY, day_of, is_working_day, seasons
from gridworker.demo.facts import Slot
from gridworker.demo.homes import Home, Resident
from gridworker.demo.tags import Intervals

VISITS_A_YEAR = 377
"""Per grid: the county's 656,000 visits over its 1,724 grids."""


_NEAR = {True: {0: 3.0, 1: 4.0, 2: 3.0}, False: {0: 5.0, 1: 4.0, 2: 1.4}}


@dataclass(slots=True)
class _Turn:
    home: Home
    every: int
    """Days between two visits."""
    last: date
    known: date


def walk(homes: Sequence[Home], every: Intervals, sky: dict[date, str], today: date, chance: Chance) -> list[Slot]:
    """A year of visits to the homes of a grid, in the order of time; the last one was yesterday."""
    turns = [_turn(home, every.of(home), today, chance) for home in homes]
    slots: list[Slot] = []
    for day, count in _days(today, chance):
        slots += _round(day, count, turns, sky[day], chance)
    return slots


def catch_up(homes: Sequence[Home], slots: Sequence[Slot], today: date) -> None:
    """Sees to it that every home was met at least once: as a neighbour, or by telephone."""
    met = {home.id for slot in slots if slot.met for home in (slot.home, *slot.also)}
    for home in homes:
        if home.id in met:
            continue
        free = [s for s in slots if s.event is None and s.met and day_of(home.made_at) < s.day]
        here = [s for s in free if s.mode == "home" and s.home.hamlet == home.hamlet and not s.also]
        if home.present and here:
            here[-1].also.append(home)
        elif calls := [s for s in free if s.mode in ("phone", "met")]:
            slot = calls[-1]
            slot.home, slot.mode, slot.whom = home, "phone", home.head


def _turn(home: Home, every: int, today: date, chance: Chance) -> _Turn:
    start = today - 365 * DAY
    known = day_of(home.made_at)
    last = start - chance.whole(0, min(every, 170)) * DAY
    return _Turn(home, every, max(last, known) if known > start else last, known)


def _days(today: date, chance: Chance) -> list[tuple[date, int]]:
    """The days on which he walks, and how many homes he sees: more this half of the year."""
    year = [today - back * DAY for back in range(365, 0, -1)]
    shares = {day: _share(day, today) for day in year}
    counts = dict.fromkeys(year, 0)
    left = VISITS_A_YEAR
    while left:
        day = chance.weighted(shares)
        homes = min(left, chance.weighted({1: 2, 2: 5, 3: 5, 4: 2}))
        if counts[day] + homes <= 7:
            counts[day] += homes
            left -= homes
    return [(day, count) for day, count in counts.items() if count]


def _share(day: date, today: date) -> float:
    share = 1.0 if is_working_day(day) else 0.16
    ago = (today - day).days
    share *= 3.0 if ago <= 12 else 1.5 if ago <= 183 else 1.0
    return share * (1.6 if seasons(day) & {"before_festival"} else 1.0)


def _round(day: date, count: int, turns: Sequence[_Turn], sky: str, chance: Chance) -> list[Slot]:
    """One day's visits: whoever waits most, then the neighbours who wait most."""
    open_turns = [turn for turn in turns if turn.known < day]
    first = max(open_turns, key=lambda turn: _waits(turn, day, chance))
    near = [turn for turn in open_turns if turn.home.hamlet == first.home.hamlet and turn is not first]
    near.sort(key=lambda turn: -_waits(turn, day, chance))
    slots, minutes = [], _start(day, count, chance)
    todays, others = [first, *near][:count], near[count - 1 :]
    for turn in todays:
        slot = _slot(day, minutes, turn, sky, chance)
        slots.append(slot)
        minutes += slot.lasts + chance.whole(6, 31)
        if 11 * 60 + 20 < minutes < 13 * 60:
            minutes = chance.whole(13 * 60 + 5, 13 * 60 + 40)
        if slot.met:
            turn.last = day
            _meet_neighbours(slot, others, len(turns) > 200, chance)
    return sorted(slots, key=lambda slot: slot.minutes)


def _meet_neighbours(slot: Slot, others: list[_Turn], large: bool, chance: Chance) -> None:
    """Who sat there too: one or two in a kitchen (more where a grid is large), half a hamlet at a talk."""
    if slot.mode not in ("home", "meeting"):
        return
    many = chance.whole(5, 11) if slot.mode == "meeting" else chance.weighted(_NEAR[large])
    at_home = [turn for turn in others if turn.home.adults(slot.day)]
    for turn in at_home[:many]:
        others.remove(turn)
        turn.last = slot.day
        slot.also.append(turn.home)


def _waits(turn: _Turn, day: date, chance: Chance) -> float:
    return (day - turn.last).days / turn.every + chance.part() * 0.35


def _start(day: date, count: int, chance: Chance) -> int:
    """When the first door is knocked on: a long round begins in the morning."""
    evening = 2.0 if count <= 3 and is_working_day(day) else 0.6 if count <= 3 else 0
    match chance.weighted({"morning": 6, "afternoon": 4.2 if count <= 5 else 0, "evening": evening}):
        case "morning":
            return chance.whole(8 * 60 + 10, 9 * 60 + 10 if count > 4 else 10 * 60 + 20)
        case "afternoon":
            return chance.whole(13 * 60 + 20, 14 * 60 + 30 if count > 3 else 15 * 60 + 40)
        case _:
            return chance.whole(18 * 60 + 5, 18 * 60 + 50)


def _slot(day: date, minutes: int, turn: _Turn, sky: str, chance: Chance) -> Slot:
    home = turn.home
    evening = minutes >= 17 * 60 + 40
    mode = _mode(home, day, evening, chance)
    met = mode != "home" or (bool(home.adults(day)) and chance.yes(0.93))
    whom = _whom(home, day, evening, mode, chance)
    planned = turn.every < 100
    nature = "planned" if planned and chance.yes(0.85) else chance.weighted({"own": 8, "planned": 2})
    quick = mode in ("phone", "wechat", "met") or not met
    lasts = chance.whole(3, 9) if quick else chance.whole(9, 34)
    return Slot(day, minutes, lasts, home, mode, met, whom, nature, sky)


def _mode(home: Home, day: date, evening: bool, chance: Chance) -> str:
    if not home.present:
        return chance.weighted({"phone": 7, "wechat": 2, "video": 1, "home": 0.6})
    if evening:
        return chance.weighted({"home": 9, "phone": 1, "meeting": 0.3, "patrol": 0.5})
    modes = {"home": 78, "phone": 8, "met": 5, "patrol": 4, "wechat": 1, "meeting": 0.8}
    return chance.weighted(modes | {"came": 3 if is_working_day(day) else 0})


def _whom(home: Home, day: date, evening: bool, mode: str, chance: Chance) -> Resident:
    """Who opens: by day mostly the old ones, in the evening whoever works."""
    adults = home.adults(day)
    if not adults:
        grown = [one for one in home.people if one.age(day) >= 20]
        return chance.pick(grown or home.people)
    old = [one for one in adults if one.age(day) >= 60]
    if old and not evening and chance.yes(0.85):
        return chance.pick(old)
    return chance.pick(adults)
