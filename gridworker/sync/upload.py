"""Handing in, piece after piece: while the centre has one, the last one's answer is settled and the next made ready."""

from gridworker.protocol import MOST_CHANGES, SCHEMA
from gridworker.protocol.sync import Clock, GroupResult, Handing, PushAnswer, Standing, Written
from gridworker.storage.outbox import Settled
from gridworker.sync.batch import Batch
from gridworker.sync.book import Book, made_under
from gridworker.sync.cursors import cursors_of
from gridworker.sync.report import Report

MOST_LATE = 3
"""Pushes of what was saved after the sync began; then the desk looks what is new, however much is being saved."""

_TOO_LONG = "这次保存的内容太多，一次传不上去。请复制内容，分成几次保存。"


class Upload:
    """What goes up in one sync. ``next`` gives the push to make; what came of it goes to ``heard`` or ``too_big``.

    While a push is under way ``meanwhile`` settles what the one before was answered and makes the next one ready.
    Whoever needs the outbox as the centre knows it, or ends, calls ``catch_up``; nobody loses anything when that is
    not done: what was answered and not settled goes once more, and is answered in the same way.
    """

    def __init__(self, book: Book, report: Report) -> None:
        self.batch = Batch.from_note(book.meta("batch"))
        self.before: dict[str, int] = {}
        """The cursors before the first push, which may move some."""
        self.ready: Handing | None = None
        """The push that goes next, when the one under way was answered."""
        self._book = book
        self._report = report
        self._goes_on = False
        """Whether more is to go up behind the push that was made last."""
        self._last: list[Written] = []
        """The changes of the push that is under way."""
        self._answer: PushAnswer | None = None
        """What the last push was answered, until it is settled; every change of it was."""
        self.count_anew(int(book.meta("next_n", 1)))

    def next(self, clock: Clock) -> Handing | None:
        """What was made ready, when it is still what comes next; otherwise what waits first."""
        message, self.ready = self.ready, None
        if message is None or not self._is_next(message):
            self.catch_up()
            groups = self._groups()
            message = self._push(groups, Clock(wall=clock.wall)) if groups else None
        if message is not None:
            self._last = [each for group in message.written for each in group]
        return message

    @property
    def has_work(self) -> bool:
        """Whether there is something to be done while the push is under way."""
        return self._goes_on or self._answer is not None

    def meanwhile(self) -> None:
        """While the centre has the last push: makes the next one ready, as if all of that one will be answered."""
        self.catch_up()
        if self.ready is None and (groups := self._groups(self._last[-1].row)):
            # The clock is told by whoever leaves at once.
            self.ready = self._push(groups, Clock(wall=0))
            self.ready.packed()

    def heard(self, answer: PushAnswer) -> None:
        """What the centre said. Where the next push is ready it does not wait for the settling."""
        self.catch_up()
        if answer.reads != self._book.meta("centre_reads", []):
            self._book.set_metas({"centre_reads": answer.reads})
        if self.ready is not None and _answered(answer) == len(self._last):
            self._answer = answer
        else:
            self._settle(answer)

    def catch_up(self) -> None:
        """Settles what was answered."""
        answer, self._answer = self._answer, None
        if answer is not None:
            self._settle(answer)

    def made_anew(self) -> None:
        """The last push was not answered as it should be: what was made ready behind it is not what comes next."""
        self.catch_up()
        self.ready = None

    def too_big(self, standing: Standing) -> None:
        """A single group that is too big for any request comes back to the person."""
        group = self.batch.take(self._book.handing(1))[0]
        numbers = [change.n for change in group]
        result = GroupResult(tx=group[0].tx, verdict="refused", numbers=numbers, code="too_big", reason=_TOO_LONG)
        self._count(self._book.settle([result], standing, standing.now))

    def look_again(self) -> None:
        """What was saved meanwhile may go up before anything else."""
        self._late = 0

    def count_anew(self, next_n: int) -> None:
        """What is numbered from here on is late."""
        self._known = next_n
        self._late = 0

    def _is_next(self, message: Handing) -> bool:
        now = (str(self._book.meta("epoch", "")), int(self._book.meta("incarnation", 1)), made_under(self._book))
        if (message.epoch, message.incarnation, message.scope) != now:
            return False
        return self._answer is not None or message.written[0][0] == next(iter(self._book.handing(1)), None)

    def _groups(self, after: int = 0) -> list[list[Written]]:
        """The next to go."""
        most = min(self.batch.changes, MOST_CHANGES)
        lines = self._book.handing(most, after)
        groups = self.batch.take(lines)
        self._goes_on = len(lines) >= most or sum(map(len, groups)) < len(lines)
        if groups and groups[0][0].n >= self._known:
            self._late += 1
        if self._late > MOST_LATE:
            return []
        return groups

    def _push(self, groups: list[list[Written]], clock: Clock) -> Handing:
        self.before = self.before or cursors_of(self._book.buckets())
        return Handing(
            epoch=str(self._book.meta("epoch", "")),
            incarnation=int(self._book.meta("incarnation", 1)),
            schema_version=SCHEMA,
            scope=made_under(self._book),
            clock=clock,
            groups=[],
            written=groups,
            reads=self._book.meta("centre_reads", []),
            highest=max(int(self._book.meta("next_n", 1)) - 1, 0),
        )

    def _settle(self, answer: PushAnswer) -> None:
        taken = (answer.taken,) if answer.taken.numbers else ()
        settled = self._book.settle(answer.results, answer.standing, answer.standing.now, *taken)
        if not settled.accepted + settled.refused + settled.held:
            raise RuntimeError("the centre answered no group that was pushed")
        self._count(settled)

    def _count(self, settled: Settled) -> None:
        self._report.pushed += settled.accepted
        self._report.refused += settled.refused
        self._report.conflicts += settled.conflicts
        self._report.held += settled.held
        self._report.kinds |= {kind for kind, _ in settled.records}


def _answered(answer: PushAnswer) -> int:
    """Of how many changes it tells."""
    return sum(last - first + 1 for first, last in answer.taken.numbers) + sum(len(r.numbers) for r in answer.results)
