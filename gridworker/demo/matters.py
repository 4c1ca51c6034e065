"""Matters heard on visits, and their way to an answer: taken up, worked on, done, told to who asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gridworker.demo import matter_people, matter_texts
from gridworker.demo.cast import Cast
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, day_of, moment, working_day
from gridworker.demo.facts import Slot, facts_of, words_of
from gridworker.demo.script import DemoMove, DemoRecord
from gridworker.demo.sheets import Sheet, read

_LEFT_OPEN = {"reported": 7, "accepted": 5, "returned": 4}
"""How many of all grids' latest matters stay in a state of the beginning."""


@dataclass(slots=True)
class HeardMatter:
    """A matter, and the visit on which it was heard."""

    sheet: Sheet
    slot: Slot
    words: Mapping[str, object]
    result: str = ""
    done_on: date | None = None
    """When it was done; None while it is open."""
    fate: str = ""
    """``withdrawn`` or ``returned``, when it went that way; ``reported`` or ``accepted`` when it stays there."""
    visit: str = ""
    """The visit's id, once it is written."""

    @property
    def told(self) -> Mapping[str, Sequence[str]]:
        """Voice to the ways in which a diary tells of it."""
        return {voice: self.sheet.lines[voice] for voice in "pco" if voice in self.sheet.lines}

    @property
    def solved(self) -> bool:
        """Whether it was settled on the spot."""
        return bool(self.sheet.line("solved"))


def hear(slots: Sequence[Slot], count: int, today: date, chance: Chance) -> list[HeardMatter]:
    """Puts ``count`` matters on visits where they fit, the last weeks' first; none too often in one grid."""
    sheets = read(matter_texts.PLACES) + read(matter_people.PEOPLE)
    used: Counter[str] = Counter()
    heard: list[HeardMatter] = []
    free = [s for s in slots if s.event is None and s.met and s.mode in ("home", "met", "patrol", "came")]
    soon = today - 24 * DAY
    for slot in sorted(free, key=lambda each: chance.part() * (0.5 if each.day > soon else 1)):
        if len(heard) == count:
            break
        facts = facts_of(slot) | ({"home"} if slot.mode == "came" else set())
        words = words_of(slot, "warm", chance)
        fitting = [s for s in sheets if s.fits(facts) and used[s.name] < int(s.mark("most", "2"))]
        if not fitting:
            continue
        sheet = chance.weighted({s: 1 / (1 + 3 * used[s.name]) for s in fitting})
        used[sheet.name] += 1
        matter = HeardMatter(sheet, slot, words)
        matter.result = chance.pick(sheet.lines["result"])
        slot.event = matter
        heard.append(matter)
    return sorted(heard, key=lambda matter: (matter.slot.day, matter.slot.minutes))


