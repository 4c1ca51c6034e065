"""Large buckets leave the centre as files that never change, to whoever may see them, from any byte on."""

import io
from collections.abc import Mapping

import pytest
import requests

from gridserver.storage import snapshots
from gridserver.storage.engine import text
from gridserver.sync import quiet
from gridworker.protocol import SNAPSHOT_FORM
from gridworker.protocol.codec import unpack
from gridworker.protocol.snapshot import read_blocks, read_head
from gridworker.protocol.sync import NOT_WANTED, Offer, Pull, PullAnswer, SnapshotHead
from gridworker.records.row import SET_HASH_MODULUS, row_digest
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, Writer

NEXT_GRID = "330683106211002"


@pytest.fixture
def wang(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """A grid worker of a grid with so many households that it comes as a file; here ten are many."""
    monkeypatch.setattr(snapshots, "LEAST_ROWS", 10)
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def houses(writer: Writer, count: int) -> list[str]:
    """So many households, taken by the centre; their ids."""
    grid = writer.centre.regions[GRID]
    made = [writer.hand.create("household", writer.bucket("grid", GRID), household(grid)) for _ in range(count)]
    assert {result.verdict for result in writer.send(*made)} == {"ok"}
    return [change.record for change in made]


def pull(writer: Writer, cursors: Mapping[str, int] | None = None, **more) -> PullAnswer:
    """What is new, by the door."""
    caller = writer.caller
    told = {"epoch": caller.epoch, "incarnation": 1, "schema_version": 1, "scope": caller.scope, "form": SNAPSHOT_FORM}
    asked = Pull.model_validate({**told, "clock": {"wall": 1}, "cursors": cursors or {}, **more})
    address = f"{writer.centre.address}/sync/v1/pull"
    answer = writer.centre.session(writer.desk).post(address, json=asked.model_dump(mode="json"), stream=True)
    compressed = answer.headers.get("Content-Encoding") == "zstd"
    return PullAnswer.model_validate(unpack(answer.raw.read(), compressed=compressed))


def offers(writer: Writer, **more) -> dict[str, Offer]:
    """What the centre offers to a desk that has nothing."""
    return {offer.bucket: offer for offer in pull(writer, **more).snapshots}


def offer(writer: Writer, **more) -> Offer:
    """The one of the first grid."""
    return offers(writer, **more)[writer.bucket("grid", GRID)]


def get(writer: Writer, wanted: Offer, **headers: str) -> requests.Response:
    """The file, or a part of it."""
    session = writer.centre.session(writer.desk)
    address = f"{writer.centre.address}/sync/v1/snapshot/{wanted.bucket}/{wanted.sha}"
    return session.get(address, headers=headers)


def lines(body: bytes) -> tuple[SnapshotHead, list[dict]]:
    """What stands in a snapshot."""
    file = io.BytesIO(body)
    head = read_head(file)
    return head, [row for rows in read_blocks(file, 5, head.form) for row in rows]


def test_a_large_bucket_is_offered_as_a_file_and_a_small_one_comes_as_a_page(wang):
    made = houses(wang, 12)
    grid = wang.bucket("grid", GRID)
    answer = pull(wang)
    (told,) = answer.snapshots
    assert (told.bucket, told.rows, told.seq) == (grid, 12, 12)
    assert grid not in {page.bucket for page in answer.pages}
    assert {page.bucket for page in answer.pages} == {info.id for info in answer.add} - {grid}
    head, rows = lines(get(wang, told).content)
    assert [row["i"] for row in rows] == made
    total = sum(row_digest(row["e"], row["i"], row["v"], row["m"]) for row in rows) % SET_HASH_MODULUS
    assert (head.bucket, head.seq, head.rows, head.hash) == (grid, 12, 12, f"{total:032x}")


def test_a_desk_of_an_older_program_gets_the_form_that_it_reads_and_each_keeps_its_own(wang):
    houses(wang, 12)
    new, old = offer(wang), offer(wang, form=1)
    assert (lines(get(wang, old).content)[0].form, lines(get(wang, new).content)[0].form) == (1, SNAPSHOT_FORM)
    assert lines(get(wang, old).content)[1] == lines(get(wang, new).content)[1]
    assert (offer(wang, form=1).sha, offer(wang, form=SNAPSHOT_FORM + 1).sha) == (old.sha, new.sha)
    assert offer(wang, begun={old.bucket: old.sha}).sha == old.sha, "of which a part came before the update"


def test_who_wants_pages_alone_gets_pages(wang):
    houses(wang, 12)
    answer = pull(wang, snapshots=False)
    assert answer.snapshots == []
    assert wang.bucket("grid", GRID) in {page.bucket for page in answer.pages}


def test_a_bucket_of_which_a_file_did_not_hold_comes_as_pages(wang):
    houses(wang, 12)
    grid = wang.bucket("grid", GRID)
    answer = pull(wang, paged=[grid])
    assert answer.snapshots == []
    assert len(next(page for page in answer.pages if page.bucket == grid).rows) == 12


def test_a_desk_that_has_the_bucket_is_told_what_is_new_and_one_that_fell_behind_the_floor_is_offered_a_file(wang):
    made = houses(wang, 12)
    grid = wang.bucket("grid", GRID)
    wang.set(wang.row("household", made[0]), "members", 5)
    answer = pull(wang, {grid: 12})
    assert answer.snapshots == []
    assert len(next(page for page in answer.pages if page.bucket == grid).rows) == 1
    with wang.centre.conn() as conn:
        conn.execute(text("UPDATE bucket_head SET floor_seq = 13 WHERE bucket = :b"), {"b": grid})
    assert pull(wang, {grid: 12}).snapshots[0].seq == 13
    assert pull(wang, {grid: 13}).snapshots == []


def test_what_the_desk_does_not_want_is_neither_sent_nor_offered_nor_announced(wang):
    houses(wang, 12)
    grid = wang.bucket("grid", GRID)
    answer = pull(wang, {grid: NOT_WANTED})
    assert answer.snapshots == []
    assert grid not in {info.id for info in answer.add} | {page.bucket for page in answer.pages} | set(answer.drop)


def test_sizes_are_told_before_anything_is_loaded(wang):
    houses(wang, 12)
    infos = {info.bucket_class: info for info in pull(wang).add}
    assert infos["grid"].rows == 12
    assert infos["grid"].bytes == 12 * snapshots.ROW_BYTES, "not packed before the question: reckoned"
    infos = {info.bucket_class: info for info in pull(wang).add}
    assert infos["grid"].bytes == offer(wang).bytes


def test_two_desks_get_the_same_bytes_and_the_same_rows_make_the_same_file_again(wang):
    houses(wang, 12)
    mine = offer(wang)
    other = Writer(wang.centre, wang.centre.desk_of(wang.desk.person))
    assert offer(other) == mine
    assert get(other, mine).content == get(wang, mine).content
    shelf = wang.centre.ground.workshop.shelf
    shelf.path(mine.sha, mine.bytes).unlink()
    assert offer(other) == mine, "it was packed again, to the last byte"


@pytest.mark.parametrize("start", [1, 100, -1])
def test_a_file_goes_on_from_any_byte(wang, start):
    houses(wang, 12)
    told = offer(wang)
    whole = get(wang, told)
    assert whole.headers["ETag"] == f'"{told.sha}"'
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (len(whole.content), whole.status_code) == (told.bytes, 200)
    start %= told.bytes
    rest = get(wang, told, **{"Range": f"bytes={start}-", "If-Range": f'"{told.sha}"'})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {start}-{told.bytes - 1}/{told.bytes}"
    assert rest.content == whole.content[start:]
    assert get(wang, told, Range=f"bytes={told.bytes}-").status_code == 416


def test_a_part_of_another_file_is_not_continued(wang):
    houses(wang, 12)
    told = offer(wang)
    whole = get(wang, told, **{"Range": "bytes=10-", "If-Range": '"another"'})
    assert (whole.status_code, len(whole.content)) == (200, told.bytes)


def test_who_may_not_see_the_bucket_at_this_moment_gets_nothing_of_it(wang):
    houses(wang, 12)
    told = offer(wang)
    li = Writer.at(wang.centre, "li", "grid_worker", NEXT_GRID)
    assert get(li, told).status_code == 404
    assert wang.centre.session().get(get(wang, told).url).status_code == 401
    with wang.centre.staff() as staff:
        staff.unassign("wang", GRID)
    assert get(wang, told, Range="bytes=10-").status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "..", "x", "0" * 63 + "\n"])
