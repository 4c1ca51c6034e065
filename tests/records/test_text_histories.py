"""Three people write in one long text, each for a while without a line: no sentence is gone that nobody took out."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.merge import apply, lay
from gridworker.records.row import Row
from gridworker.records.texts import sentences

HOUSEHOLD = KINDS["household"]
PEOPLE = [f"01900000-0000-7000-8000-0000000000a{n}" for n in range(3)]
RECORD, BUCKET = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"


class Book:
    """The centre: the row, what every change wrote, and the texts that lost."""

    def __init__(self):
        self.numbers = itertools.count(0x1000)
        made = self.change(Verb.CREATE, value={"head_name": "王", "note": "一。二。三。"})
        self.row = apply(HOUSEHOLD, None, made, PEOPLE[0]).row
        self.wrote = {made.id: made.value["note"]}
        self.kept = []

    def change(self, verb, **more):
        n = next(self.numbers)
        name = f"01900000-0000-7000-8000-{n:012x}"
        return Change(name, verb, "household", RECORD, BUCKET, n << 16, n, **more)

    def take(self, change, by):
        """Whether a person has to look at it."""
        change = change._replace(base=self.wrote.get(change.parent))
        self.wrote[change.id] = change.value or ""
        outcome = apply(HOUSEHOLD, self.row, change, by)
        self.row = outcome.row or self.row
        if outcome.made is not None:
            self.wrote[outcome.made.id] = outcome.made.value or ""
        if outcome.clash is not None:
            self.kept.append(outcome.clash.other.value or "")
        return outcome.clash is not None


class Desk:
    """One person: the centre's row as it last came, and what waits."""

    def __init__(self, book, person):
        self.book, self.person = book, person
        self.brought, self.waiting = book.row, []
        self.typed, self.taken_out = set(), set()

    def shown(self) -> Row:
        row = self.brought
        for change in self.waiting:
            row = lay(HOUSEHOLD, row, change, self.person)
        return row

    def write(self, what, place):
        row = self.shown()
        told = sentences(row.value("note") or "")
        fresh = f"{'甲乙丙'[PEOPLE.index(self.person)]}{len(self.typed)}。"
        at = place % (len(told) + 1)
        new = {
            "add": [*told[:at], fresh, *told[at:]],
            "rewrite": [*told[:at], fresh, *told[at + 1 :]],
            "drop": [*told[:at], *told[at + 1 :]],
        }[what]
        if new == told:
            return
        self.typed |= set(new) - set(told)
        self.taken_out |= set(told) - set(new)
        seen = {"parent": row.writer("note").change, "base": row.value("note") or ""}
        self.waiting.append(self.book.change(Verb.SET, path="note", value="".join(new) or None, **seen))

    def pull(self):
        self.brought = self.book.row

    def push(self):
        """What is taken of what waits; and whether the desk had shown it already when it had read the newest."""
        newest, shown = self.brought == self.book.row, self.shown()
        asked = [self.book.take(change, self.person) for change in self.waiting]
        self.waiting = []
        if newest and not any(asked):
            assert self.book.row == shown, "the desk showed what the centre made of it"
        self.pull()


ACTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["add", "rewrite", "rewrite", "drop", "pull", "push"]), st.integers(0, 9)
    ),
    max_size=30,
)


@given(ACTS)
@settings(max_examples=250, deadline=None)
def test_every_sentence_stands_or_is_kept_or_was_taken_out_by_somebody_who_saw_it(acts):
    book = Book()
    desks = [Desk(book, person) for person in PEOPLE]
    for who, what, place in acts:
        desk = desks[who]
        if what in ("pull", "push"):
            getattr(desk, what)()
        else:
            desk.write(what, place)
    for desk in desks:
        desk.push()
    stands = set(sentences(book.row.value("note") or ""))
    kept = {line for text in book.kept for line in sentences(text)}
    taken_out = {line for desk in desks for line in desk.taken_out}
    for desk in desks:
        assert desk.typed <= stands | kept | taken_out
    assert {"一。", "二。", "三。"} <= stands | kept | taken_out
