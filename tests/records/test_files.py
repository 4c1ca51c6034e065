"""Attached files as a field: what a person says of them, what the centre alone says, and how the two meet."""

import pytest

from gridworker.records import KINDS, media
from gridworker.records.change import Change, Verb
from gridworker.records.files import Files, state_of
from gridworker.records.kind import Role
from gridworker.records.merge import apply, lay, seen_of, seen_of_entry
from gridworker.records.rights import Author, check_values, why_not

ID, ENTRY = (f"01900000-0000-7000-8000-00000000000{n}" for n in (1, 2))
WANG, CENTRE = (f"01900000-0000-7000-8000-0000000000b{n}" for n in (1, 2))
PHOTO = {"sha256": "ab" * 32, "size": 120_000, "media_type": "image/webp"}
VISIT = KINDS["visit"]
WITH_FILES = {
    "household": "photos",
    "visit": "photos",
    "matter": "photos",
    "dispute": "photos",
    "mediation_case": "evidence",
    "mediation_session": "papers",
}


def change(verb, n, path="", value=None, **more):
    return Change(f"01900000-0000-7000-8000-0000000000c{n}", verb, "visit", ID, ID, n << 16, n, path, value, **more)


def visit_with_a_photo():
    return lay(VISIT, None, change(Verb.CREATE, 1, value={"text": "看望", "photos": {ENTRY: PHOTO}}), WANG)


def test_visits_matters_disputes_cases_sessions_and_households_carry_files():
    found = {kind.name: kind.file_fields[0].name for kind in KINDS.values() if kind.file_fields}
    assert found == WITH_FILES
    assert not any(field.hidden for kind in KINDS.values() for field in kind.fields if isinstance(field, Files))


def test_one_number_tells_both_receipts():
    assert state_of(PHOTO, 10) == "waiting"
    assert state_of({**PHOTO, "stored": 11}, 10) == "stored"
    assert state_of({**PHOTO, "stored": 10}, 10) == "durable"


def test_a_person_cannot_say_that_the_centre_has_his_photo():
    me, lie = Author(WANG, Role.GRID_WORKER), {**PHOTO, "stored": 1}
    row = visit_with_a_photo()
    lies = [
        change(Verb.CREATE, 2, value={"photos": {ENTRY: lie}}),
        change(Verb.SET, 2, f"photos/{ENTRY}", lie),
        change(Verb.SET, 2, f"photos/{ENTRY}/stored", 1),
    ]
    for each in lies:
        assert why_not(VISIT, row, each, me)
        assert why_not(VISIT, row, each, Author(CENTRE, Role.CENTRE)) == ""
    assert why_not(VISIT, row, change(Verb.SET, 2, f"photos/{ENTRY}/caption", "门口"), me) == ""
    assert why_not(VISIT, row, change(Verb.SET, 2, f"photos/{ENTRY}/sha256", "cd" * 32), me)
    check_values(VISIT, lies[2])


def test_a_photo_is_removed_though_the_centre_has_said_meanwhile_that_it_came():
    row = visit_with_a_photo()
    seen_photo, seen_visit = seen_of_entry(row, f"photos/{ENTRY}"), seen_of(row)
    told = apply(VISIT, row, change(Verb.SET, 2, f"photos/{ENTRY}/stored", 7), CENTRE)
    assert told.row.value(f"photos/{ENTRY}/stored") == 7
    gone = apply(VISIT, told.row, change(Verb.REM, 3, f"photos/{ENTRY}", seen=seen_photo), WANG)
    assert (gone.clash, gone.row.value(f"photos/{ENTRY}")) == (None, None)
    removed = apply(VISIT, told.row, change(Verb.DEL, 3, seen=seen_visit), WANG)
    assert removed.clash is None
    assert removed.row.removed


def test_a_caption_that_somebody_else_wrote_meanwhile_keeps_the_photo():
    row = visit_with_a_photo()
    seen = seen_of_entry(row, f"photos/{ENTRY}")
    captioned = apply(VISIT, row, change(Verb.SET, 2, f"photos/{ENTRY}/caption", "门口", parent=row.mark), WANG).row
    assert apply(VISIT, captioned, change(Verb.REM, 3, f"photos/{ENTRY}", seen=seen), WANG).clash is not None


def test_what_the_centre_says_of_a_photo_that_is_gone_is_no_conflict_and_brings_nothing_back():
    row = visit_with_a_photo()
    rem = change(Verb.REM, 2, f"photos/{ENTRY}", seen=seen_of_entry(row, f"photos/{ENTRY}"))
    gone = apply(VISIT, row, rem, WANG).row
    outcome = apply(VISIT, gone, change(Verb.SET, 3, f"photos/{ENTRY}/stored", 7), CENTRE)
    assert (outcome.row, outcome.clash) == (None, None)


def test_what_the_centre_says_of_a_photo_in_a_removed_record_holds_when_it_is_restored():
    row = visit_with_a_photo()
    removed = apply(VISIT, row, change(Verb.DEL, 2, seen=seen_of(row)), WANG).row
    told = apply(VISIT, removed, change(Verb.SET, 3, f"photos/{ENTRY}/stored", 7), CENTRE)
    assert told.clash is None
    assert told.row.removed
    assert told.row.value(f"photos/{ENTRY}/stored") == 7


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("协议.PDF", b"%PDF-1.7", "application/pdf"),
        ("账.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"),
        ("录音.amr", b"#!AMR\n", "audio/amr"),
        ("程序.exe", b"MZ\x90", None),
        ("协议.pdf", b"MZ\x90", None),
        ("没有后缀", b"%PDF-1.7", None),
    ],
)
def test_what_may_be_attached_is_told_by_its_ending_and_its_first_bytes(name, head, found):
    assert media.of_ending(name, head) == found


def test_bytes_that_are_not_what_they_are_called_are_told_apart():
    webp = b"RIFF\x00\x00\x00\x00WEBPVP8 "
    assert media.fits("image/webp", webp)
    assert not media.fits("image/webp", b"MZ")
    assert not media.fits("application/pdf", webp)
    assert media.fits("application/not-yet-known", b"anything")
