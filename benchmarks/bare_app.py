"""The least that a centre could do, as an ASGI application: COPY into a staging table, one upsert, one feed.

No person is asked for, nothing is checked, merged, kept as history or put into buckets: the limit of uvicorn,
psycopg and PostgreSQL, to hold the real centre against. ``GRIDWORKER_DATABASE`` names the database.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import psycopg
import zstandard

from benchmarks.bare_desk import COLUMNS

_NAMES = ", ".join(COLUMNS)
_TABLE = ", ".join(f"{name} text" for name in COLUMNS if name != "id")
_SETS = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "id")
_DDL = f"""
    CREATE TABLE IF NOT EXISTS diary (id text PRIMARY KEY, {_TABLE}, seq bigint);
    CREATE INDEX IF NOT EXISTS diary_feed ON diary (seq);
    CREATE SEQUENCE IF NOT EXISTS diary_seq;
"""
_STAGE = f"CREATE TEMP TABLE IF NOT EXISTS stage AS SELECT {_NAMES} FROM diary LIMIT 0; TRUNCATE stage"
_UPSERT = f"""
    INSERT INTO diary ({_NAMES}, seq) SELECT stage.*, nextval('diary_seq') FROM stage
    ON CONFLICT (id) DO UPDATE SET {_SETS}, seq = excluded.seq
"""
_NEWS = f"SELECT {_NAMES}, seq FROM diary WHERE seq > %s ORDER BY seq LIMIT %s"
_mine = threading.local()


def _line() -> "psycopg.Connection[Any]":
    if not hasattr(_mine, "line"):
        _mine.line = psycopg.connect(os.environ["GRIDWORKER_DATABASE"])
        _mine.line.execute("SELECT pg_advisory_lock(2)")
        _mine.line.execute(_DDL)
        _mine.line.execute("SELECT pg_advisory_unlock(2)")
        _mine.line.commit()
    line: psycopg.Connection[Any] = _mine.line
    return line


def push(body: bytes) -> bytes:
    """Rows in, all or none."""
    rows = orjson.loads(zstandard.ZstdDecompressor().decompress(body))
    line = _line()
    with line.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1)")  # so that the feed's order is that of the commits
        cursor.execute(_STAGE)
        with cursor.copy(f"COPY stage ({_NAMES}) FROM STDIN") as sink:
            for row in rows:
                sink.write_row(row)
        cursor.execute(_UPSERT)
    line.commit()
    return b"{}"


def pull(since: int, most: int) -> bytes:
    """Rows out."""
    line = _line()
    rows = line.execute(_NEWS, (since, most)).fetchall()
    line.commit()
    return zstandard.ZstdCompressor(level=1).compress(orjson.dumps([rows[-1][-1] if rows else since, rows]))


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """POST /push; GET /pull/SINCE/MOST."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    _, act, *numbers = scope["path"].split("/")
    if act == "push":
        answer = await asyncio.to_thread(push, bytes(body))
    else:
        answer = await asyncio.to_thread(pull, *map(int, numbers))
    length = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": answer})
