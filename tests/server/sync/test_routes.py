"""The doors of the sync: what comes in, what goes out, and what is turned away."""

from typing import Any

import pytest
import requests
import zstandard

from gridserver.storage import devices
from gridserver.storage.engine import text
from gridworker.protocol import MOST_BYTES
from gridworker.protocol.codec import pack, unpack
from gridworker.protocol.sync import Clock, Hello, History, Problem, Pull, PullAnswer, Push, PushAnswer, vector_of
from gridworker.records import schema, upcasts
from tests.helpers.centre import Centre
from tests.helpers.hand import household, page_rows
from tests.helpers.writer import GRID, Writer


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def post(writer: Writer, door: str, body: bytes, **headers: str) -> requests.Response:
    """One request of a signed-in desk."""
    session = writer.centre.session(writer.desk)
    return session.post(f"{writer.centre.address}/sync/v1/{door}", data=body, headers=headers, stream=True)


def said(response: requests.Response) -> Any:
    """The message in an answer; every one carries the mark."""
    assert response.headers["X-Gridworker"] == "1"
    return unpack(response.raw.read(), compressed=response.headers.get("Content-Encoding") == "zstd")


def sent(writer: Writer, door: str, message: Push | Pull) -> requests.Response:
    """A message as a desk packs it."""
    body, compressed = pack(message.model_dump(mode="json"))
    return post(writer, door, body, **({"Content-Encoding": "zstd"} if compressed else {}))


def houses(writer: Writer, count: int) -> Push:
    """A push with so many households."""
    grid = writer.centre.regions[GRID]
    made = [writer.hand.create("household", writer.bucket("grid", GRID), household(grid)) for _ in range(count)]
    return writer.hand.push(writer.caller.epoch, *made)


def asked(writer: Writer, **more: Any) -> Pull:
    """A pull."""
    usual = {"epoch": writer.caller.epoch, "incarnation": 1, "schema_version": 1, "scope": 1, "cursors": {}}
    return Pull.model_validate({**usual, "clock": Clock(wall=writer.centre.clock()), **more})


def problem(response: requests.Response, status: int) -> Problem:
    """Why a request was not served."""
    assert response.status_code == status
    return Problem.model_validate(said(response))


def test_anybody_may_ask_who_we_are_and_a_desk_hears_how_it_stands(wang):
    stranger = wang.centre.session().get(f"{wang.centre.address}/sync/v1/hello", stream=True)
    told = Hello.model_validate(said(stranger))
    assert (told.product, told.standing, told.buckets) == ("gridworker-centre", None, [])
    known = wang.centre.session(wang.desk).get(f"{wang.centre.address}/sync/v1/hello", stream=True)
    told = Hello.model_validate(said(known))
    assert told.standing is not None
    assert told.standing.epoch == wang.caller.epoch
    assert {bucket.bucket_class for bucket in told.buckets} == {"grid", "sensitive", "reference", "user"}


def test_a_day_goes_up_and_comes_down_again(wang):
    response = sent(wang, "push", houses(wang, 20))
    answer = PushAnswer.model_validate(said(response))
    assert (answer.results, answer.taken.numbers) == ([], [(1, 20)])
    assert answer.standing.last_n == 20
    response = sent(wang, "pull", asked(wang))
    assert response.headers["Content-Encoding"] == "zstd"
    answer = PullAnswer.model_validate(said(response))
    assert len(page_rows(answer.pages, wang.bucket("grid", GRID))) == 20


def test_an_answer_that_was_lost_is_given_again(wang):
    push = houses(wang, 3)
    wang.centre.line.lose_answers = 1
    with pytest.raises(requests.ConnectionError):
        sent(wang, "push", push)
    answer = PushAnswer.model_validate(said(sent(wang, "push", push)))
    assert [result.verdict for result in answer.results] == ["ok"] * 3
    assert len(page_rows(wang.pull().pages, wang.bucket("grid", GRID))) == 3


def test_where_a_desk_stands_is_remembered_between_two_pulls(wang):
    sent(wang, "push", houses(wang, 3))
    first = PullAnswer.model_validate(said(sent(wang, "pull", asked(wang))))
    vector = vector_of({page.bucket: page.to for page in first.pages})
    again = sent(wang, "pull", asked(wang, vector=vector))
    answer = PullAnswer.model_validate(said(again))
    assert (answer.pages, answer.more, again.status_code) == ([], False, 200)
    assert int(again.headers["Content-Length"]) < 200
    assert problem(sent(wang, "pull", asked(wang, vector="0" * 32)), 409).error == "vector"


def test_the_history_of_a_record_is_fetched_when_it_is_looked_at(wang):
    row = wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    session = wang.centre.session(wang.desk)
    response = session.get(f"{wang.centre.address}/sync/v1/history/household/{row.id}", stream=True)
    assert [entry.verb for entry in History.model_validate(said(response)).entries] == ["create"]
    for unknown in (wang.hand.new_id(), "x", "%00"):
        response = session.get(f"{wang.centre.address}/sync/v1/history/household/{unknown}", stream=True)
        assert problem(response, 404).error == "not_found"


