"""What this database was restored from, time and again: how far each device had come when an epoch ended.

A number says only within one line of history which change it was given to: after a restore the same device, or a
copy of its store, gives it again. What a desk holds from an epoch before is therefore here as far as its device had
come in the least of all restores since then, and no further, whatever its present number is.
"""

from gridserver.storage.engine import Connection, text
from gridserver.storage.meta import COVERED, SERVER_FACTS
from gridworker.records.fields import ENTRY_ID


def begin(conn: Connection, epoch: str) -> None:
    """After a restore: desks that come with the old epoch hand in again what is not durable, or not here any more."""
    conn.execute(text(LEAVE))
    conn.execute(_BEGIN, {"epoch": epoch})


def kept_since(conn: Connection, device: str, epoch: str) -> tuple[int, int]:
    """(life, number) up to which the changes that this device handed in before ``epoch`` ended are still here;
    (0, 0) when that is not known, as for an epoch of a line of history that was given up.
    """
    if not ENTRY_ID.match(epoch):
        return (0, 0)
    found = conn.execute(_KEPT, {"device": device, "epoch": epoch}).one_or_none()
    return (0, 0) if found is None else (found.incarnation, found.n)


LEAVE = f"""
    INSERT INTO epoch_left (step, epoch, device, incarnation, n)
    SELECT coalesce((SELECT max(step) FROM epoch_left), 0) + 1, meta.epoch::text, device.id, incarnation, {COVERED}
    FROM device, meta
"""
"""Notes how far each device has come in the epoch that is given up."""
_BEGIN = text(f"""
    UPDATE meta SET epoch = :epoch, (system_id, timeline) = (SELECT {SERVER_FACTS})
""")
_KEPT = text("""
    SELECT incarnation, n FROM epoch_left
    WHERE device = CAST(:device AS uuid)
        AND step >= (SELECT step FROM epoch_left WHERE device = CAST(:device AS uuid) AND epoch = :epoch)
    ORDER BY incarnation, n LIMIT 1
""")
