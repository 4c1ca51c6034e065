"""The first sync of a new desk over lines that break: at any byte, at any moment, with other news than expected."""

import functools
import io
from collections.abc import Iterator

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict

from gridserver.storage import snapshots
from gridserver.sync import quiet
from gridworker.errors import BrokenAnswer, CentreUnreachable
from gridworker.storage import feed
from gridworker.storage.feed import Received
from gridworker.storage.store import Store
from gridworker.sync import centre as sync_centre
from gridworker.sync import enrol
from tests.helpers.centre import PASSWORD
from tests.helpers.desk_fixtures import GRID, OTHER_GRID, everything
from tests.helpers.hand import household
from tests.helpers.open_pages import open_pages
from tests.helpers.writer import Writer

MANY = 60
NAME = "欧阳锦绣"


class Killed(BaseException):
    """The program's end."""


class Torn(HTTPAdapter):
    """In front of a line: whatever carries a snapshot breaks after so many bytes (``after``), or is made false."""

    def __init__(self, line: HTTPAdapter) -> None:
        super().__init__()
        self._line = line
        self.after: int | None = None
        self.cuts = -1
        """So many more times; -1: always."""
        self.lie = False
        self.short = False
        self.before = lambda: None
        """Called before each piece of a snapshot is asked for."""
        self.asked: list[int] = []
        """From which byte, each time."""
        self.carried = 0

    def send(self, request: requests.PreparedRequest, **how) -> requests.Response:
        """One request."""
        if "/snapshot/" not in str(request.url):
            return self._line.send(request, **how)
        self.before()
        answer = self._line.send(request, **how)
        if answer.status_code not in (200, 206):
            return answer
        self.asked.append(int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")))
        body = answer.raw.read()
        if self.lie:
            body = bytes(len(body) - 40) + body[-40:]
        cut = self.after if self.cuts else None
        self.cuts -= 1 if self.cuts > 0 else 0
        headers = HTTPHeaderDict(answer.headers)
        if self.short:
            cut, body = None, body[:-1]
            headers["Content-Length"] = str(len(body))
        self.carried += len(body[:cut])
        raw = HTTPResponse(
            io.BytesIO(body[:cut]),
            headers=headers,
            status=answer.status_code,
            preload_content=False,
            enforce_content_length=True,
            request_method="GET",
            decode_content=False,
        )
        return self.build_response(request, raw)


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows are many here, and a slice is seven."""
    monkeypatch.setattr(snapshots, "LEAST_ROWS", 10)
    monkeypatch.setattr(feed, "SLICE", 7)


@pytest.fixture
def writer(village) -> Writer:
    """Somebody who has written the grid's households down long ago."""
    writer = Writer.at(village.centre, "old", "grid_worker", GRID, OTHER_GRID)
    for code in (GRID, OTHER_GRID):
        region, bucket = writer.centre.regions[code], writer.bucket("grid", code)
        made = [writer.hand.create("household", bucket, household(region, head_name=f"{NAME}{n}")) for n in range(MANY)]
        writer.send(*made)
    return writer


@pytest.fixture
def torn(village) -> Iterator[Torn]:
    """The line between."""
    return Torn(village.line)


def newcomer(village, torn, user: str = "wang"):
    """A new desk to which nothing has come yet."""
    machine = village.machine()
    object.__setattr__(machine, "connect", functools.partial(sync_centre.Centre, adapter=torn))
    code = village.centre.enrolment_code(user)
    return village.start(machine, enrol.enrol(machine, enrol.Application(user, PASSWORD, code, village.centre.address)))


def households(desk) -> int:
    return len(desk.ledger.find("household"))


def snapshot_of(desk):
    [found] = desk.store.snapshots()
    return found


def test_a_first_sync_brings_the_bucket_as_a_file_and_goes_on_from_there(village, writer, torn):
    desk = newcomer(village, torn)
    report = desk.sync()
    assert households(desk) == MANY
    assert report.fetched == report.to_fetch > 0
    assert torn.asked == [0]
    assert desk.store.snapshots() == []
    desk.store.tidy()
    (count,) = desk.store._file.db.execute("SELECT count(*) FROM snapshot_piece").fetchone()
    assert count == 0
    row = writer.row("household", desk.ledger.find("household")[0]["id"])
    writer.set(row, "members", 7)
    assert desk.sync().pulled == 1
    assert desk.ledger.get("household", row.id)["members"] == 7
    assert torn.asked == [0], "once is enough"


@pytest.mark.parametrize("k", [1, 97, 400, 1009])
def test_broken_at_every_kth_byte_it_goes_on_and_nothing_comes_twice(village, writer, torn, k):
    desk = newcomer(village, torn)
    torn.after = k
    if k == 1:  # every single byte a break: twenty of them, then the line holds
        torn.cuts = 20
    report = desk.sync()
    assert torn.asked == list(range(0, report.to_fetch, k))[: len(torn.asked)]
    assert torn.carried == report.to_fetch
    assert households(desk) == MANY


def test_a_line_that_brings_nothing_at_all_is_given_up_and_the_part_stays(village, writer, torn):
    desk = newcomer(village, torn)
    torn.after, torn.cuts = 500, 1

    def cut() -> None:
        village.centre.line.cut = len(torn.asked) > 0

    torn.before = cut
    with pytest.raises(CentreUnreachable):
        desk.sync()
    assert snapshot_of(desk).here == 500
    assert households(desk) == 0, "half a list is none"
    village.centre.line.cut = False
    torn.before, torn.after, torn.cuts = lambda: None, 0, -1
    with pytest.raises(BrokenAnswer):
        desk.sync()
    torn.after = None
    again = village.open(desk)
    again.sync()
    assert (torn.asked[0], torn.asked[-1]) == (0, 500)
    assert households(again) == MANY


def test_a_program_killed_between_two_slices_goes_on_behind_the_last_one_and_shows_nothing_before(
    village, writer, torn
):
    desk = newcomer(village, torn)
    lay, slices = Store.lay_snapshot, []

    def lay_and_die(store: Store, bucket: str) -> Received:
        slices.append(received := lay(store, bucket))
        if len(slices) < 5:
            raise Killed
        return received

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "lay_snapshot", lay_and_die)
        for number in range(1, 5):
            with pytest.raises(Killed):
                desk.sync()
            assert snapshot_of(desk).laid == 7 * number
            assert households(desk) == 0
            assert desk.ledger.search(NAME) == []
        desk.sync()
    assert torn.asked == [0], "what had come was not asked for again"
    assert households(desk) == MANY
    assert sum(received.rows for received in slices) == MANY, "no row was laid twice"


