"""Whatever a worker and the centre may do in a day, by chance and the same for the same seed."""

import contextlib
import random
from collections.abc import Sequence

from gridworker.errors import NotAccepted
from tests.helpers.notebook import DAY, GRID, LI, MORNING, OTHER_GRID, Notebook

TAGS = ("low_income", "living_alone", "rental", "veteran")
PLACES = (("grid", GRID), ("other_grid", OTHER_GRID))


class AnyDay:
    """One worker's days at one notebook."""

    def __init__(self, notebook: Notebook, seed: int) -> None:
        self.notebook = notebook
        self.chance = random.Random(seed)

    def pass_by(self) -> None:
        """Something happens. What the rules refuse does not."""
        self.notebook.now += self.chance.randrange(DAY // 4)
        acts = (self.new, self.new, self.edit, self.edit, self.visit, self.visit, self.remove, self.undo)
        centre = (self.hear, self.hear, self.hand_in, self.restart)
        with contextlib.suppress(NotAccepted):
            self.chance.choice((*acts, *centre))()

    def new(self) -> None:
        """A new household."""
        self.notebook.household(f"陈{self.chance.randrange(99)}", tags=self._tags())

    def edit(self) -> None:
        """Some fields, tags or parties of some record."""
        ledger, chance = self.notebook.ledger, self.chance
        if house := self._any("household"):
            number = f"1380000{chance.randrange(10_000):04}"
            given = {"phone": number, "tags": self._tags(), "note": chance.choice(("养蜂", "种茶", None))}
            ledger.save("household", dict(chance.sample(sorted(given.items()), 2)), house)
        if (dispute := self._any("dispute")) and chance.random() < 0.7:
            parties = {k: dict(v) for k, v in (ledger.get("dispute", dispute) or {}).get("parties", {}).items()}
            for entry in list(parties):
                if chance.random() < 0.3:
                    del parties[entry]
                elif chance.random() < 0.5:
                    parties[entry]["phone"] = f"1390000{chance.randrange(10_000):04}"
            parties[self.notebook.centre.new_id()] = {"name": f"李{chance.randrange(99)}"}
            ledger.save("dispute", {"parties": parties}, dispute)

    def visit(self) -> None:
        """A visit, or another look at one, perhaps with what came of it."""
        ledger, chance = self.notebook.ledger, self.chance
        if not (house := self._any("household")):
            return
        at = MORNING + chance.randrange(90 * DAY)
        told = {"household": house, "met": chance.random() < 0.7, "visited_at": at}
        match chance.randrange(4):
            case 0:
                dispute = {"title": "田埂", "dispute_type": "07", "parties": [{"name": "陈建国"}]}
                ledger.save_visit(told, matters=[{"title": "路灯不亮"}], dispute=dispute)
            case 1 if visit := self._any("visit"):
                ledger.save("visit", {"visited_at": at, "met": not told["met"]}, visit)
            case 2 if matter := self._any("matter"):
                ledger.move("matter", matter, "accepted")
            case _:
                ledger.save("visit", told)

    def remove(self) -> None:
        """A record goes, or comes back."""
        kind = self.chance.choice(("household", "visit", "dispute"))
        if record := self._any(kind):
            self.notebook.ledger.remove(kind, record)
            if self.chance.random() < 0.3:
                self.notebook.ledger.restore(kind, record)

    def undo(self) -> None:
        """One of the latest acts is taken back."""
        if acts := self.notebook.store.last_acts(4):
            self.notebook.ledger.undo(self.chance.choice(acts))

    def hear(self) -> None:
        """Rows of others arrive, or newer versions of what is here; sometimes one leaves or moves."""
        notebook, chance = self.notebook, self.chance
        place, grid = chance.choice(PLACES)
        known = [row for row in notebook.centre.of(place) if row.kind == "household"]
        if known and chance.random() < 0.2:
            self._move(place, chance.choice(known).id)
            return
        record = chance.choice(known).id if known and chance.random() < 0.6 else None
        house = {"head_name": f"王{chance.randrange(99)}", "grid": grid, "address": "1", "tags": ["rental"]}
        row = notebook.centre.write("household", house, place, record=record, at=notebook.now)
        month = {"grid": grid, "visitor": LI, "visited_at": MORNING, "month": "2026-03", "state": "submitted"}
        for _ in range(chance.randrange(3)):
            notebook.centre.write("visit", {**month, "household": row.id}, place)
        if chance.random() < 0.7:
            notebook.catch_up(place)

    def hand_in(self) -> None:
        """The centre takes, holds or refuses what waits."""
        verdict = self.chance.choices(("ok", "held", "refused"), (8, 1, 1))[0]
        self.notebook.store.retry_held()
        self.notebook.hand_in(verdict, seen=self.chance.random() < 0.5)

    def restart(self) -> None:
        """The program is closed and opened again."""
        if self.chance.random() < 0.2:
            self.notebook.reopened()

    def _move(self, place: str, record: str) -> None:
        target, grid = next(each for each in PLACES if each[0] != place)
        centre = self.notebook.centre
        old = centre.rows["household", record]
        row = centre.write("household", {**old.fields, "grid": grid}, target, record=record)
        centre.seqs[place] += 1
        centre.feed[place][row.kind, row.id] = centre.seqs[place]
        self.notebook.catch_up(*self.chance.sample([place, target], 2))

    def _any(self, kind: str) -> str | None:
        found: Sequence[dict[str, str]] = self.notebook.ledger.find(kind, order=("_row",))
        return self.chance.choice(found)["id"] if found else None

    def _tags(self) -> list[str]:
        return self.chance.sample(TAGS, self.chance.randrange(4))