def test_names_that_are_none_lead_nowhere(wang, name):
    houses(wang, 12)
    told = offer(wang)
    assert get(wang, told.model_copy(update={"sha": name})).status_code == 404


def test_a_file_serves_until_a_fifth_has_changed_and_whoever_began_an_old_one_may_finish_it(wang):
    made = houses(wang, 12)
    first = offer(wang)
    for record in made[:2]:
        wang.set(wang.row("household", record), "members", 5)
    assert offer(wang) == first
    wang.set(wang.row("household", made[2]), "members", 5)
    second = offer(wang)
    assert (second.seq, second.sha == first.sha) == (15, False)
    assert offer(wang, begun={first.bucket: first.sha}) == first
    assert get(wang, first).status_code == 200


def test_an_old_file_is_made_anew_only_when_something_changed(wang):
    made = houses(wang, 12)
    first = offer(wang)
    wang.centre.clock.move(days=8)
    assert offer(wang) == first
    wang.set(wang.row("household", made[0]), "members", 5)
    assert offer(wang).seq == 13


def test_for_one_answer_only_so_much_is_packed_and_the_rest_is_offered_when_the_desk_asks_again(wang, monkeypatch):
    with wang.centre.staff() as staff:
        staff.assign("wang", NEXT_GRID)
    houses(wang, 12)
    grid = wang.centre.regions[NEXT_GRID]
    wang.send(*[wang.hand.create("household", wang.bucket("grid", NEXT_GRID), household(grid)) for _ in range(12)])
    monkeypatch.setattr(snapshots, "MOST_MADE", 1)
    assert len(offers(wang)) == 1
    assert len(offers(wang)) == 2


