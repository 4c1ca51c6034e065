"""The oracle: what must never happen, told from the specification; it knows nothing of parents, versions and feeds.

It writes down who typed what and what he had before his eyes, by values that occur once in a history. Every value
that was ever typed must stand somewhere, or somebody who saw it must have written what stands in its place.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from gridserver.storage.merging import AHEAD
from gridworker.protocol.sync import RELEASED, GroupResult, PullAnswer
from gridworker.records import KINDS
from gridworker.records.change import Verb
from gridworker.records.fields import Merge
from gridworker.records.kind import Kind
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage.project import LOCAL
from simulation import naming, twins, versions
from simulation.centre import Books, Centre, Mark
from simulation.desk_outbox import Entry
from simulation.district import buckets_of
from simulation.people import NOTHING, Noted, tokens

if TYPE_CHECKING:
    from simulation.world import Desk, World

TAKEN = ("ok", "conflict")
NOT_HIS = ("out_of_scope", "not_allowed", "unknown_kind")
"""Refused, since the author may not: but he might when he made it. Where a feed was cut nobody knows any more where a
record lay (``bucket``); no centre cuts one yet."""
POINTERS = ("household", "dispute")
"""The fields by which people's records point at others."""
SETTLERS = ("grid_worker", "mediator", "supervisor")


class Violation(AssertionError):
    """A promise was broken. ``promise``: I1 to I15 of the specification."""

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise = promise


