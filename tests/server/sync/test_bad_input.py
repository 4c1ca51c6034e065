"""What an enemy, or a broken desk, sends: turned away with a code and a count, and never at the price of memory."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import zstandard

from gridserver.oversight.metrics import exposition
from gridserver.storage.health import health
from gridworker.protocol import MOST_BYTES, MOST_CHANGES
from tests.server.sync.test_routes import houses, post, problem, said, sent, wang

__all__ = ["wang"]

MB = 1024 * 1024
MOST_HELD = 400 * MB
"""What one request may cost at most while it is read: eight MB of text are at most that much in Python."""


@contextmanager
def within(most: int) -> Iterator[None]:
    """The block holds no more than so many bytes at any moment."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_a_bomb_is_not_unpacked(wang):
    bomb = zstandard.compress(b"[" * 1024 * MB, 1)
    assert len(bomb) < MB // 4
    for door in ("push", "pull"):
        with within(40 * MB):
            assert problem(post(wang, door, bomb, **{"Content-Encoding": "zstd"}), 413).error == "too_big"


def test_a_window_of_half_a_gigabyte_is_not_taken(wang):
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=29))
    body = wide.compress(b" " * (20 * MB))
    with within(40 * MB):
        response = post(wang, "push", body, **{"Content-Encoding": "zstd"})
    assert response.status_code in (400, 413)


def test_a_body_that_does_not_end_is_not_read_to_its_end(wang):
    read = 0
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * MB, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in wang.desk.headers.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sync/v1/push",
        "raw_path": b"/sync/v1/push",
        "headers": headers,
    }
    scope |= {"query_string": b"", "http_version": "1.1", "scheme": "https", "client": ("203.0.113.9", 4), "asgi": {}}
    with within(60 * MB):
        asyncio.run(wang.centre.line.app(scope, receive, send))
    assert answers[0]["status"] == 413
    assert read == MOST_BYTES // MB + 1


@pytest.mark.parametrize(
    "many",
    [
        lambda: b'{"tx":"a","act":"b","changes":[]},' * (MOST_BYTES // 36),
        lambda: b"0," * (MOST_BYTES // 2 - 600),
    ],
    ids=["groups", "numbers"],
)
def test_a_million_groups_are_no_request(wang, many: Callable[[], bytes]):
    usual = orjson.dumps(houses(wang, 1).model_dump(mode="json"))
    body = usual.replace(b'"groups":[', b'"groups":[' + many(), 1)
    assert len(body) <= MOST_BYTES
    with within(MOST_HELD):
        assert problem(post(wang, "push", body), 400).error == "bad_request"


def test_a_change_of_ten_megabytes_is_too_big_and_one_of_seven_comes_back_to_its_author(wang):
    push = houses(wang, 1)
    push.groups[0].changes[0]["v"]["note"] = "话" * (10 * MB // 3)
    assert problem(sent(wang, "push", push), 413).error == "too_big"
    push.groups[0].changes[0]["v"]["note"] = "话" * (7 * MB // 3)
    (result,) = said(sent(wang, "push", push))["results"]
    assert (result["verdict"], result["code"]) == ("refused", "wrong_value")


def test_more_changes_than_one_request_may_hold_are_halved_by_the_desk(wang):
    push = houses(wang, 1)
    change = push.groups[0].changes[0]
    push.groups[0].changes = [change] * (MOST_CHANGES + 1)
    assert problem(sent(wang, "push", push), 413).error == "too_big"


def test_every_refusal_is_counted_by_its_code(wang):
    for body in (b"{", b"[]", b"\xff"):
        post(wang, "push", body)
    post(wang, "push", b" " * (MOST_BYTES + 1))
    wang.hand.n = 7
    sent(wang, "push", houses(wang, 1))
    with wang.centre.conn() as conn:
        figures = exposition(health(conn, wang.centre.clock()), wang.centre.line.app.state.refusals)
    assert "# TYPE gridworker_requests_refused_total counter" in figures
    for code, times in (("bad_request", 3), ("too_big", 1), ("gap", 1)):
        assert f'gridworker_requests_refused_total{{error="{code}"}} {times}' in figures


def test_a_body_that_is_cut_on_its_way_is_a_bad_line_and_no_bug(centre, portal):
    said = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    heard = []

    async def cut():
        async def receive():
            return said.pop(0)

        async def send(message):
            heard.append(message)

        scope = {"type": "http", "method": "POST", "path": "/sync/v1/push", "headers": [], "query_string": b""}
        await centre.line.app({**scope, "client": None, "root_path": "", "http_version": "1.1"}, receive, send)

    portal.call(cut)
    assert heard[0]["status"] == 400
