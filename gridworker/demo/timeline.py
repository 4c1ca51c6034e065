"""On which days a dispute is taken up, talked over, settled, looked after: never later than yesterday."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from gridworker.demo.chance import Chance
from gridworker.demo.days import DAY, moment, working_day
from gridworker.demo.quarrels import Quarrel

_HOURS = (9 * 60, 9 * 60 + 30, 14 * 60, 14 * 60 + 30, 15 * 60, 18 * 60 + 30, 19 * 60)


@dataclass(slots=True)
class Timeline:
    """The course of one dispute. Instants in ms UTC; None or 0: not come so far."""

    reported: int
    accepted: date | None = None
    accepted_at: int = 0
    due: date | None = None
    """One calendar month after it was taken up (司法部令第75号 art. 33)."""
    begun_at: int = 0
    sessions: list[int] = field(default_factory=list)
    """Those that were held."""
    next_session: int = 0
    """One that is planned."""
    ended: date | None = None
    ended_at: int = 0
    """Agreed on, failed, refused, withdrawn or handed over."""
    keep_by: date | None = None
    visited_at: int = 0
    archived_at: int = 0
    settled: bool = False
    case_no: str = ""

    @property
    def agreed(self) -> bool:
        """Whether it ended with an agreement."""
        return self.settled


class Timelines:
    """Lays the days of one dispute after another."""

    def __init__(self, chance: Chance, today: date) -> None:
        self._chance, self._today = chance, today

    def of(self, quarrel: Quarrel, *, first: bool = False) -> Timeline:
        """The course of a dispute; the ``first`` one has a session next week."""
        line = Timeline(moment(quarrel.day, quarrel.minutes + 20))
        if quarrel.state == "registered":
            return line
        if quarrel.state == "refused":
            self._end(line, quarrel.day + 2 * DAY)
            return line
        self._accept(line, quarrel)
        if quarrel.state in ("withdrawn", "transferred"):
            self._end(line, quarrel.day + self._chance.whole(5, 12) * DAY)
        elif quarrel.state == "mediating":
            self._under_way(line, quarrel, first)
        elif quarrel.state != "accepted":
            self._to_the_end(line, quarrel)
        return line

    def _past(self, day: date) -> date:
        """``day`` as a working day that is over."""
        day = working_day(day)
        return day if day < self._today else working_day(self._today - DAY, -1)

    def _at(self, day: date) -> int:
        return moment(day, self._chance.pick(_HOURS))

    def _accept(self, line: Timeline, quarrel: Quarrel) -> None:
        line.accepted = self._past(quarrel.day + self._chance.whole(1, 2) * DAY)
        line.accepted_at = max(moment(line.accepted, 8 * 60 + 50), line.reported + 3_600_000)
        line.due = _month_later(line.accepted)

    def _end(self, line: Timeline, day: date) -> None:
        line.ended = self._past(day)
        line.ended_at = max(moment(line.ended, 15 * 60 + 20), line.accepted_at + 7_200_000, line.reported + 7_200_000)

    def _begin(self, line: Timeline, after: int) -> date:
        assert line.accepted is not None
        day = self._past(line.accepted + after * DAY)
        line.begun_at = max(moment(day, 9 * 60 + 10), line.accepted_at + 1_800_000)
        return day

    def _under_way(self, line: Timeline, quarrel: Quarrel, first: bool) -> None:
        begun = self._begin(line, 1)
        if first or self._chance.yes(0.6):
            held = self._past(begun + 2 * DAY)
            line.sessions.append(max(self._at(held), line.begun_at + 3_600_000))
        day = self._today + (7 - self._today.weekday() + 2) * DAY if first else None
        day = day or self._today + self._chance.whole(1, 9) * DAY
        line.next_session = moment(working_day(day), 14 * 60 + 30)

    def _to_the_end(self, line: Timeline, quarrel: Quarrel) -> None:
        begun = self._begin(line, self._chance.whole(1, 2))
        last = self._past(begun + self._chance.whole(1, 4) * DAY)
        line.sessions.append(max(self._at(last), line.begun_at + 3_600_000))
        failed = quarrel.state == "failed"
        if failed or self._chance.yes(0.62):
            last = self._past(last + self._chance.whole(5, 9) * DAY)
            line.sessions.append(max(self._at(last), line.sessions[-1] + 86_400_000))
        line.ended, line.ended_at = last, line.sessions[-1] + 100 * 60_000
        line.settled = not failed
        line.keep_by = last + int(quarrel.story.mark("days")) * DAY
        if quarrel.state in ("visited", "archived"):
            day = self._past(min(line.keep_by, last + 24 * DAY) + self._chance.whole(3, 7) * DAY)
            line.visited_at = max(moment(day, 10 * 60 + 20), line.ended_at + 3_600_000)
            if quarrel.state == "archived":
                day = self._past(day + self._chance.whole(4, 15) * DAY)
                line.archived_at = max(moment(day, 16 * 60), line.visited_at + 3_600_000)


def number(cases: Sequence[tuple[Quarrel, Timeline]]) -> None:
    """Gives the cases their numbers: per committee and year, without gaps, as they were taken up."""
    counts: Counter[tuple[str, int]] = Counter()
    taken = [(line.accepted, n, quarrel, line) for n, (quarrel, line) in enumerate(cases) if line.accepted]
    years = [day.year for day, _, _, _ in taken]
    for day, _, quarrel, line in sorted(taken, key=lambda each: each[:2]):
        town = quarrel.home.grid.town_name.removesuffix("镇")
        key = (town, day.year)
        if not counts[key] and day.year == min(years):
            counts[key] = 23
        counts[key] += 1
        line.case_no = f"（{day.year}）{town}民调字第{counts[key]:03d}号"


def _month_later(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
