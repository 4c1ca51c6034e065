"""What a sync does at the centre, one transaction at a time."""

from contextlib import suppress

from gridserver import author, logs
from gridserver.doors import CallerVisit, Ground, Visit
from gridserver.errors import Refused
from gridserver.storage import book, files, scope
from gridserver.storage.book import Pulled
from gridserver.storage.engine import Engine, transaction
from gridserver.sync import following
from gridworker.protocol import PROTOCOL, SCHEMA
from gridworker.protocol.sync import Hello, History, Pull, Push, PushAnswer


def hello(visit: Visit) -> Hello:
    """Who the centre is; to somebody it knows also how he stands and what he may see."""
    told = Hello(protocol=(PROTOCOL, PROTOCOL), schema_version=SCHEMA)
    if isinstance(visit, CallerVisit):
        told.standing = visit.standing
        told.buckets = scope.buckets_of(visit.conn, visit.caller.person)
    return told


def push(visit: CallerVisit, sent: Push) -> PushAnswer:
    """Takes in what a desk hands in. What comes from a device that was cut off goes to a person's eyes."""
    answer = book.push_in_short(visit.conn, visit.caller, sent, visit.now)
    aside = sum(result.verdict in ("held", "refused", "quarantined") for result in answer.results)
    logs.note(groups=len(sent.groups), aside=aside)
    return answer


def speaks_of_files(sent: Push) -> bool:
    """Whether what was handed in may speak of files; some of them may be here already."""
    return files.mentioned([change for group in sent.groups for change in group.changes])


def tell_of_files(ground: Ground) -> None:
    """After the answer has left: records learn of files that are here already."""
    author.tell_of_files(ground.engine, ground.clock(), ground.new_id)


def pull(visit: CallerVisit, asked: Pull) -> Pulled:
    """What is new for a desk."""
    pulled = book.pull(visit.conn, visit.caller, asked, visit.now)
    logs.note(pages=len(pulled.pages.pages), more=int(pulled.pages.more))
    return pulled


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
