"""The desks of a district, for those who look after it."""

from gridserver.storage.engine import Connection, text
from gridworker.protocol.oversight import Desk


def below(conn: Connection, person: str) -> list[Desk]:
    """The desks of everybody who has a region in or below one of the person's own, those silent longest first."""
    return [Desk.model_validate(row._asdict()) for row in conn.execute(_BELOW, {"person": person})]


_BELOW = text("""
    WITH mine AS (SELECT region FROM assignment WHERE account = CAST(:person AS uuid)),
    below AS (
        SELECT DISTINCT assignment.account FROM assignment JOIN region ON region.id = assignment.region
        WHERE region.id IN (SELECT region FROM mine) OR region.county IN (SELECT region FROM mine)
            OR region.town IN (SELECT region FROM mine) OR region.village IN (SELECT region FROM mine)
            OR region.grid IN (SELECT region FROM mine)
    )
    SELECT device.id AS device, account.id AS person, account.name, account.role, label, status, seen_at,
        last_n AS received, waiting, app_version, clock_offset,
        ARRAY(SELECT region FROM assignment WHERE account = account.id ORDER BY since, region) AS regions
    FROM device JOIN account ON account.id = device.account
    WHERE account.id IN (SELECT account FROM below) AND account.active AND account.role <> 'centre'
    ORDER BY seen_at NULLS FIRST, device.id
""")
