"""The log helps to find a fault, and is worth nothing to whoever is curious about people."""

import logging

import pytest

from gridworker import logs


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("陈建国 saved", "▢ saved"),
        ("phone13800000001", "phone#"),
        ("330683199001011234 and 33068319900101123X", "# and #"),
        ("bucket 0198c2f0-a1b2-7003-8000-123456789012 at 4711", "bucket 0198c2f0-a1b2-7003-8000-123456789012 at 4711"),
        ("0575-83141234", "0575-#"),
        ("pushed=12 ms=345", "pushed=12 ms=345"),
    ],
)
def test_names_and_numbers_of_people_do_not_come_through(said, kept):
    assert logs.masked(said) == kept


def test_of_an_error_the_way_and_the_type_are_kept(tmp_path):
    log = logging.getLogger("gridworker.a_room")
    handler = logs.start(tmp_path)
    try:
        try:
            raise KeyError("陈建国 13800000001")
        except KeyError:
            log.info("not found", exc_info=True)
    finally:
        logs.stop(handler)
    said = (tmp_path / logs.FOLDER / logs.FILE).read_text("utf-8")
    assert "KeyError" in said
    assert "test_logs.py" in said
    assert "陈建国" not in said
    assert "13800000001" not in said
    assert handler not in logging.getLogger("gridworker").handlers