class Oracle:
    """Watches one history."""

    def __init__(self) -> None:
        self.notes: dict[str, Noted] = {}
        """By change."""
        self._groups: dict[str, list[str]] = defaultdict(list)
        """By tx."""
        self.may_be_lost: set[str] = set()
        """Changes that a restored desk lost before they were anywhere else, that a centre lost for good, or that a
        person gave up."""
        self._heads: dict[tuple[str, str], int] = {}
        self._vers: dict[tuple[str, str, str], int] = {}
        self._lanes: dict[tuple[str, str, int], int] = {}

    # ------------------------------------------------------------------ what happens

    def note(self, noted: Noted) -> None:
        """A person did something."""
        self.notes[noted.id] = noted
        self._groups[noted.tx].append(noted.id)

    def again(self, old: str, new: str, tx: str) -> None:
        """A refused change is handed in once more under another name; the old one has done its work."""
        self.may_be_lost.add(old)
        self.note(replace(self.notes[old], id=new, tx=tx))

    def desk_put_back(self, before: Iterable[Entry], after: Iterable[Entry]) -> None:
        """A desk's file was replaced by an older one."""
        self.may_be_lost |= {each.change.id for each in before} - {each.change.id for each in after}

    def centre_put_back(self, before: Books, after: Books, desks: Sequence["Desk"]) -> None:
        """The centre was restored. What no desk keeps any more is gone with good reason only if it was durable once;
        that was looked at when the desk forgot it."""
        here = {each.change.id for desk in desks for each in desk.store.outbox.entries}
        self.may_be_lost |= {name for name in before.ledger if name not in after.ledger and name not in here}

    def forgotten(self, entries: Sequence[Entry], books: Books, backups: Sequence[Books]) -> None:
        """★ I2: a desk forgets nothing that could still be lost."""
        for each in entries:
            name = each.change.id
            if name in self.may_be_lost:
                continue
            if books.backup and not any(name in backup.ledger for backup in backups):
                raise Violation("I2", f"forgotten before it was in a backup: {name} {each.state}")
            if name not in books.ledger and books.backup:
                self.may_be_lost.add(name)  # durable, and then an older backup was put back
            elif name not in books.ledger:
                raise Violation("I2", f"forgotten before it was at the centre: {name} {each.state}")

    def written(self, centre: Centre, answered: Iterable[GroupResult], now: int) -> None:
        """★ I7, I10: after each push; and no time is far ahead of the centre's."""
        books = centre.books
        for bucket, head in books.heads.items():
            key = (books.epoch, bucket)
            if head.seq < self._heads.get(key, 0):
                raise Violation("I7", f"the feed of {bucket} runs backwards")
            self._heads[key] = head.seq
        for result in answered:
            self._whole(books, result)
            self._in_time(books, result, now)

    def _in_time(self, books: Books, result: GroupResult, now: int) -> None:
        for name in self._groups.get(result.tx, ()):
            noted = self.notes[name]
            row = books.rows.get((noted.kind, noted.record))
            stamp = row.writers.get(noted.path) if row is not None else None
            if stamp and stamp[0] == name and stamp[2] >> 16 > now + AHEAD:
                raise Violation("3.12", f"{name} is written with a time far ahead")

    def _whole(self, books: Books, result: GroupResult) -> None:
        if result.verdict in TAKEN:
            return
        mine = set(self._groups.get(result.tx, ()))
        records = {self.notes[name].record for name in mine}
        for record in records:
            for key in books.by_id.get(record, ()):
                if mine & set(_writers(books.rows[key])) and not any(self._is_taken(books, name) for name in mine):
                    raise Violation("I10", f"a part of a group that was {result.verdict} stands in {key}")

    def told(self, centre: Centre, person: str, answer: PullAnswer) -> None:
        """★ I4: the centre tells nobody what he may not see."""
        held = centre.books.accounts[person].holds()
        for page in answer.pages:
            if page.bucket not in held:
                raise Violation("I4", f"rows of {page.bucket} for somebody who does not hold it")
            if others := naming.strange(centre.books, person, ((wire["e"], wire["i"]) for wire in page.rows)):
                raise Violation("I4", f"{others} told to somebody who is not named")
            for wire in page.rows:
                row = centre.books.rows[wire["e"], wire["i"]]
                if row.bucket != page.bucket:
                    raise Violation("I4", f"{wire['i']} on the page of a bucket in which it does not lie")

    def saved(self, desk: "Desk", before: tuple[int, int, int], fresh: Sequence[Entry]) -> None:
        """★ I7: numbers and times of a desk never run backwards."""
        _, n, hlc = before
        for each in fresh:
            if each.change.n < n or each.change.hlc <= hlc:
                raise Violation("I7", f"number or time of {each.change.id} runs backwards")
            n, hlc = each.change.n + 1, each.change.hlc

    def adds_up(self, desk: "Desk") -> None:
        """★ I1: a bucket that was read adds up, without being read again."""
        for name, place in desk.store.places.items():
            if place.state == "stale":
                raise Violation("I1", f"desk {desk.number}: {name} does not add up")

    def given(self, centre: Centre, desk: "Desk", bucket: str, body: bytes) -> None:
        """★ I4: nor does a snapshot."""
        person = centre.books.devices[desk.device].person
        if bucket not in centre.books.accounts[person].holds():
            raise Violation("I4", f"a snapshot of {bucket} for somebody who does not hold it")
        if others := naming.strange(centre.books, person, naming.in_snapshot(centre.books, body)):
            raise Violation("I4", f"{others} in a snapshot for somebody who is not named")

    def unseen(self, desk: "Desk") -> list[str]:
        """The buckets of which a person is told that they are not here yet. ★ R: nothing of the centre's is shown of
        them."""
        unseen = [name for name, place in desk.store.places.items() if place.state == "loading"]
        if unseen and any(place.cursor or name in desk.store.parcels for name, place in desk.store.places.items()):
            for row in desk.store.shown():
                if row.bucket in unseen and desk.store.rows[row.kind, row.id].standing != LOCAL:
                    raise Violation("R", f"desk {desk.number} shows {row.id} of a list that is not whole")
        return unseen

    def whole(self, desk: "Desk", unseen: Sequence[str], books: Books) -> None:
        """★ R: a list that is shown for the first time is whole, as of the place to which it was read."""
        if desk.store.metas["epoch"] != books.epoch:
            return
        for name in unseen:
            place = desk.store.places.get(name)
            if place is None or place.state == "loading":
                continue
            if not place.cursor and any(here.bucket == name and here.row.ver for here in desk.store.rows.values()):
                raise Violation("R", f"desk {desk.number} shows {name}, and nobody knows how much of it")
            for key, row in books.rows.items():
                if row.bucket == name and books.seqs[key] <= place.cursor and not self._is_here(desk, key, row):
                    raise Violation("R", f"desk {desk.number} shows {name} without {key}")

    def _is_here(self, desk: "Desk", key: tuple[str, str], row: Row) -> bool:
        store = desk.store
        aside = store.unknown.get(key) or store.quarantined.get(key)
        here = store.rows.get(key)
        return aside is not None or (here is not None and here.row.ver >= row.ver)

    def shown(self, desk: "Desk") -> None:
        """★ R6: what a person wrote and nobody took yet stands before his eyes."""
        last = next((e for e in reversed(desk.store.outbox.entries) if e.state == "new"), None)
        if last is None or not last.laid or last.change.verb is not Verb.SET or not isinstance(last.change.value, str):
            return
        here = desk.store.rows.get((last.change.kind, last.change.record))
        path = desk.store.outbox.understood(last.change).path
        if here is None or here.row.value(path.rpartition("/")[0] or path) is None:
            return  # the record, or the entry, was taken away by somebody else
        if not self.notes[last.change.id].typed <= tokens(here.row.value(path)):
            raise Violation("R6", f"desk {desk.number} hides what waits: {last.change}")

    # ------------------------------------------------------------------ when all is quiet

    def check(self, world: "World") -> None:
        """Everything that must hold when nobody does anything any more and all lines are good."""
        books = world.centre.books
        self._nothing_lost(world)
        self._nothing_unseen(books)
        self._removed(books)
        self._settled(books)
        self._tags(books)
        self._machines(books)
        self._once(books)
        self._conflicts_are_seen(books)
        self._refused_are_kept(world)
        self._orphans_are_shown(books)
        self._conflicts_are_right(books, gentle=world.gentle)
        for row in books.rows.values():
            if world.ages and versions.FORMER in row.fields:
                raise Violation("3.13", f"{row.kind} {row.id} says something in words of a former program")
        for what in twins.unasked(books):
            raise Violation("M11", f"alike, and nobody is asked: {what}")
        for what in twins.left_behind(books, self._merges()):
            raise Violation("M11", f"points at a record that went into another: {what}")
        for desk in world.desks:
            self._converged(desk, books)

    def _nothing_lost(self, world: "World") -> None:
        """I2: every change is in the ledger, or still at a desk, or was lost with a machine."""
        here = {each.change.id for desk in world.desks for each in desk.store.outbox.entries}
        for name in self.notes.keys() - world.centre.books.ledger.keys() - here - self.may_be_lost:
            raise Violation("I2", f"gone: {self.notes[name]}")

    def _taken(self, books: Books) -> Iterator[Noted]:
        return (noted for name, noted in self.notes.items() if self._is_taken(books, name))

    def _stands(self, books: Books, noted: Noted) -> bool:
        """Whether what was taken out is out by this; of a group with a conflict in it, the row tells."""
        row = books.rows.get((noted.kind, noted.record))
        ok = noted.verb is Verb.SET or books.ledger[noted.id].known.verdict == "ok"
        return ok or (row is not None and noted.id in _writers(row))

    def _is_taken(self, books: Books, name: str) -> bool:
        mark = books.ledger.get(name)
        return mark is not None and mark.known.verdict in TAKEN

    def _nothing_unseen(self, books: Books) -> None:
        """I3: each value stands, or was before the eyes of whoever wrote what stands."""
        taken = list(self._taken(books))
        closure = self._closure()
        stands = {token for row in books.rows.values() for token in tokens(row.fields)}
        for noted in taken:
            if noted.clears and self._stands(books, noted):
                stands |= noted.saw
        typed = {token for noted in taken for token in noted.typed}
        lost = typed - closure(stands)
        if lost:
            told = [noted for noted in taken if noted.typed & lost]
            raise Violation("I3", f"overwritten unseen: {sorted(lost)} {told[:2]}")

    def _closure(self) -> Callable[[Iterable[str]], set[str]]:
        """From values to all that their authors, and theirs, had before their eyes."""
        edges: dict[str, set[str]] = defaultdict(set)
        for noted in self.notes.values():
            for token in noted.typed:
                edges[token] |= noted.saw

        def closure(tokens: Iterable[str]) -> set[str]:
            found, todo = set(tokens), list(tokens)
            while todo:
                for seen in edges.get(todo.pop(), ()):
                    if seen not in found:
                        found.add(seen)
                        todo.append(seen)
            return found

        return closure

    def _removed(self, books: Books) -> None:
        """I5: what is removed was removed by somebody who saw all of it, and what was removed is not back by itself."""
        closure = self._closure()
        for row in books.rows.values():
            if row.removed is not None and row.removed.change in self.notes:
                remover = self.notes[row.removed.change]
                acts = [noted for noted in self.notes.values() if noted.record == row.id]
                # After a restore a removal may come before the taking out of an entry that its author saw done.
                taken_out = {token for noted in acts if noted.clears for token in noted.saw}
                typed = {token for noted in acts if noted.person == remover.person for token in noted.typed}
                unseen = tokens(row.fields) - closure(remover.saw | taken_out | typed)
                if unseen:
                    raise Violation("I5", f"removed unseen: {unseen} in {row.kind} {row.id}")
        for (kind, record), marks in self._by_record(books).items():
            gone = False
            for noted, mark in marks:
                if noted.verb is Verb.DEL and mark.known.verdict == "ok":
                    gone = True
                elif noted.verb is Verb.RESTORE and mark.known.verdict in TAKEN:
                    gone = False
            clear = all(self._is_alone(books, n) for n, _ in marks if n.verb in (Verb.DEL, Verb.RESTORE))
            now = books.rows.get((kind, record))
            if clear and now is not None and (now.removed is not None) != gone:
                raise Violation("I5", f"{kind} {record} {'is back' if gone else 'is gone'}")

    def _by_record(self, books: Books) -> Mapping[tuple[str, str], list[tuple[Noted, Mark]]]:
        """What the centre took of each record, in the order in which it came."""
        found: dict[tuple[str, str], list[tuple[Noted, Mark]]] = defaultdict(list)
        for noted in self._taken(books):
            found[noted.kind, noted.record].append((noted, books.ledger[noted.id]))
        for marks in found.values():
            marks.sort(key=lambda each: each[1].arrived)
        return found

    def _is_alone(self, books: Books, noted: Noted) -> bool:
        """Whether the verdict of its group is the verdict of this change."""
        return books.ledger[noted.id].known.verdict == "ok" or len(self._groups[noted.tx]) == 1

    def _settled(self, books: Books) -> None:
        """I3: those who closed a conflict had seen everything in it."""
        closure = self._closure()
        seen: dict[str, set[str]] = defaultdict(set)
        for noted in self.notes.values():
            if noted.kind == "conflict" and noted.verb is Verb.MOVE and self._is_taken(books, noted.id):
                own = {token for name in self._groups[noted.tx] for token in self.notes[name].typed}
                seen[noted.record] |= noted.saw | own
        for row in books.rows.values():
            if row.kind == "conflict" and row.fields.get("state") != "open":
                unseen = tokens(row.fields.get("others")) - closure(seen[row.id])
                if unseen:
                    raise Violation("I3", f"closed over what nobody saw: {unseen} in {row.id}")

    def _tags(self, books: Books) -> None:
        """3.6: a tag is there exactly when somebody put it in and nobody who saw that took it out."""
        for (kind, record), marks in self._by_record(books).items():
            row = books.rows.get((kind, record))
            if row is None or kind != "household":
                continue
            first = next((n.value.get("tags", ()) for n, _ in marks if n.verb is Verb.CREATE), ())
            made = next((n.id for n, _ in marks if n.verb is Verb.CREATE), "")
            here: dict[str, set[str]] = defaultdict(set)
            for tag in first:
                here[f"tags/{tag}"].add(made)
            sure = True
            for noted, mark in marks:
                if noted.verb is Verb.ADD:
                    here[noted.path].add(noted.id)
                elif noted.verb is Verb.REM and noted.path.startswith("tags/"):
                    here[noted.path] -= noted.adds
                sure = sure and (mark.known.verdict == "ok" or noted.verb not in (Verb.ADD, Verb.REM))
            wanted = {path.partition("/")[2] for path, adds in here.items() if adds}
            if sure and wanted != set(row.fields.get("tags", ())):
                raise Violation("I3", f"tags of {record}: {row.fields.get('tags')} instead of {wanted}")

    def _machines(self, books: Books) -> None:
        """3.6: the first accepted move stands, one for safety dominates; and what did not move is in a conflict."""
        for (kind, record), marks in self._by_record(books).items():
            machine, row = KINDS[kind].machine, books.rows.get((kind, record))
            if machine is None or row is None or kind == "conflict":
                continue
            state, gone = machine.initial, False
            for noted, mark in marks:
                if noted.verb is Verb.DEL and mark.known.verdict == "ok":
                    gone = True
                elif noted.verb is Verb.RESTORE:
                    gone = False
                elif noted.verb is Verb.MOVE and not gone:
                    state = _moved(KINDS[kind], state, noted.value)
            clear = all(self._is_alone(books, n) for n, _ in marks if n.verb in (Verb.DEL, Verb.RESTORE))
            if clear and row.fields.get(machine.field) != state:
                raise Violation("I3", f"{kind} {record} is {row.fields.get(machine.field)}, not {state}")

    def _once(self, books: Books) -> None:
        """I6: one row for each record that was made, and each putting in of a tag counts once; sums are right."""
        totals: dict[str, int] = defaultdict(int)
        counts: dict[str, int] = defaultdict(int)
        for row in books.rows.values():
            totals[row.bucket] += row_digest(row.kind, row.id, row.ver, row.mark)
            counts[row.bucket] += 1
            for path, stamp in row.writers.items():
                if stamp and isinstance(stamp[0], list) and len({each[0] for each in stamp}) < len(stamp):
                    raise Violation("I6", f"{path} of {row.id} was put in twice by one change")
        for bucket, head in books.heads.items():
            if int(head.set_hash, 16) != totals[bucket] % SET_HASH_MODULUS:
                raise Violation("I6", f"the sum of {bucket} is wrong")
        for noted in self._taken(books):
            if noted.verb is Verb.CREATE and (noted.kind, noted.record) not in books.rows:
                raise Violation("I6", f"{noted.kind} {noted.record} was taken and is not there")
        made = {(noted.kind, noted.record) for noted in self._taken(books) if noted.verb is Verb.CREATE}
        for key in books.rows:
            if key[0] != "conflict" and key not in made:
                raise Violation("I10", f"{key} stands there and was never taken")

    def _conflicts_are_seen(self, books: Books) -> None:
        """I14: somebody who may settle it holds the bucket of each open conflict."""
        seen = {bucket for each in books.accounts.values() if each.role in SETTLERS for bucket in each.holds()}
        for row in books.rows.values():
            if row.kind == "conflict" and row.fields.get("state") == "open":
                about = books.rows.get((str(row.fields["record_kind"]), str(row.fields["record"])))
                if about is not None and about.bucket != row.bucket:
                    raise Violation("I14", f"conflict {row.id} does not lie where its record lies")
                if row.bucket not in seen and about is not None and about.bucket in seen:
                    raise Violation("I14", f"nobody sees conflict {row.id}")

    def _orphans_are_shown(self, books: Books) -> None:
        """3.6: who makes a record that points at one that is gone is told, and so is everybody."""
        told = {
            (row.fields["record"], row.fields.get("field"))
            for row in books.rows.values()
            if row.kind == "conflict" and row.fields.get("type") == "orphan"
        }
        acts = sorted(((books.ledger[noted.id].arrived, noted) for noted in self._taken(books)), key=_first)
        sure = {noted.record for _, noted in acts if not self._is_alone(books, noted)}
        gone: set[str] = set()
        elsewhere: set[str] = set()  # went into another, to which they point; whoever removes it besides alters nothing
        merges = self._merges()
        for _, noted in acts:
            if noted.verb is Verb.DEL and books.ledger[noted.id].known.verdict == "ok":
                if noted.id in merges and noted.record not in gone:
                    elsewhere.add(noted.record)
                elif noted.record not in elsewhere:
                    gone.add(noted.record)
            elif noted.verb is Verb.RESTORE:
                gone.discard(noted.record)
                elsewhere.discard(noted.record)
            elif noted.verb is Verb.CREATE:
                for name in POINTERS:
                    there = noted.value.get(name)
                    if there in gone and there not in sure and (noted.record, name) not in told:
                        raise Violation("3.6", f"{noted} points at what is gone, and nobody is told")

    def _merges(self) -> set[str]:
        """The changes by which a record went into another that is the same."""
        groups = {noted.tx for noted in self.notes.values() if noted.path == "same_as" and noted.value is not None}
        return {noted.id for noted in self.notes.values() if noted.verb is Verb.DEL and noted.tx in groups}

    def _refused_are_kept(self, world: "World") -> None:
        """3.14: what was refused is kept whole, with a reason. 3.9: what was made in good faith is never refused for
        being late."""
        books = world.centre.books
        aside = {item.id for kept in books.aside.values() for item in kept.group.items}
        for name in self.notes:
            mark = books.ledger.get(name)
            if mark is None or mark.known.verdict not in ("refused", "quarantined"):
                continue
            if name not in aside:
                raise Violation("R6", f"refused and not kept: {self.notes[name]}")
            answer = books.answers.get((mark.known.device, mark.known.tx))
            late = NOT_HIS if world.totals["floors"] else (*NOT_HIS, "bucket")
            if world.gentle and answer is not None and answer[0] in late and not self._is_wrong(name):
                raise Violation("3.9", f"made in good faith and refused: {self.notes[name]}")

    def _is_wrong(self, name: str) -> bool:
        """Whether a group holds what another program wrote past the rules."""
        return any(self.notes[each].wrong for each in self._groups[self.notes[name].tx])

    def _conflicts_are_right(self, books: Books, *, gentle: bool) -> None:
        """3.6: which of two values is shown; equal values, and one that was seen, are no conflict."""
        again = self._typed_again()
        for mark in books.ledger.values():
            if mark.kind != "conflict" or b'"create"' not in mark.body:
                continue
            said = orjson.loads(mark.body)["v"]
            (other,) = said["others"].values()
            shown, lost = self.notes.get(said["shown_change"]), self.notes.get(other["change"])
            if said["type"] != "field" or shown is None or lost is None:
                continue
            if said.get("shown_value") == other.get("value"):
                raise Violation("3.6", f"a conflict between equals: {said}")
            kind = KINDS[said["record_kind"]]
            self._shown_rightly(books, kind, said["field"], shown, lost)
            if (
                gentle
                and shown.typed
                and not shown.typed & again
                and shown.typed <= lost.saw
                and shown.path == lost.path
            ):
                raise Violation("3.6", f"a conflict with what was seen: {shown} {lost}")

    def _typed_again(self) -> set[str]:
        """Values that stand in more than one change."""
        count = Counter(token for noted in self.notes.values() for token in noted.typed)
        return {token for token, times in count.items() if times > 1}

    def _shown_rightly(self, books: Books, kind: Kind, path: str, shown: Noted, lost: Noted) -> None:
        field = kind.field(path)
        first, second = books.ledger.get(shown.id), books.ledger.get(lost.id)
        if field is None or field.merge is not Merge.GUARDED or first is None or second is None or "/" in path:
            return
        if first.arrived > second.arrived:
            raise Violation("3.6", f"a guarded value gave way: {path} {shown} {lost}")

    # ------------------------------------------------------------------ one desk

    def _converged(self, desk: "Desk", books: Books) -> None:
        """I1, I4, I13: what a desk shows is what the centre has, of what it may see."""
        device = books.devices[desk.device]
        if device.status != "active":
            return
        store = desk.store
        waits = {each.change.bucket for each in store.outbox.entries if each.state in ("attention", "held")}
        wanted = books.accounts[device.person].holds()
        here = set(store.places)
        if extra := here - wanted - waits:
            raise Violation("I4", f"desk {desk.number} keeps {extra}")
        if missing := wanted - here:
            raise Violation("I1", f"desk {desk.number} lacks {missing}")
        for name in here & wanted:
            place, head = store.places[name], books.heads.get(name)
            if place.state != "live":
                raise Violation("I1", f"desk {desk.number}: {name} is {place.state}")
            if f"{place.total:032x}" != (head.set_hash if head else "0" * 32):
                raise Violation("I1", f"desk {desk.number}: the sum of {name} differs")
        self._same_rows(desk, books, here & wanted)
        self._nothing_of_others(desk, here)
        self._nothing_of_cases_for_others(desk, books)
        for each in store.outbox.entries:
            mark = books.ledger.get(each.change.id)
            taken = mark is not None and (mark.known.verdict in TAKEN or each.code == RELEASED)
            if each.state in ("accepted", "durable") and not taken and each.change.id not in self.may_be_lost:
                raise Violation("R6", f"desk {desk.number} believes that {each.change} was taken")
            still_laid = each.laid and each.state != "held" and each.change.bucket in here & wanted
            if each.state == "new" or still_laid:
                raise Violation("I13", f"desk {desk.number} still has {each.state} {each.change}")

    def _same_rows(self, desk: "Desk", books: Books, buckets: set[str]) -> None:
        store = desk.store
        for key in store.unknown:
            if key[0] in store.kinds:
                raise Violation("3.13", f"desk {desk.number}: {key} came to be known, and is not shown")
        for key, row in books.rows.items():
            if row.bucket not in buckets or key in store.unknown or key in store.quarantined:
                continue
            here = store.rows.get(key)
            waits = any(each.state == "held" for each in store.outbox.of(key[1]))
            if here is None or (not waits and not _same(here.row, row)):
                raise Violation("I1", f"desk {desk.number}: {key} differs: {here and here.row} {row}")
        for key, here in store.rows.items():
            if here.row.ver and here.bucket in buckets and books.rows[key].bucket != here.bucket:
                raise Violation("I1", f"desk {desk.number}: {key} lies elsewhere at the centre")

    def _nothing_of_cases_for_others(self, desk: "Desk", books: Books) -> None:
        """What is held or came back stays until somebody has decided about it."""
        if not books.own:
            return
        store, person = desk.store, books.devices[desk.device].person
        waiting = [each.change for each in store.outbox.among("held", "attention")]
        waits, buckets = {each.record for each in waiting}, {each.bucket for each in waiting}
        rows = (key for key, here in store.rows.items() if here.bucket not in buckets)
        kept = [*rows, *store.unknown, *store.quarantined, *naming.own_words(store, buckets)]
        others = [key for key in naming.strange(books, person, kept) if key[1] not in waits]
        if others:
            raise Violation("I4", f"desk {desk.number} keeps {others}, for which its person is not named")

    def _nothing_of_others(self, desk: "Desk", here: set[str]) -> None:
        for key, held in desk.store.rows.items():
            if held.bucket not in here:
                raise Violation("I4", f"desk {desk.number} keeps {key} of a bucket that it does not hold")


def _moved(kind: Kind, state: str, said: Mapping[str, str]) -> str:
    """The rule of moves, as the specification says it."""
    assert kind.machine is not None
    source, target = said["from"], said["to"]
    if state == source:
        return target
    over = kind.machine.move(state, target)
    return target if state != target and over is not None and over.wins else state


def _first(each: tuple[int, Noted]) -> int:
    return each[0]


def _writers(row: Row) -> Iterator[str]:
    for stamp in row.writers.values():
        if stamp and isinstance(stamp[0], list):
            yield from (each[0] for each in stamp)
        else:
            yield stamp[0]


def _same(here: Row, there: Row) -> bool:
    return (here.ver, here.mark, here.fields, here.removed) == (there.ver, there.mark, there.fields, there.removed)


__all__ = ["NOTHING", "Oracle", "Violation", "buckets_of"]
