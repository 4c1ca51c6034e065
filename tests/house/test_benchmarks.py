"""The benchmarks: each one is there, says its limits as they were promised, and what it says can be read."""

import importlib
import inspect
import re
import socket
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from benchmarks import (
    bare_desk,
    county,
    diary_fields,
    district,
    few_changes,
    first_pull,
    gui_thread,
    hundred_thousand,
    many_desks,
    push_rate,
    relay,
    return_of_desks,
    save,
    search,
    snapshot,
    upload,
    wire,
)
from benchmarks.__main__ import ALL
from benchmarks.figures import Figure, median, percentile, table, taken
from gridworker.records.kinds.visit import VISIT

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ALL)
def test_every_benchmark_can_be_asked_for(name):
    module = importlib.import_module(f"benchmarks.{name}")
    assert callable(module.run)
    assert (module.__doc__ or "").strip()


def test_the_limits_are_those_that_were_promised():
    assert (save.MOST_MS, save.MOST_RATIO) == (5.0, 4.0)
    assert first_pull.MOST_RATIO == 4.0
    assert (first_pull.HOUSEHOLDS, first_pull.PERSONS) == (2_000, 6_000)
    assert (gui_thread.MOST_HELD, gui_thread.MOST_PAINTED) == (50.0, 80.0)
    assert (upload.FEW, hundred_thousand.MANY) == (10_000, 100_000)
    assert (upload.MOST_RATIO, upload.MOST_GROWTH) == (4.0, 11.0)
    assert (few_changes.EDITS, few_changes.MOST_MS, few_changes.MOST_BYTES) == (100, 25.0, 36_000.0)
    assert (few_changes.MOST_IDLE, few_changes.BUCKETS, few_changes.MOST_DAY) == (600.0, 1_724, 4_000.0)
    assert (few_changes.VISITS, few_changes.VISIT_EDITS, few_changes.SHORT) == (14, 6, 40)
    assert (many_desks.DESKS, many_desks.EACH, many_desks.MOST_MS) == (20, 500, 2_000.0)
    assert (push_rate.RATE, push_rate.CHANGES, push_rate.MOST_MS) == (200.0, 10, 50.0)
    assert return_of_desks.MOST_S == 900.0
    assert (snapshot.HOUSEHOLDS, snapshot.PERSONS, snapshot.VISITS, snapshot.MANY) == (500, 1_500, 377, 10_000)
    assert (snapshot.MOST_BYTES, snapshot.MOST_S, snapshot.BREAKS, snapshot.MOST_MS) == (150_000.0, 40.0, 5, 490.0)
    line = inspect.signature(relay.Relay).parameters
    usual = {name: line[name].default for name in ("rate", "delay", "stalls", "stall")}
    assert usual == {"rate": 64_000, "delay": 0.4, "stalls": 0.02, "stall": (1.0, 3.0)}
    assert search.LIMIT == 50.0
    assert county.HOUSEHOLDS == 500_000


def test_a_figure_over_its_limit_is_called_so():
    kept = Figure("save", 4.9, limit=5.0)
    slow = Figure("save", 5.1, limit=5.0)
    too_many_times = Figure("save", 4.5, base=1.0, most_ratio=4.0)
    assert [each.kept for each in (kept, slow, too_many_times)] == [True, False, False]
    assert Figure("without a limit", 1e9).kept
    lines = table([kept, slow, too_many_times]).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["kept", "OVER", "OVER"]


def test_the_table_says_what_was_compared_and_by_how_much():
    line = table([Figure("first pull", 500.0, beside="raw insert", base=200.0, most_ratio=4.0, note="5 desks")])
    assert "500.00 ms" in line
    assert "200.00" in line
    assert "2.50x" in line
    assert "4x  kept  5 desks" in line


def test_the_middle_and_the_slow_end_of_many_times():
    times = [float(n) for n in range(100, 0, -1)]
    assert median(times) == 50.5
    assert percentile(times, 0.95) == 96.0
    assert percentile([7.0], 0.99) == 7.0
    assert len(taken(lambda: None, 3)) == 3


