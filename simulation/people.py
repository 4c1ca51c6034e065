"""What people do at their desks: through the real ledger, each act noted with what they had before their eyes."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotAccepted, NotFound
from gridworker.ledger import conflicts, save, undo
from gridworker.ledger.edit_changes import Step
from gridworker.ledger.ground import Edit, Ground, Me, MoveTo, NewRecord
from gridworker.ledger.resettle import resettle
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.records.fields import Merge
from gridworker.records.kind import BucketClass, Kind, Role
from gridworker.records.row import Row
from gridworker.records.texts import sentences
from simulation import naming, twins
from simulation.desk_store import DeskStore
from simulation.dice import Dice
from simulation.district import TOWN_OF, Person
from simulation.versions import FORMER, KNOWN_LATER, PRESENT, called

TAGS = sorted(HOUSEHOLD_TAGS)[:3]
PLAIN: Mapping[str, Sequence[str]] = {
    "household": ("address", "note", "safety_notes", "head_name"),
    "person": ("note", "occupation", "name"),
    "visit": ("text", "handled"),
    "dispute": ("summary", "place", "title"),
    "mediation_case": ("facts", "claims", "agreement"),
    "mediation_session": ("process", "place", "divergence"),
}
"""Fields of free text; the last of a household, a person and a case is guarded."""
CHOSEN: Mapping[str, tuple[str, Sequence[str]]] = {
    "household": ("ownership", ("own", "rent", "borrow")),
    "dispute": ("risk", ("low", "medium", "high")),
}
NOTHING: frozenset[str] = frozenset()
MOST_SENTENCES = 12
"""In one text; then one goes for each that is to come."""
_TYPED = re.compile(r"typed\d+")


@dataclass(frozen=True, slots=True)
class Noted:
    """One change that a person made, and every typed value that he had before his eyes at that place."""

    id: str
    tx: str
    person: str
    kind: str
    record: str
    verb: Verb
    path: str
    typed: frozenset[str]
    saw: frozenset[str]
    adds: frozenset[str]
    """Of a tag: the changes that had put it in, as it was shown."""
    clears: bool
    """It leaves nothing in its place."""
    value: Any
    wrong: bool = False
    """Its group holds what no rule allows."""


class Hands:
    """The hands of one person at one desk. ``note`` takes what he did, ``token`` gives a value never typed before."""

    def __init__(
        self,
        person: Person,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        token: Callable[[], str],
        note: Callable[[Noted], None],
    ) -> None:
        self.person = person
        self._clock = clock
        self._new_id = new_id
        self._token = token
        self._note = note
        self._emptied: dict[tuple[str, str], frozenset[str]] = {}
        """What he himself had before his eyes when he left nothing at a place. He has seen it, also when the centre
        did not take that."""
        self.moves = False
        """Whether he also moves households to other grids."""
        self.writes_on = False
        """Whether he writes on in long texts, sentence by sentence, or always writes them anew."""
        self.meets = False
        """Whether he fills in numbers, of which others fill in the same."""
        self.names = False
        """Whether he also writes down sessions of cases."""
        self.role = str(person.role)
        """What he is, as far as this desk has heard."""

    def at(self, clock: Callable[[], int]) -> "Hands":
        """The same person at another machine."""
        other = Hands(self.person, clock, self._new_id, self._token, self._note)
        other.moves, other.writes_on, other.role, other.meets = self.moves, self.writes_on, self.role, self.meets
        other.names = self.names
        other._emptied = dict(self._emptied)
        return other

    def act(self, store: DeskStore, dice: Dice) -> bool:
        """Something that a person does now; False when the rules let him not."""
        me = Me(self.person.id, "", "", self.role)
        ground = Ground(store, me, self._clock, self._new_id)  # type: ignore[arg-type]
        try:
            return self._one(ground, store, dice)
        except (NotAccepted, NotFound):
            return False

    # ------------------------------------------------------------------ acts

    def _one(self, ground: Ground, store: DeskStore, dice: Dice) -> bool:
        shown = store.shown()
        rows = [row for row in shown if row.kind in PLAIN]
        grids = [p.info.region for p in store.places.values() if p.info.bucket_class == BucketClass.GRID]
        if not grids:
            return False
        if len(rows) < 3 or dice.percent(12 if len(rows) < 40 else 2):
            return self._create(ground, store, dice, dice.one(grids), rows)
        if dice.percent(25) and (open_ones := _open(shown)):
            return self._settle(ground, store, dice, dice.one(open_ones))
        if self.names and self.role in naming.MEDIATE and dice.percent(25):
            part = naming.beside(rows, grids, TOWN_OF, dice, self._token)
            return self._noted(store, [], lambda: save.together(ground, [part]))
        if dice.percent(3):
            return self._poison(store, dice, dice.one(rows))
        if dice.percent(4) and store.outbox.entries:
            return self._undo(ground, store)
        row = dice.one(rows)
        if row.removed is not None:
            return dice.percent(30) and self._noted(store, [row], lambda: save.restore(ground, row.kind, row.id))
        if dice.percent(5):
            return self._noted(store, [row], lambda: save.remove(ground, row.kind, row.id))
        return self._edit(ground, store, dice, row)

    def _create(self, ground: Ground, store: DeskStore, dice: Dice, grid: str, rows: Sequence[Row]) -> bool:
        houses = [row.id for row in rows if row.kind == "household" and row.fields.get("grid") == grid]
        which = dice.below(10) if houses else 0
        if which < 4:
            given: dict[str, Any] = {"grid": grid, "head_name": self._token(), "address": self._token()}
            if dice.percent(30):
                given["tags"] = [dice.one(TAGS)]
            part = NewRecord("household", given)
        elif which == 4:
            part = NewRecord("person", {"household": dice.one(houses), "grid": grid, "name": self._token()})
        elif which < 7:
            part = NewRecord("visit", {"household": dice.one(houses), "grid": grid, "text": f"{self._token()}。"})
        elif not store.kinds.keys() >= set(KNOWN_LATER):
            return False
        elif which < 9 or self.role == Role.GRID_WORKER:
            parties = [{"name": self._token()}, {"name": self._token()}]
            given = {"title": self._token(), "grid": grid, "dispute_type": "03", "parties": parties}
            if dice.percent(50):  # both in one group: all or nothing
                dispute = self._new_id()
                visit = NewRecord("visit", {"household": dice.one(houses), "grid": grid, "text": f"{self._token()}。"})
                both = [visit, NewRecord("dispute", given, dispute)]
                return self._noted(store, [], lambda: save.together(ground, both))
            part = NewRecord("dispute", given)
        else:
            disputes = [row.id for row in rows if row.kind == "dispute" and row.fields.get("grid") == grid]
            if not disputes:
                return False
            given = {"title": self._token(), "dispute": dice.one(disputes), "town": TOWN_OF[grid]}
            part = NewRecord("mediation_case", {**given, "accepted_on": "2026-03-02"})
        if self.meets:
            part = NewRecord(part.kind, {**part.fields, **twins.named_alike(part.kind, self._clock(), dice)})
        return self._noted(store, [], lambda: save.together(ground, [part]))

    def _edit(self, ground: Ground, store: DeskStore, dice: Dice, row: Row) -> bool:
        if self.meets and dice.percent(6) and (said := twins.named_alike(row.kind, self._clock(), dice)):
            return self._save(ground, store, row, said)
        return self._edit_one(ground, store, dice, row)

    def _edit_one(self, ground: Ground, store: DeskStore, dice: Dice, row: Row) -> bool:
        kind, way = store.kinds[row.kind], dice.below(20)
        if self.moves and row.kind in ("household", "person") and dice.percent(6):
            grid = dice.one(sorted(TOWN_OF))
            return self._noted(store, [row], lambda: resettle(ground, row.kind, row.id, grid))
        if way < 3 and row.kind in ("household", "person"):
            tags = set(row.fields.get("tags", ())) ^ {dice.one(TAGS)}
            return self._save(ground, store, row, {"tags": sorted(tags)})
        if way < 7 and row.kind in ("dispute", "mediation_case"):
            return self._parties(ground, store, dice, row)
        if way < 11 and kind.machine is not None:
            moves = kind.machine.moves_from(str(row.fields.get(kind.machine.field)), self.role)
            if not moves:
                return False
            part = MoveTo(row.kind, row.id, dice.one(moves).target)
            return self._noted(store, [row], lambda: save.together(ground, [part]))
        if way < 12 and row.kind in CHOSEN:
            name, choices = CHOSEN[row.kind]
            return self._save(ground, store, row, {name: dice.one(choices)})
        names = PLAIN[row.kind] if kind is KINDS[row.kind] else _known(kind)
        if way < 14:  # two fields in one group
            return self._save(ground, store, row, {name: self._words(row.kind, name) for name in names[:2]})
        name = dice.one(names)
        if not kind.by_name[name].required and dice.percent(4):
            return self._save(ground, store, row, {name: None})
        text = row.fields.get(name)
        if self.writes_on and text and kind.by_name[name].merge is Merge.TEXT and dice.percent(75):
            return self._save(ground, store, row, {name: self._written_on(dice, str(text))})
        return self._save(ground, store, row, {name: self._words(row.kind, name)})

    def _words(self, kind: str, name: str) -> str:
        """Something new for a field; in a long text it is a sentence."""
        return self._token() + ("。" if KINDS[kind].by_name[called(name)].merge is Merge.TEXT else "")

    def _written_on(self, dice: Dice, text: str) -> str | None:
        """A long text with one sentence put in, written anew or taken out."""
        lines, way = sentences(text), dice.below(6)
        place = dice.below(len(lines))
        if way == 0 or len(lines) > MOST_SENTENCES:
            del lines[place]
        elif way < 3:
            lines[place] = f"{self._token()}。"
        else:
            lines.insert(place + dice.below(2), f"{self._token()}。")
        return "".join(lines) or None

    def _parties(self, ground: Ground, store: DeskStore, dice: Dice, row: Row) -> bool:
        parties = {entry: dict(each) for entry, each in row.fields.get("parties", {}).items()}
        way = dice.below(4)
        if not parties or way == 0:
            parties[self._new_id()] = {"name": self._token()}
        elif way == 1:
            del parties[dice.one(sorted(parties))]
        else:
            name = "name" if way == 2 else "address"
            parties[dice.one(sorted(parties))][name] = self._token()
        return self._save(ground, store, row, {"parties": parties})

    def _settle(self, ground: Ground, store: DeskStore, dice: Dice, conflict: Row) -> bool:
        fields = conflict.fields
        about = store.get(str(fields["record_kind"]), str(fields["record"]))
        if about is None:
            return False
        way = dice.below(4)
        if fields.get("type") == "duplicate" and way:
            seen = [*twins.eyes(store, conflict), conflict]
            return self._noted(store, seen, lambda: twins.settle(ground, conflict, 1 + way % 2))
        keep: Any = conflicts.SHOWN if way < 2 else 1
        value = self._token() if way == 3 and fields.get("field") in PLAIN.get(about.kind, ()) else None
        return self._noted(
            store, [about, conflict], lambda: conflicts.settle(ground, conflict.id, keep, value), also=tokens(fields)
        )

    def _undo(self, ground: Ground, store: DeskStore) -> bool:
        act = store.outbox.entries[-1].change.act
        touched = [store.get(each.kind, each.record) for each in store.act(act)]
        own = frozenset(each.id for each in store.act(act))
        rows = [row for row in touched if row is not None]
        return self._noted(store, rows, lambda: undo.undo(ground, act), takes_back=own)

    def _poison(self, store: DeskStore, dice: Dice, row: Row) -> bool:
        """What another version of the program, or a broken one, writes past the rules."""
        wrongs = [
            Step(Verb.SET, "phone", self._token(), row.writer("phone").change),
            Step(Verb.SET, "next_year_field", self._token(), row.writer("next_year_field").change),
            Step(Verb.SET, KINDS[row.kind].home_field, self._new_id(), row.writer("grid").change),
        ]
        if KINDS[row.kind].machine is not None:
            nowhere = {"from": "nowhere", "to": "nothing"}
            wrongs.append(Step(Verb.MOVE, "state", nowhere, row.writer("state").change))
        wrong, note = dice.one(wrongs), PLAIN[row.kind][0]
        good = Step(Verb.SET, note, self._token(), row.writer(note).change)
        steps = [wrong] if dice.percent(50) else [good, wrong]

        def write() -> None:
            act = self._new_id()
            store.keep([self._change(row, step, act) for step in steps], by=self.person.id)

        return self._noted(store, [row], write, wrong=True)

    def _change(self, row: Row, step: Step, act: str) -> Change:
        said = {field.name: getattr(step, field.name) for field in dataclasses.fields(step)}
        names: dict[str, Any] = {"kind": row.kind, "record": row.id, "bucket": row.bucket, "tx": act, "act": act}
        return Change(id=self._new_id(), hlc=0, at=self._clock(), **names, **said)

    def _save(self, ground: Ground, store: DeskStore, row: Row, fields: Mapping[str, Any]) -> bool:
        part = Edit(row.kind, row.id, fields)
        return self._noted(store, [row], lambda: save.together(ground, [part]))

    # ------------------------------------------------------------------ notes

    def _noted(
        self,
        store: DeskStore,
        eyes: Sequence[Row],
        do: Callable[[], object],
        also: frozenset[str] = NOTHING,
        takes_back: frozenset[str] = NOTHING,
        *,
        wrong: bool = False,
    ) -> bool:
        """Does it, and notes each change with what stood at its place. ``also``: what else the person looked at;
        ``takes_back``: own changes that are undone, and nobody else's.
        """
        before = {row.id: row for row in eyes}
        count = len(store.outbox.entries)
        try:
            do()
        finally:  # what was kept was kept, also when the machine dies right after it
            fresh = store.outbox.entries[count:]
            for entry in fresh:
                noted = self._look(entry.change, before.get(entry.change.record), also)
                noted = dataclasses.replace(noted, wrong=True) if wrong or _leads_nowhere(entry.change) else noted
                if takes_back and noted.verb is Verb.REM:
                    noted = dataclasses.replace(noted, adds=noted.adds & takes_back)
                self._note(noted)
        return bool(fresh)

    def _look(self, change: Change, row: Row | None, also: frozenset[str]) -> Noted:
        verb, path = change.verb, change.path
        typed = tokens(change.value) if verb in (Verb.CREATE, Verb.SET) else NOTHING
        saw, adds, gone = also, NOTHING, NOTHING
        if row is not None:
            whole = verb in (Verb.DEL, Verb.RESTORE)
            stood = tokens(row.fields) if whole else tokens(row.value(path)) if path else NOTHING
            if verb is Verb.SET and _is_long(row.kind, called(path)) and not also:
                # He wrote on: what stood there and stands there still is neither his nor replaced by him.
                stood, typed = stood - typed, typed - stood
                gone = NOTHING if typed else stood
            saw = also | stood
            if verb in (Verb.ADD, Verb.REM) and KINDS[row.kind].by_name[path.partition("/")[0]].merge is Merge.SET:
                adds = frozenset(stamp.change for stamp in row.adds(path))
        nothing = change.value is None or (bool(saw) and not typed)
        clears = verb is Verb.REM or (verb is Verb.SET and nothing) or bool(gone)
        path = called(path)
        place = (change.record, path)
        saw |= self._emptied.get(place, NOTHING) if verb is Verb.SET else NOTHING
        if clears:
            self._emptied[place] = saw
        person = self.person.id
        names = (change.id, change.tx, person, change.kind, change.record, verb, path)
        return Noted(*names, typed, saw, adds, clears, change.value)


def _leads_nowhere(change: Change) -> bool:
    """Whether a record is taken to a place that does not exist: taking back that such a change was taken back."""
    home = change.verb is Verb.SET and change.path == KINDS[change.kind].home_field
    return home and change.value not in (*TOWN_OF, *TOWN_OF.values())


def _known(kind: Kind) -> list[str]:
    """What an old program knows of the fields of free text, as it calls them."""
    names = [FORMER if name == PRESENT and FORMER in kind.by_name else name for name in PLAIN[kind.name]]
    return [name for name in names if name in kind.by_name]


def _is_long(kind: str, path: str) -> bool:
    field = KINDS[kind].field(path)
    return field is not None and field.merge is Merge.TEXT


def tokens(value: Any) -> frozenset[str]:
    """All typed values in something."""
    found: set[str] = set()
    _collect(value, found)
    return frozenset(found)


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        found.update(_TYPED.findall(value))
    elif isinstance(value, dict):
        for each in value.values():
            _collect(each, found)
    elif isinstance(value, list):
        for each in value:
            _collect(each, found)


def _open(shown: Sequence[Row]) -> list[Row]:
    return [row for row in shown if row.kind == "conflict" and row.fields.get("state") == "open"]