def test_a_grid_taken_away_in_the_middle_leaves_nothing_and_no_more_of_it_comes(village, writer, torn):
    desk = newcomer(village, torn)
    torn.after = 500

    def take_away() -> None:
        if len(torn.asked) == 2:
            with village.centre.staff() as staff:
                staff.unassign("wang", GRID)
                staff.assign("wang", OTHER_GRID)

    torn.before = take_away
    desk.sync()
    assert torn.carried > 1000
    assert {home["grid"] for home in desk.ledger.find("household")} == {village.centre.regions[OTHER_GRID]}
    desk.close()
    bytes_left = open_pages(desk.opened.entry.path, desk.key)
    assert writer.bucket("grid", GRID).encode() not in bytes_left


def test_a_new_file_in_the_middle_begins_anew_and_both_sides_agree(village, writer, torn, monkeypatch):
    desk = newcomer(village, torn)
    torn.after, torn.cuts = 500, 1

    def replace() -> None:
        if len(torn.asked) == 1:
            torn.before = lambda: None
            some = [writer.row("household", row.id) for row in rows_of(writer)[:20]]
            writer.send(*[writer.hand.set(row, "members", 9) for row in some])
            writer.send(*[writer.hand.remove(writer.row("household", row.id)) for row in some[:3]])
            with village.centre.conn() as conn:
                conn.exec_driver_sql("DELETE FROM bucket_snapshot")

    torn.before = replace
    desk.sync()
    assert torn.asked == [0, 0]
    assert len(desk.ledger.find("household", [("members", "=", 9)])) == 17
    assert households(desk) == MANY - 3
    assert agrees(desk, writer)


