"""Turns the year's rounds into diary entries, as each worker writes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gridworker.demo.cast import DemoAccount
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, moment
from gridworker.demo.diaries import HANDS, Diarist, Entry
from gridworker.demo.facts import Slot
from gridworker.demo.matters import HeardMatter
from gridworker.demo.quarrels import Quarrel
from gridworker.demo.script import DemoMove, DemoRecord

_AFTERWARDS = {
    "p": ("回访，{feedback}。", "再去看，{feedback}。"),
    "c": ("上回说的那件事，今天特地绕过去看看，{feedback}。", "惦记着上回的事，路过又问了问，{feedback}。"),
    "o": ("回访“{title}”办理情况，{feedback}。",),
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A visit that looks whether a matter was really settled."""

    matter: HeardMatter


def follow_up(slots: Sequence[Slot], matters: Iterable[HeardMatter], chance: Chance) -> None:
    """Turns some free visits into visits to those whose matter was done a few days before."""
    for matter in matters:
        done = matter.done_on
        if done is None or matter.solved or not chance.yes(0.3):
            continue
        near = (s for s in slots if s.event is None and 3 <= (s.day - done).days <= 14)
        slot = next(near, None)
        if slot is not None:
            slot.home, slot.whom = matter.slot.home, matter.slot.whom
            slot.mode, slot.met, slot.nature, slot.also = "home", True, "return", []
            slot.event = FollowUp(matter)


@dataclass(slots=True)
class Written:
    """A visit as it stands in the diary."""

    slot: Slot
    record: DemoRecord
    moves: list[DemoMove]
    """What the supervisor, and then the worker again, did with it."""


class VisitBook:
    """Writes the visits of one grid."""

    def __init__(self, worker: DemoAccount, cadre: str, chance: Chance, ids: Ids, today: date) -> None:
        self._worker, self._cadre = worker, cadre
        self._chance, self._ids, self._today = chance, ids, today
        self._diarist = Diarist(HANDS[worker.user], chance)

    def write(self, slots: Sequence[Slot]) -> list[Written]:
        """The entries in the order of time; what was heard learns its visit's id."""
        return [self._write(slot) for slot in sorted(slots, key=lambda s: (s.day, s.minutes))]

    def _write(self, slot: Slot) -> Written:
        at = moment(slot.day, slot.minutes + slot.lasts + 1)
        visit = self._ids.at(at)
        entry = self._entry(slot)
        if isinstance(slot.event, HeardMatter | Quarrel):
            slot.event.visit = visit
        fields = self._fields(slot, entry, at)
        return Written(slot, DemoRecord("visit", visit, fields, self._worker.id, at), [])

    def _entry(self, slot: Slot) -> Entry:
        match slot.event:
            case HeardMatter() as matter:
                text = self._diarist.about(slot, matter.told, matter.words)
                return self._entry_on_matter(matter, text)
            case Quarrel() as quarrel:
                text = self._diarist.about(slot, quarrel.told, quarrel.words, quarrel.spoken)
                both = quarrel.b.home is not None and quarrel.a.home is not None
                handled = self._chance.pick(_CALMED if both else _NOTED)
                entry = Entry(text, {"dispute"}, set(), {"problem"}, handled=handled, solved=False)
                entry.promise, entry.follow_up_after = "三天内回音，镇调委会约双方坐下来谈", 3
                return entry
            case FollowUp(matter):
                words = {
                    "feedback": matter.sheet.line("feedback").format_map(matter.words),
                    "title": matter.sheet.line("title").format_map(matter.words),
                }
                text = self._diarist.about(slot, _AFTERWARDS, words)
                return Entry(text, {"information"}, set(), {"well"})
        return self._diarist.routine(slot)

    def _entry_on_matter(self, matter: HeardMatter, text: str) -> Entry:
        grave = matter.sheet.mark("urgency") == "urgent"
        entry = Entry(text, {"information"}, set(), {"problem" if grave else "help"})
        if matter.solved:
            entry.handled, entry.solved = matter.result.format_map(matter.words), True
            return entry
        steps = matter.sheet.lines.get("step", ())
        entry.handled = steps[0].format_map(matter.words) if steps else ""
        entry.promise = self._chance.pick(("三天内给回音", "问清楚了打电话", "过两天再来看"))
        entry.follow_up_after = 3
        if matter.sheet.mark("class") == "emergency":
            entry.purposes.add("hazard")
            entry.hazard = matter.sheet.line("title").format_map(matter.words)
        return entry

    def _fields(self, slot: Slot, entry: Entry, at: int) -> dict[str, Any]:
        started = moment(slot.day, slot.minutes)
        follow_up = slot.day + entry.follow_up_after * DAY if entry.follow_up_after else None
        walked = slot.mode in ("home", "patrol", "meeting")
        return {
            "grid": slot.home.grid.id,
            "household": slot.home.id,
            "subjects": self._subjects(slot, at),
            "visitor": self._worker.id,
            "companions": self._companions(walked, at),
            "visited_at": started,
            "ended_at": started + slot.lasts * 60_000,
            "month": f"{slot.day:%Y-%m}",
            "mode": slot.mode,
            "met": slot.met,
            "met_whom": slot.whom.name if slot.met else None,
            "nature": slot.nature,
            "purposes": sorted(entry.purposes) or ["information"],
            "text": entry.text,
            "situation": sorted(entry.situation) if slot.met else [],
            "handled": entry.handled or None,
            "solved": True if entry.solved else None,
            "promise": entry.promise or None,
            "follow_up": follow_up.isoformat() if follow_up else None,
            "follow_up_done": follow_up < self._today if follow_up else None,
            "safety": sorted(entry.safety),
            "hazard": entry.hazard or None,
            "place": slot.home.hamlet_name if slot.mode in ("patrol", "met", "meeting") else None,
            "state": "submitted",
        }

    def _subjects(self, slot: Slot, at: int) -> dict[str, Any]:
        home = slot.home
        found = {
            self._ids.at(at + n): {"kind": "household", "record": each.id, "name": each.head.name}
            for n, each in enumerate((home, *slot.also))
        }
        if slot.met and slot.whom is not home.head:
            entry = {"kind": "person", "record": slot.whom.id, "name": slot.whom.name}
            found[self._ids.at(at + len(found))] = entry
        return found

    def _companions(self, walked: bool, at: int) -> dict[str, Any]:
        if not walked or not self._chance.yes(0.07):
            return {}
        return {self._ids.at(at): {"name": self._cadre}}


_NOTED = (
    "记下情况，凭据拍了照，报镇调委会约对方来谈",
    "先劝了几句，答应三天内给回音，报镇调委会",
)
_CALMED = (
    "当场把双方劝开，登记后报镇调委会",
    "劝双方先各自回屋，记下情况，约镇里来调",
    "两边都听了一遍，没压下去，报镇调委会调解",
)