def test_the_made_up_households_are_the_same_in_every_run_and_have_what_is_searched():
    some = list(county.households(50))
    assert some == list(county.households(50))
    assert len({home["household_no"] for home in some}) == 50
    typed = search.samples(some)
    assert all(text for texts in typed.values() for text in texts)


def test_pages_of_a_bucket_hold_all_of_its_rows_and_add_up():
    rows = [{"e": "household", "i": f"{n}", "v": 1, "m": f"m{n}", "d": {}, "w": {}} for n in range(4_500)]
    pages = list(district.pages("b", rows))
    assert [len(page.rows) for page in pages] == [2_000, 2_000, 500]
    assert [page.more for page in pages] == [True, True, False]
    assert [page.to for page in pages] == [2_000, 4_000, 4_500]
    assert pages[0].hash == pages[1].hash == ""
    assert len(pages[2].hash) == 32


def test_the_diaries_that_are_handed_in_are_the_same_in_every_run_and_as_long_as_promised():
    some = list(diary_fields.diaries(20, start=7))
    assert some == [*diary_fields.diaries(10, start=7), *diary_fields.diaries(10, start=17)]
    assert {len(each["text"]) for each in some} == {200}
    assert len(VISIT.clean(some[0] | {"grid": county.record(1), "visitor": county.record(2)})) >= 10
    assert [line[bare_desk.COLUMNS.index("text")] for line in bare_desk.rows(20, start=7)] == [d["text"] for d in some]


def test_a_relay_counts_what_passes_and_breaks_off_when_told():
    with socket.create_server(("127.0.0.1", 0)) as door:
        Thread(target=_echo, args=(door,), daemon=True).start()
        with wire.Wire(f"http://127.0.0.1:{door.getsockname()[1]}") as relay:
            near = socket.create_connection(("127.0.0.1", int(relay.address.rpartition(":")[2])))
            for said in (b"abc", b"defgh"):
                near.sendall(said)
                assert near.recv(100) == said
            assert (relay.up, relay.down, relay.turns) == (8, 8, 2)
            relay.break_at = 10
            near.sendall(b"xyz")
            with suppress(ConnectionResetError):
                assert near.recv(100) == b""
            near.close()


def _echo(door):
    line, _ = door.accept()
    with line:
        while said := line.recv(100):
            line.sendall(said)


def test_no_test_is_timed_for_that_is_a_benchmarks_work():
    """A busy machine would fail it, and a quick one would hide what it looks for."""
    clock = re.compile(r"(perf_counter|process_time|thread_time)(_ns)?\(|assert .*monotonic\(")
    assert [path.name for path in (ROOT / "tests").rglob("*.py") if clock.search(path.read_text("utf-8"))] == []


def test_the_page_about_the_figures_names_every_benchmark():
    told = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert [name for name in ALL if f"`{name}`" not in told] == []


def test_the_thin_line_carries_everything_in_order_and_breaks_where_it_is_told_to():
    said = bytes(range(256)) * 40
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            line, _ = door.accept()
            with line, suppress(OSError):
                line.recv(10)
                line.sendall(said)

    server = Thread(target=serve)
    server.start()
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    quick = {"rate": 1e8, "delay": 0.001, "stalls": 0.0}
    with relay.Relay(address, breaks=[5_000], **quick) as line:
        heard = []
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", int(line.address.rpartition(":")[2]))) as desk:
                desk.sendall(b"give me")
                got = b""
                with suppress(OSError):
                    while piece := desk.recv(65536):
                        got += piece
                heard.append(got)
        assert said.startswith(heard[0])
        assert len(heard[0]) < len(said)
        assert heard[1] == said
        assert (line.broken, line.connections, line.up) == (1, 2, 14)
        assert len(said) < line.down <= len(said) + 5_000 + relay.SEGMENT
    server.join()
    door.close()
