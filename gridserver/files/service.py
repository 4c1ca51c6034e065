"""The rules of attached files: who may bring and who may fetch one, how much, and when it counts as here."""

from dataclasses import replace
from pathlib import Path

from gridserver.author import tell_of_files
from gridserver.doors import CallerVisit, Ground
from gridserver.errors import Refused
from gridserver.settings import DAY, HOUR
from gridserver.storage import files, scope
from gridserver.storage.engine import transaction
from gridserver.storage.files import Expected, Stored, Upload
from gridserver.storage.stacks import Stacks
from gridworker.records import media
from gridworker.records.fields import ENTRY_ID
from gridworker.records.files import MOST_BYTES, SHA256

LASTS = 7 * DAY
"""How long the rest of a file is waited for after a piece came."""
REMEMBERED = 30 * DAY
"""How long it is known that an upload has run out."""
MOST_OPEN = 64
"""Uploads that one device may have begun at a time."""
MOST_IN_BUCKET = 50 << 30
"""Bytes of all files of one bucket."""


def stacks_of(ground: Ground) -> Stacks:
    """Where the bytes lie. A centre without a data folder takes none."""
    if ground.stacks is None:
        raise Refused("full")
    return ground.stacks


def begin(visit: CallerVisit, bucket: str, sha256: str, size: int) -> Stored | Upload:
    """A device wants to bring a file. It is here already, or is to be brought from where it was broken off."""
    stacks = stacks_of(visit.ground)
    wanted = _expected(visit, bucket, sha256)
    if (here := files.stored(visit.conn, bucket, sha256)) is not None:
        return here
    if size > MOST_BYTES:
        raise Refused("too_big")
    if size != wanted.size:
        raise Refused("bad_request")
    for gone in files.run_out(visit.conn, visit.now, visit.now - REMEMBERED):
        stacks.drop(gone)
    device = visit.caller.device
    upload = Upload(visit.ground.new_id(), bucket, sha256, size, wanted.media_type, device, visit.now + LASTS)
    begun = files.begin(visit.conn, upload)
    if begun.id == upload.id:
        _check_room(visit, stacks, upload)
    return begun


def _check_room(visit: CallerVisit, stacks: Stacks, upload: Upload) -> None:
    if files.open_of(visit.conn, upload.device, visit.now) > MOST_OPEN:
        raise Refused("throttled", retry_after=60)
    if files.bytes_in(visit.conn, upload.bucket) > MOST_IN_BUCKET or not stacks.has_room(upload.size):
        raise Refused("full", retry_after=3600)


def under_way(visit: CallerVisit, bucket: str, upload: str) -> Upload:
    """An upload of this device. Raises ``Refused``: ``not_found``, ``expired``, ``not_allowed``."""
    found = files.upload_of(visit.conn, upload) if ENTRY_ID.match(upload) else None
    if found is None or found.device != visit.caller.device or found.bucket != bucket:
        raise Refused("not_found")
    if found.until <= visit.now:
        stacks_of(visit.ground).drop(found.id)
        raise Refused("expired")
    _expected(visit, bucket, found.sha256)
    if found.until - visit.now < LASTS - HOUR:
        files.go_on(visit.conn, found.id, visit.now + LASTS)
        found = replace(found, until=visit.now + LASTS)
    return found


def length(stacks: Stacks, upload: Upload) -> int:
    """How many of its bytes are here."""
    return upload.size if stacks.has(upload.bucket, upload.sha256) else stacks.length(upload.id)


def give_up(visit: CallerVisit, upload: Upload) -> None:
    """The device does not want to bring it any more."""
    files.end(visit.conn, upload.id)
    stacks_of(visit.ground).drop(upload.id)


def finish(ground: Ground, upload: Upload) -> int:
    """All bytes have come: they are compared, put into their place, and everybody is told. The file's number.

    Raises ``Refused``, ``checksum`` or ``media``, for bytes that are not what was announced; they are gone then.
    Broken off anywhere, it is done again with the next, empty piece.
    """
    stacks = stacks_of(ground)
    if not stacks.has(upload.bucket, upload.sha256):
        _compare(ground, stacks, upload)
        stacks.shelve(upload.id, upload.bucket, upload.sha256)
    with transaction(ground.engine) as conn:
        number = files.keep(conn, upload, ground.clock())
    tell_of_files(ground.engine, ground.clock(), ground.new_id)
    return number


def what_is_wrong(stacks: Stacks, upload: Upload) -> str:
    """The code that says why the bytes that came are not what was announced; "" when they are."""
    sha256, head = stacks.digest(upload.id, media.HEAD)
    return "checksum" if sha256 != upload.sha256 else "" if media.fits(upload.media_type, head) else "media"


def _compare(ground: Ground, stacks: Stacks, upload: Upload) -> None:
    wrong = what_is_wrong(stacks, upload)
    if wrong:
        stacks.drop(upload.id)
        with transaction(ground.engine) as conn:
            files.end(conn, upload.id)
        raise Refused(wrong)


def content(visit: CallerVisit, bucket: str, sha256: str) -> tuple[Path, str]:
    """Where the bytes of a file lie, and its type; for who may see a record that speaks of it."""
    _check_names(bucket, sha256)
    if not scope.may_see(visit.conn, visit.caller.person, bucket):
        raise Refused("not_allowed")
    found = files.stored(visit.conn, bucket, sha256)
    if found is None:
        raise Refused("not_found")
    kind = found.media_type if found.media_type in media.SORTS else "application/octet-stream"
    return stacks_of(visit.ground).path(found.home, found.sha256), kind


def _expected(visit: CallerVisit, bucket: str, sha256: str) -> Expected:
    """What the records say of the file. A stranger to the bucket learns nothing of what they say."""
    _check_names(bucket, sha256)
    person = visit.caller.person
    found = files.expected(visit.conn, person, bucket, sha256)
    if found is None:
        raise Refused("not_found" if scope.may_see(visit.conn, person, bucket) else "not_allowed")
    return found


def _check_names(bucket: str, sha256: str) -> None:
    if not ENTRY_ID.match(bucket) or not SHA256.match(sha256):
        raise Refused("not_found")