def test_without_a_token_nothing_is_told(wang):
    for door in ("push", "pull"):
        session = wang.centre.session()
        message = houses(wang, 1) if door == "push" else asked(wang)
        response = session.post(
            f"{wang.centre.address}/sync/v1/{door}", data=pack(message.model_dump(), compress=False)[0], stream=True
        )
        assert problem(response, 401).error == "auth"


def test_a_gap_is_told_with_the_number_that_is_wanted_and_how_the_desk_stands(wang):
    wang.hand.n = 7
    told = problem(sent(wang, "push", houses(wang, 1)), 409)
    assert (told.error, told.want) == ("gap", 1)
    assert told.standing is not None
    assert told.standing.last_n == 0


@pytest.mark.parametrize(
    ("body", "encoding", "status", "error"),
    [
        (b"", "", 400, "bad_request"),
        (b"{", "", 400, "bad_request"),
        (b"[]", "", 400, "bad_request"),
        (b'{"epoch": 1}', "", 400, "bad_request"),
        (b"\xff\xfe", "", 400, "bad_request"),
        (b"not zstd", "zstd", 400, "bad_request"),
        (zstandard.compress(b'{"epoch": ')[:-3], "zstd", 400, "bad_request"),
        (zstandard.compress(b"[" * 100_000), "zstd", 400, "bad_request"),
        (zstandard.compress(b" " * (MOST_BYTES + 10)), "zstd", 413, "too_big"),
        (b" " * (MOST_BYTES + 10), "", 413, "too_big"),
    ],
)
@pytest.mark.parametrize("door", ["push", "pull"])
def test_what_is_no_message_is_turned_away_and_nothing_more(wang, door, body, encoding, status, error):
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert problem(post(wang, door, body, **headers), status).error == error


def test_a_device_that_was_cut_off_may_still_hand_in_but_reads_nothing(wang):
    with wang.centre.conn() as conn:
        devices.cut_off(conn, wang.desk.device, "revoked", wang.centre.clock())
    answer = PushAnswer.model_validate(said(sent(wang, "push", houses(wang, 1))))
    assert (answer.results[0].verdict, answer.standing.status) == ("quarantined", "suspended")
    told = problem(sent(wang, "pull", asked(wang)), 403)
    assert told.error == "device"
    assert told.standing is not None
    assert told.standing.status == "suspended"


def test_a_bucket_that_is_locked_for_too_long_means_come_back_later(wang):
    push = houses(wang, 1)
    said(sent(wang, "push", push))
    holder = wang.centre.engine.connect()
    try:
        holder.execute(text("SELECT 1 FROM bucket_head FOR UPDATE"))
        response = sent(wang, "push", houses(wang, 1))
        assert problem(response, 503).error == "busy"
        assert int(response.headers["Retry-After"]) > 0
    finally:
        holder.close()
    answer = PushAnswer.model_validate(said(sent(wang, "push", wang.hand.push(wang.caller.epoch))))
    assert answer.standing.last_n == 1


def test_a_newer_desk_may_say_more_than_we_understand(wang):
    push = houses(wang, 1).model_dump(mode="json")
    push.update(courier="someone", schema_version=99)
    push["groups"][0]["signature"] = "x"
    push["groups"][0]["changes"][0]["note"] = {"of": "tomorrow"}
    answer = PushAnswer.model_validate(said(post(wang, "push", pack(push, compress=False)[0])))
    assert answer.taken.numbers == [(1, 1)]


def test_a_desk_that_calls_something_otherwise_fetches_what_became_of_it(wang, monkeypatch):
    """On its own row lies what it wrote; the centre's row says it in other words, and their sums are the same."""
    monkeypatch.setattr(schema, "SCHEMA", 2)
    monkeypatch.setitem(upcasts.STEPS, ("household", 1), called_address)
    push = houses(wang, 2)
    wire = push.groups[0].changes[0]
    wire["v"]["place"] = wire["v"].pop("address")
    answer = PushAnswer.model_validate(said(sent(wang, "push", push)))
    assert [result.verdict for result in answer.results] == ["ok"]
    assert answer.taken.numbers == [(2, 2)]
    assert answer.taken.own == {}


def called_address(change):
    return change._replace(value={{"place": "address"}.get(name, name): v for name, v in change.value.items()})


def test_an_older_desk_than_any_that_we_know_is_asked_to_upgrade(wang):
    push = houses(wang, 1).model_copy(update={"schema_version": 0})
    assert problem(sent(wang, "push", push), 426).error == "upgrade"


def test_a_desk_that_moved_one_cursor_itself_names_the_others_in_one_word(wang):
    first = PullAnswer.model_validate(said(sent(wang, "pull", asked(wang))))
    cursors = {page.bucket: page.to for page in first.pages}
    vector = vector_of(cursors)
    sent(wang, "push", houses(wang, 3))
    moved = {wang.bucket("grid", GRID): 3}
    told = PullAnswer.model_validate(said(sent(wang, "pull", asked(wang, cursors=moved, vector=vector))))
    assert (told.pages, told.add, told.drop, told.more) == ([], [], [], False)
    again = sent(wang, "pull", asked(wang, vector=vector_of({**cursors, **moved})))
    assert again.status_code == 200, "that is where it stands now"
