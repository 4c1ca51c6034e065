"""What a desk says next to its centre, and what it makes of the answer: pure decisions, no line, no clock.

All that a sync needs to go on after any break lies in the store: the outbox with its states, the cursors of
the buckets, and a few notes. The engine keeps nothing else that would be missed.
"""

from enum import Enum, auto
from statistics import median_low
from typing import Any

from gridworker.protocol import SCHEMA, SNAPSHOT_FORM
from gridworker.protocol.sync import (
    MOST_ASKED,
    Clock,
    Fetch,
    Page,
    Problem,
    Pull,
    PullAnswer,
    Push,
    PushAnswer,
    Standing,
    vector_of,
)
from gridworker.storage import lease
from gridworker.storage.feed import Received
from gridworker.storage.outbox import WAITS
from gridworker.sync.book import Book, made_under
from gridworker.sync.cursors import cursors_of, is_unread, named
from gridworker.sync.loading import Lay, Loading
from gridworker.sync.report import Report
from gridworker.sync.upload import Upload

MOST_DISAGREEMENTS = 8
"""In one sync; more would mean that the two sides turn in a circle, which is a bug."""

MOST_SLOW = 3
"""Requests in a row that may run out of time before the sync is given up."""

_CLOCKS = 5


class _Phase(Enum):
    PUSH = auto()
    LOAD = auto()
    PULL = auto()
    DONE = auto()