class Matters:
    """Turns what was heard into records with their whole history up to today."""

    def __init__(self, chance: Chance, ids: Ids, cast: Cast, today: date) -> None:
        self._chance, self._ids, self._cast, self._today = chance, ids, cast, today

    def settle(self, matter: HeardMatter) -> None:
        """Decides what becomes of it and when it is done; those of the last weeks may still be open."""
        since, chance = (self._today - matter.slot.day).days, self._chance
        if not matter.solved and since > 4 and chance.yes(0.014):
            matter.fate = "withdrawn"
            return
        if not matter.solved and since > 12 and chance.yes(0.015):
            matter.fate = "returned"
        days = int(matter.sheet.mark("days"))
        late = chance.weighted({0.5: 4, 0.8: 5, 1.0: 2, 1.6: 1})
        least = 2 * len(matter.sheet.lines.get("step", ())) + 1 if days > 5 else 1
        taken = 0 if matter.solved else max(least, round(days * 1.4 * late))
        done = working_day(matter.slot.day + taken * DAY) if taken else matter.slot.day
        stuck = not matter.solved and since < 60 and chance.yes(0.2)
        if done < self._today and not stuck:
            matter.done_on = done

    def leave_open(self, matters: Sequence[HeardMatter]) -> None:
        """Leaves some of the last days' matters where they begin: reported, taken up, sent back."""
        recent = [m for m in matters if not m.solved and 2 <= (self._today - m.slot.day).days <= 11]
        left = self._chance.shuffled(recent)
        for fate, count in _LEFT_OPEN.items():
            for matter in left[:count]:
                matter.fate, matter.done_on = fate, None
            left = left[count:]

    def record(self, matter: HeardMatter) -> DemoRecord:
        """The matter as it was written down, and what became of it."""
        slot, sheet = matter.slot, matter.sheet
        at = moment(slot.day, slot.minutes + slot.lasts + 2)
        fields = {
            "title": self._filled(matter, "title"),
            "content": self._filled(matter, "content"),
            "grid": slot.home.grid.id,
            "household": slot.home.id,
            "visit": matter.visit,
            "source": self._chance.weighted({"visit": 9, "resident": 1}),
            "event_class": sheet.mark("class"),
            "worry": sheet.mark("worry") or None,
            "urgency": sheet.mark("urgency", "normal"),
            "track": sheet.mark("track"),
            "reporter": slot.whom.name,
            "reporter_phone": slot.whom.phone or slot.home.phone,
            "wanted": self._filled(matter, "wanted") or None,
            "place": self._filled(matter, "place") or slot.home.address,
            "reported_at": moment(slot.day, slot.minutes),
            "people": self._chance.weighted({1: 5, 3: 2, 6: 1, 12: 1}),
            "first_receiver": self._cast.worker(slot.home.grid).id,
            "responsible": self._cast.worker(slot.home.grid).id,
            "reply_due": (slot.day + 3 * DAY).isoformat(),
            "due": _working_days_after(slot.day, int(sheet.mark("days"))).isoformat(),
            "state": "reported",
        }
        worker = self._cast.worker(slot.home.grid).id
        moves = tuple(self._moves(matter, at, worker))
        return DemoRecord("matter", self._ids.at(at), fields, worker, at, moves)

    def _moves(self, matter: HeardMatter, at: int, worker: str) -> list[DemoMove]:
        slot, chance = matter.slot, self._chance
        if matter.solved:
            return self._done(matter, at + 4 * 60_000, worker)
        supervisor = self._cast.supervisor(slot.home.grid).id
        if matter.fate == "withdrawn":
            return [DemoMove("withdrawn", moment(working_day(slot.day + DAY), 10 * 60 + 20), worker)]
        if matter.fate == "returned":
            return self._returned(matter, supervisor, worker)
        if matter.fate == "reported":
            return []
        if matter.fate == "accepted":
            return [DemoMove("accepted", at + 25 * 60_000, worker)]
        by = worker if matter.sheet.mark("track") == "instant" else supervisor
        next_day = working_day(slot.day + DAY)
        taken = at + 30 * 60_000 if by == worker else moment(next_day, 9 * 60 + chance.whole(0, 70))
        if taken >= moment(self._today):
            return []
        moves = [DemoMove("accepted", taken, by)]
        return self._worked_on(matter, moves, worker)

    def _worked_on(self, matter: HeardMatter, moves: list[DemoMove], worker: str) -> list[DemoMove]:
        moves += self._steps(matter, moves[-1].at, worker)
        if matter.done_on is not None:
            moves += self._done(matter, self._after(moves[-1].at, matter), worker)
        return moves

    def _returned(self, matter: HeardMatter, supervisor: str, worker: str) -> list[DemoMove]:
        when = moment(working_day(matter.slot.day + DAY), 15 * 60)
        if when >= moment(self._today):
            return []
        reason = self._chance.pick(("地点没写清楚，补上具体位置。", "请先到现场看一看，附上情况再报。"))
        moves = [DemoMove("returned", when, supervisor, {"return_reason": reason})]
        again = moment(working_day(day_of(when) + DAY), 9 * 60 + 30)
        if again >= moment(self._today) or matter.done_on is None:
            return moves
        content = self._filled(matter, "content") + "已到现场看过，位置在" + matter.slot.home.address + "旁。"
        moves.append(DemoMove("accepted", again, worker, {"content": content}))
        return self._worked_on(matter, moves, worker)

    def _after(self, last: int, matter: HeardMatter) -> int:
        """When it was done: what needs others is never done on the day of its last step."""
        assert matter.done_on is not None
        day = matter.done_on
        if matter.sheet.mark("track") != "instant":
            day = max(day, working_day(day_of(last) + 2 * DAY))
        return self._at_work(day, last)

    def _steps(self, matter: HeardMatter, after: int, worker: str) -> list[DemoMove]:
        """What was done meanwhile, spread over the days until it was done or today."""
        lines = matter.sheet.lines.get("step", ())
        first = matter.slot.day
        last = matter.done_on or min(self._today - DAY, first + int(matter.sheet.mark("days")) * DAY)
        moves: list[DemoMove] = []
        for number, line in enumerate(lines):
            share = timedelta(days=round((last - first).days * number / len(lines)))
            day = working_day(first + share)
            when = self._at_work(day, (moves[-1].at if moves else after) + 10 * 60_000)
            if when >= moment(self._today):
                break
            text = line.format_map(matter.words)
            step = {f"steps/{self._ids.at(when)}": {"at": when, "by": worker, "text": text}}
            moves.append(DemoMove("" if moves else "handling", when, worker, step))
        return moves

    def _done(self, matter: HeardMatter, at: int, worker: str) -> list[DemoMove]:
        if at >= moment(self._today):
            return []
        result = matter.result.format_map(matter.words)
        moves = [DemoMove("done", at, worker, {"result": result})]
        later = self._chance.weighted({1: 4, 3: 4, 7: 2})
        minutes = self._chance.whole(9 * 60, 17 * 60)
        told = moment(working_day(matter.slot.day if matter.solved else day_of(at) + later * DAY), minutes)
        told = max(told, at + 9 * 60_000)
        if told < moment(self._today) and (self._chance.yes(0.75) or at < moment(self._today - 30 * DAY)):
            liked = self._chance.weighted({"very": 6, "yes": 9, "partly": 1.5, "no": 0.2})
            sets = {"feedback": self._filled(matter, "feedback"), "satisfaction": liked}
            moves.append(DemoMove("confirmed", told, worker, sets))
        return moves

    def _at_work(self, day: date, after: int) -> int:
        return max(moment(day, self._chance.whole(8 * 60 + 30, 16 * 60 + 40)), after + 5 * 60_000)

    def _filled(self, matter: HeardMatter, key: str) -> str:
        return matter.sheet.line(key).format_map(matter.words)


def _working_days_after(day: date, count: int) -> date:
    for _ in range(count):
        day = working_day(day + DAY)
    return day