def test_a_bucket_written_in_while_it_comes_agrees_in_the_end(village, writer, torn):
    desk = newcomer(village, torn)
    torn.after = 700

    def write() -> None:
        row = writer.row("household", rows_of(writer)[len(torn.asked)].id)
        writer.set(row, "members", 9)

    torn.before = write
    desk.sync()
    assert len(torn.asked) > 2
    assert len(desk.ledger.find("household", [("members", "=", 9)])) == len(torn.asked)
    assert agrees(desk, writer)


def test_a_record_that_moved_away_is_not_laid_back_by_an_older_file(village, writer, torn):
    """The file still has it in the one grid, the desk has it in the other already."""
    with village.centre.staff() as staff:
        staff.unassign("wang", GRID)
        staff.assign("wang", OTHER_GRID)
    quiet.tend(village.centre.ground)
    mover, there = rows_of(writer)[0], village.centre.regions[OTHER_GRID]
    assert writer.set(mover, "grid", there).verdict == "ok"
    assert writer.row("household", mover.id).bucket == writer.bucket("grid", OTHER_GRID)
    desk = newcomer(village, torn)
    desk.sync()
    assert households(desk) == MANY + 1
    with village.centre.staff() as staff:
        staff.assign("wang", GRID)
    desk.sync()
    assert len(torn.asked) == 2
    assert desk.ledger.get("household", mover.id)["grid"] == there
    assert households(desk) == 2 * MANY
    assert agrees(desk, writer)


def test_a_file_with_other_bytes_is_refused_never_shown_and_the_bucket_comes_as_pages(village, writer, torn, logged):
    desk = newcomer(village, torn)
    torn.lie = True
    report = desk.sync()
    assert report.refused_snapshots == 1
    assert households(desk) == MANY
    assert agrees(desk, writer)
    logged.expect("refused")


def test_a_file_that_ends_too_early_comes_as_pages_in_the_end(village, writer, torn):
    desk = newcomer(village, torn)
    torn.short = True
    desk.sync()
    assert households(desk) == MANY
    assert agrees(desk, writer)


def test_two_desks_get_the_same(village, writer, torn):
    village.centre.account("chen", "grid_worker", GRID)
    one, other = newcomer(village, torn), newcomer(village, torn, "chen")
    one.sync()
    other.sync()
    assert everything(one) == everything(other)


def test_nothing_of_a_half_loaded_bucket_can_be_read_on_the_disk(village, writer, torn, tmp_path):
    desk = newcomer(village, torn)
    torn.after, torn.cuts = 900, 1

    def cut() -> None:
        village.centre.line.cut = len(torn.asked) > 0

    torn.before = cut
    with pytest.raises(CentreUnreachable):
        desk.sync()
    assert snapshot_of(desk).here == 900
    desk.close()
    looked_at = 0
    magic = bytes.fromhex("28b52ffd")
    for path in (desk.opened.entry.path.parent).rglob("*"):
        if path.is_file():
            looked_at += 1
            content = path.read_bytes()
            assert NAME.encode() not in content
            assert magic not in content
    assert looked_at
    assert magic in open_pages(desk.opened.entry.path, desk.key), "with the key it is there"


def rows_of(writer: Writer):
    """The households of the first grid as they stand at the centre."""
    bucket = writer.bucket("grid", GRID)
    with writer.centre.conn() as conn:
        found = conn.exec_driver_sql(
            "SELECT id FROM record WHERE bucket = %s AND kind = 'household' ORDER BY id", (bucket,)
        )
        ids = [row[0] for row in found]
    return [writer.row("household", each) for each in ids]


def agrees(desk, writer: Writer) -> bool:
    """Whether the desk's buckets add up to the centre's."""
    mine = {bucket.id: (bucket.cursor, bucket.hash, bucket.state) for bucket in desk.store.buckets()}
    with writer.centre.conn() as conn:
        heads = conn.exec_driver_sql("SELECT bucket, seq, set_hash FROM bucket_head").fetchall()
    theirs = {row.bucket: (row.seq, row.set_hash, "live") for row in heads if row.bucket in mine}
    return bool(theirs) and {bucket: mine[bucket] for bucket in theirs} == theirs
