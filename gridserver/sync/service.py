"""What a sync does at the centre, one transaction at a time."""

import base64
from contextlib import suppress
from pathlib import Path

import orjson

from gridserver import author, logs
from gridserver.doors import CallerVisit, Ground, Visit
from gridserver.errors import Refused
from gridserver.storage import book, files, handed, scope, snapshots
from gridserver.storage.book import Opened, Pulled, Pushed
from gridserver.storage.engine import Engine, transaction
from gridserver.sync import following
from gridworker.protocol import PROTOCOL, SCHEMA, sealing
from gridworker.protocol.codec import BZIP2
from gridworker.protocol.sync import (
    Group,
    Hello,
    History,
    Pull,
    Push,
    SealedAnswer,
    SealedGroups,
)


def hello(visit: Visit) -> Hello:
    """Who the centre is; to somebody it knows also how he stands and what he may see."""
    told = Hello(protocol=(PROTOCOL, PROTOCOL), schema_version=SCHEMA)
    if isinstance(visit, CallerVisit):
        told.standing = visit.standing
        told.buckets = snapshots.sized(visit.conn, scope.buckets_of(visit.conn, visit.caller.person))
    return told


def push(visit: CallerVisit, sent: Push) -> Pushed:
    """Takes in what a desk hands in, and ends the transaction. What comes from a device that was cut off goes to a
    person's eyes."""
    pushed = book.push_in_short(visit.conn, visit.caller, sent, visit.now, ends=True)
    pushed.answer.reads = [BZIP2]
    aside = sum(result.verdict in ("held", "refused", "quarantined") for result in pushed.answer.results)
    logs.note(groups=len(sent.groups), aside=aside)
    return pushed


def take_sealed(visit: CallerVisit, sent: SealedGroups) -> SealedAnswer:
    """Takes in what a desk owes of grids that it has let go: it could not read these groups itself."""
    opened = [_opened(visit.ground.keys.seal, box) for box in sent.boxes]
    verdicts = book.take_opened(visit.conn, visit.caller, sent.epoch, sent.incarnation, opened, visit.now)
    logs.note(groups=len(opened), aside=sum(each not in ("ok", "conflict") for each in verdicts))
    return SealedAnswer(standing=visit.standing, verdicts=verdicts)


def _opened(key: bytes, box: str) -> Opened | None:
    """What is in the box; None when it is none, is for another centre, or holds something else."""
    try:
        said = orjson.loads(sealing.open(key, base64.b64decode(box, validate=True)))
        group = Group.model_validate(said)
        handed.read_again(group)
        return Opened(int(said["scope"]), group)
    except (ValueError, KeyError, TypeError, Refused):
        return None


def speaks_of_files(sent: Push) -> bool:
    """Whether what was handed in may speak of files; some of them may be here already."""
    return files.mentioned([change for group in sent.groups for change in group.changes])


def tell_of_files(ground: Ground) -> None:
    """After the answer has left: records learn of files that are here already."""
    author.tell_of_files(ground.engine, ground.clock(), ground.new_id)


def pull(visit: CallerVisit, asked: Pull) -> Pulled:
    """What is new for a desk."""
    pulled = book.pull(visit.conn, visit.caller, asked, visit.now, visit.ground.workshop)
    logs.note(pages=len(pulled.pages.pages), snapshots=len(pulled.offered.snapshots), more=int(pulled.pages.more))
    if pulled.offered.fresh:
        visit.afterwards.append(lambda conn: book.note_snapshots(conn, pulled))
    return pulled


def snapshot(visit: CallerVisit, bucket: str, sha: str) -> Path:
    """The file of a snapshot, for whoever may see its bucket at this moment. Raises ``Refused("not_found")``: then
    the desk asks what is new, and hears of another one or that the bucket is not his any more.
    """
    workshop = visit.ground.workshop
    if workshop is None or not scope.may_see(visit.conn, visit.caller.person, bucket):
        raise Refused("not_found")
    made = snapshots.one(visit.conn, bucket, sha)
    path = made and workshop.shelf.path(made.sha, made.bytes)
    if not path:
        raise Refused("not_found")
    return path


def remember(engine: Engine, device: str, pulled: Pulled) -> None:
    """After the answer has left: where the desk will stand when it has applied it. When that cannot be kept, the
    desk sends its cursors in full the next time.
    """
    with suppress(Refused), transaction(engine) as conn:
        book.remember(conn, device, pulled)


def follow(ground: Ground) -> None:
    """After a push: what belongs to a household that moved goes after it. Should that be broken off, whoever pushes
    next goes on with it.
    """
    with suppress(Refused):
        following.follow(ground.engine, ground.clock, ground.new_id)


def history(visit: CallerVisit, kind: str, record: str) -> History:
    """The full history of a record."""
    return book.history(visit.conn, visit.caller, kind, record)