def test_in_quiet_moments_files_are_made_before_anybody_asks_and_old_ones_cleared_away(wang):
    made = houses(wang, 12)
    ground = wang.centre.ground
    assert quiet.tend(ground) == 1
    assert quiet.tend(ground) == 0, "it is there"
    first = offer(wang)
    for record in made[:3]:
        wang.set(wang.row("household", record), "members", 5)
    assert quiet.tend(ground) == 1
    second = offer(wang)
    assert second.sha != first.sha
    wang.centre.clock.move(days=6)
    quiet.tend(ground)
    assert get(wang, first).status_code == 200
    wang.centre.clock.move(days=2)
    quiet.tend(ground)
    assert get(wang, first).status_code == 404
    assert get(wang, second).status_code == 200


def test_a_bucket_into_which_somebody_hands_in_is_left_for_a_quieter_round(wang):
    made = houses(wang, 12)
    ground, stood = wang.centre.ground, {}
    assert quiet.tend(ground, stood=stood) == 0, "nobody knows yet whether it is still"
    wang.set(wang.row("household", made[0]), "members", 5)
    assert quiet.tend(ground, stood=stood) == 0
    assert quiet.tend(ground, stood=stood) == 1


def test_files_that_nobody_knows_are_swept_and_others_stay(wang, tmp_path):
    houses(wang, 12)
    told = offer(wang)
    shelf = wang.centre.ground.workshop.shelf
    stranger = shelf.folder / ("f" * 64)
    stranger.write_bytes(b"x")
    assert shelf.sweep({told.sha}, before=stranger.stat().st_mtime - 10) == 0
    assert shelf.sweep({told.sha}, before=stranger.stat().st_mtime + 10) == 1
    assert get(wang, told).status_code == 200
    assert shelf.folder.stat().st_mode & 0o077 == 0
    assert shelf.path(told.sha, told.bytes).stat().st_mode & 0o077 == 0


def test_a_file_in_which_something_stands_that_only_named_people_may_see_is_not_handed_out(centre, monkeypatch):
    monkeypatch.setattr(snapshots, "LEAST_ROWS", 3)
    centre.district()
    town = centre.regions["330683106"]
    li, hu = (Writer.at(centre, name, "mediator", "330683106") for name in ("li", "hu"))
    bucket = li.bucket("case", "330683106")
    told = {"title": "宅基地", "town": town, "accepted_on": "2026-03-02", "mediator": li.desk.person}
    dispute = {"title": "宅基地", "dispute_type": "03", "grid": centre.regions[GRID]}
    disputes = [li.create("dispute", li.bucket("grid", GRID), dispute).id for _ in range(4)]
    cases = [li.create("mediation_case", bucket, {**told, "dispute": each}) for each in disputes]
    before = offers(hu)[bucket]
    assert get(hu, before).status_code == 200
    answer = centre.session(li.desk).post(
        f"{centre.address}/sync/v1/case/{cases[0].id}/readers", json={"people": [li.desk.person]}
    )
    assert answer.status_code == 200
    assert get(hu, before).status_code == 404
    with centre.conn() as conn:
        snapshots.note(conn, [snapshots.Made(bucket, before.sha, before.seq, 4, before.bytes, 19, centre.clock(), 1)])
    assert get(hu, before).status_code == 404, "one that was being made is not noted any more"
    after = offers(hu)[bucket]
    assert (after.rows, get(hu, after).status_code) == (3, 200)