class Engine:
    """One sync: push until the outbox is empty, pull until there is no more, then let go of what left the scope.
    Large buckets of which nothing is here are fetched as snapshots in between.

    ``next`` gives the request to make, ``heard``, ``disagreed``, ``too_big`` and ``too_slow`` take what came of
    it; of a ``Fetch`` each piece goes to ``came``, also when the rest is lost, and ``gone`` says that there is no
    such thing. A ``Lay`` is answered by ``lay``. ``meanwhile`` may be called while a push is under way, and
    ``catch_up`` is called when the sync ends before it is done. ``clock`` is read by the caller at that moment.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._phase = _Phase.PUSH
        self._asked_at = Clock(wall=0)
        self._disagreements = 0
        self._slow = 0
        self._gone: set[str] = set()
        self._read_again: set[str] = set()
        self._asked = False
        self._loading = Loading(book)
        self._leaving: set[str] = set()
        self._named: dict[str, dict[str, int]] = {}
        """All cursors, by the name that was all the last pull had to say of them."""
        self._untold: set[str] = set()
        """Buckets of which it said nothing, as nothing of them is here."""
        self.report = Report()
        self.upload = Upload(book, self.report)
        book.retry_held()
        self._arrange()

    def next(self, clock: Clock) -> Push | Pull | Fetch | Lay | None:
        """The request to make now; None when all is done."""
        self._asked_at = clock
        if self._phase is _Phase.PUSH:
            if (message := self.upload.next(clock)) is not None:
                return message
            self._phase = _Phase.LOAD
        if self._phase is _Phase.LOAD:
            if (step := self._loading.next()) is not None:
                return step
            self._phase = _Phase.PULL
        if self._phase is _Phase.PULL:
            return self._pull()
        self._finish()
        return None

    @property
    def has_work(self) -> bool:
        """Whether there is something to be done while the request is under way."""
        return self._phase is _Phase.PUSH and self.upload.has_work

    def meanwhile(self) -> None:
        """What can be done while the centre has a push: the one before is settled, and the next one made ready."""
        if self._phase is _Phase.PUSH:
            self.upload.meanwhile()

    def catch_up(self) -> None:
        """Settles what was answered and is not settled yet."""
        self.upload.catch_up()

    def heard(self, answer: PushAnswer | PullAnswer, clock: Clock) -> None:
        """What the centre said."""
        self._slow = 0
        took = max(clock.mono - self._asked_at.mono, 0)
        self.upload.batch = self.upload.batch.after(took)
        self._note(answer.standing, clock)
        if isinstance(answer, PushAnswer):
            self.upload.heard(answer)
        else:
            self._receive(answer)

    def came(self, wanted: Fetch, piece: bytes) -> None:
        """The next bytes of a snapshot."""
        self._slow = 0
        self._loading.came(wanted, piece)
        self._weigh()

    def gone(self, wanted: Fetch) -> None:
        """There is no such snapshot any more, or not for this desk."""
        self._loading.gone(wanted)

    def lay(self, work: Lay) -> None:
        """Lays a slice of a snapshot that is here."""
        received = self._loading.lay(work)
        self._count_rows(received)
        self._weigh()
        if received.complete:
            # What was saved while this bucket came goes up before the next one comes.
            self._phase = _Phase.PUSH
            self.upload.look_again()

    def disagreed(self, problem: Problem) -> None:
        """The centre remembers other things than we do: find out what, so that nothing is lost."""
        self.upload.made_anew()
        self._disagreements += 1
        if self._disagreements > MOST_DISAGREEMENTS:
            raise RuntimeError(f"desk and centre turn in a circle: {problem.error}")
        if problem.error == "vector":
            self._book.set_metas({"vector": ""})
        elif problem.error == "gap" and problem.want > 0:
            self._book.requeue_not_durable()
            self._count_anew(problem.want, self._incarnation)
        elif problem.standing is None:
            raise RuntimeError(f"{problem.error} without a standing")
        elif problem.error == "epoch":
            self._new_epoch(problem.standing, problem.kept)
        else:
            self._new_life(problem.standing)

    def too_big(self) -> None:
        """The centre takes no request of this size. A single group that is too big comes back to the person."""
        self.upload.made_anew()
        if self.upload.batch.is_least and self._phase is _Phase.PUSH:
            self.upload.too_big(self._standing)
        else:
            self.upload.batch = self.upload.batch.halved()

    def too_slow(self) -> bool:
        """The answer did not come in time. True: try a smaller piece; False: give up for now."""
        self.upload.made_anew()
        self._slow += 1
        if self._phase is _Phase.LOAD:
            return self._slow < MOST_SLOW
        smallest = self.upload.batch.is_least
        self.upload.batch = self.upload.batch.halved()
        self._keep_batch()
        return self._slow < MOST_SLOW and not smallest

    # ------------------------------------------------------------------ requests

    def _pull(self) -> Pull:
        buckets = self._book.buckets()
        stale = [each.id for each in buckets if each.state == "stale" and each.id not in self._read_again]
        for bucket in stale:
            self._read_again.add(bucket)
            # A snapshot may be older than what is shown, and nothing that is shown goes back in time.
            self._loading.paged.add(bucket)
            self._book.reset_bucket(bucket)
        buckets = self._book.buckets() if stale else buckets
        here = cursors_of(buckets)
        vector, cursors = named(str(self._book.meta("vector", "")), here, self.upload.before)
        self._named = {} if cursors else {vector: here}
        self._untold = {bucket.id for bucket in buckets if is_unread(bucket)}
        return Pull(
            epoch=self._epoch,
            incarnation=self._incarnation,
            schema_version=SCHEMA,
            scope=self._book.meta("scope", 0),
            cursors=cursors,
            vector=vector,
            most=self.upload.batch.rows,
            floors=self._book.meta("floors", {}),
            asked=[] if self._asked else self._book.came_back(MOST_ASKED),
            begun=self._loading.begun,
            # What is read again comes as pages: nothing that is shown goes back to an older snapshot.
            paged=sorted(self._loading.paged | {bucket.id for bucket in buckets if bucket.naming}),
            form=SNAPSHOT_FORM,
        )

    # ------------------------------------------------------------------ answers

    def _receive(self, answer: PullAnswer) -> None:
        self._book.note_standing(answer.standing)
        # Only whoever may still read has his lease renewed.
        self._book.set_metas({"lease_from": answer.standing.now})
        self._asked = True
        if answer.results:
            self.report.kinds |= self._book.hear_late(answer.results, answer.standing.now)
        here = {info.id for info in answer.add}
        # The centre was not told of a bucket that was never read, and cannot say that it left the scope.
        self._gone |= self._untold - here
        self._gone.update(answer.drop)
        self._gone -= here
        for info in answer.add:
            self._book.add_bucket(info)
        rearranged = self._arrange()
        whole = True
        for page in answer.pages:
            received = self._book.receive(page)
            self._note_floor(page)
            self._count_rows(received)
            whole = whole and received.hash_ok
        rearranged = self._arrange() or rearranged
        self._loading.take([offer for offer in answer.snapshots if offer.bucket not in self._leaving])
        self._weigh()
        if self._is_old_copy(answer.standing):
            self._new_life(answer.standing)
        elif self._loading:
            self._phase = _Phase.LOAD
        elif answer.more:
            if not answer.pages:
                raise RuntimeError("the centre promises more and gives nothing")
        elif not rearranged and (whole or not self._stale()):
            self._phase = _Phase.DONE

    def _arrange(self) -> bool:
        """What the person wants here; True when the centre is to hear of it."""
        arranged = self._book.arrange()
        self._leaving = set(arranged.leaving)
        return arranged.changed

    def _weigh(self) -> None:
        self.report.fetched, self.report.to_fetch = self._loading.here, self._loading.total
        self.report.refused_snapshots = self._loading.refused

    def _count_rows(self, received: Received) -> None:
        self.report.pulled += received.rows
        self.report.put_aside += received.put_aside
        self.report.kinds |= received.kinds

    def _note_floor(self, page: Page) -> None:
        """Where a reading from the beginning has to go on; noted late, it just begins once more."""
        floors: dict[str, int] = self._book.meta("floors", {})
        now = {bucket: floor for bucket, floor in floors.items() if bucket != page.bucket or page.more}
        if page.floor:
            now[page.bucket] = page.floor
        if now != floors:
            self._book.set_metas({"floors": now})

    def _stale(self) -> set[str]:
        """Buckets that did not add up and were not read again in this sync."""
        return {b.id for b in self._book.buckets() if b.state == "stale"} - self._read_again

    def _is_old_copy(self, standing: Standing) -> bool:
        """Whether the centre has numbers, or a life, of this store that the store itself has not."""
        if standing.incarnation != self._incarnation:
            return standing.incarnation > self._incarnation
        return standing.last_n >= int(self._book.meta("next_n", 1))

    # ------------------------------------------------------------------ disasters

    def _new_epoch(self, standing: Standing, kept: tuple[int, int]) -> None:
        """The centre was restored: what it lost is handed in again, what it has is read again.

        The epoch is noted last; broken off before, all of this is done once more.
        """
        mine = self._incarnation
        self._book.requeue_not_durable(kept)
        if mine > standing.incarnation:
            self._count_anew(1, mine)
        else:
            self._count_anew(standing.last_n + 1, standing.incarnation)
        for bucket in self._book.buckets():
            self._book.reset_bucket(bucket.id)
            if bucket.state != "loading":
                self._loading.paged.add(bucket.id)
        self._book.set_metas({"epoch": standing.epoch, "vector": "", "standing": standing.model_dump()})

    def _new_life(self, standing: Standing) -> None:
        """This file is an old or second copy of the store: it goes on under a life of its own.

        A life's number is one more than the highest that desk or centre know; its changes are counted from
        one, and keep their ids, so that what the centre has already is told to be there.
        """
        self._book.requeue_not_durable()
        self._count_anew(1, max(self._incarnation, standing.incarnation) + 1)

    def _count_anew(self, first: int, incarnation: int) -> None:
        self.upload.count_anew(self._book.renumber(first, incarnation))
        self._phase = _Phase.PUSH

    # ------------------------------------------------------------------ notes

    def _finish(self) -> None:
        kept_back = [bucket for bucket in sorted(self._gone) if not self._book.drop_bucket(bucket)]
        # What stays in the scope and is not wanted here goes in the same way; the next pull says so.
        away = [bucket for bucket in sorted(self._leaving - self._gone) if self._book.put_away(bucket)]
        self.report.dropped = len(self._gone) - len(kept_back) + len(away)
        self.report.kept_back = len(kept_back)
        self._gone.clear()
        # While unsent work of an old scope is left, the desk goes on naming the scope under which it was made.
        # Nor does the centre remember the cursor of a bucket that left the scope: cursors are sent in full then.
        waits = self._book.open_count()
        notes: dict[str, Any] = {"scope": self._standing.scope, "waits_under": 0}
        if kept_back or any(waits.get(each) for each in WAITS):
            notes = {"waits_under": made_under(self._book)}
        self._leaving.clear()
        notes["vector"] = "" if kept_back or away else self._name_of(cursors_of(self._book.buckets()))
        self._book.set_metas(notes)
        self._keep_batch()
        self.report.ok = True

    def _name_of(self, cursors: dict[str, int]) -> str:
        """Their name, which is known when nothing has moved."""
        return next((name for name, same in self._named.items() if same == cursors), "") or vector_of(cursors)

    def _note(self, standing: Standing, clock: Clock) -> None:
        middle = (self._asked_at.wall + clock.wall) // 2
        offsets = [*self._book.meta("clock_offsets", []), standing.now - middle][-_CLOCKS:]
        self._book.set_metas(
            {
                "standing": standing.model_dump(),
                "clock_offsets": offsets,
                "clock_offset": median_low(offsets),
                **lease.heard(standing.now, clock),
            }
        )

    def _keep_batch(self) -> None:
        self._book.set_metas({"batch": self.upload.batch.to_note()})

    @property
    def _standing(self) -> Standing:
        return Standing.model_validate(self._book.meta("standing"))

    @property
    def _epoch(self) -> str:
        return str(self._book.meta("epoch", ""))

    @property
    def _incarnation(self) -> int:
        return int(self._book.meta("incarnation", 1))
