"""A desk that lay in a drawer for a year hands in what its former program wrote, and it is understood."""

import pytest

from gridworker.records import schema, upcasts
from gridworker.records.change import SCHEMA, Change, Verb
from gridworker.records.upcasts import upcast
from gridworker.records.wrong import Wrong

ID = "01900000-0000-7000-8000-00000000aaaa"


def renamed(change):
    """From 1 to 2: what was called telephone is called phone."""
    if change.verb is Verb.CREATE:
        return change._replace(value={{"telephone": "phone"}.get(k, k): v for k, v in change.value.items()})
    return change._replace(path="phone") if change.path == "telephone" else change


def shortened(change):
    """From 2 to 3: without the country's number."""
    return change._replace(value=change.value.removeprefix("+86")) if change.path == "phone" else change


@pytest.fixture
def tomorrow(monkeypatch):
    """The program as it will be one day: its catalogue is the third."""
    monkeypatch.setattr(schema, "SCHEMA", 3)
    monkeypatch.setitem(upcasts.STEPS, ("household", 1), renamed)
    monkeypatch.setitem(upcasts.STEPS, ("household", 2), shortened)


def change(version=1, **more):
    told = {"path": "telephone", "value": "+8613800000001", **more}
    return Change(ID, Verb.SET, "household", ID, ID, 1, 1, schema=version, **told)


def test_a_change_goes_through_every_step_since_it_was_made(tomorrow):
    now = upcast(change())
    assert (now.path, now.value, now.schema) == ("phone", "13800000001", 3)
    assert upcast(now) == now, "and through none twice"
    assert upcast(change(2, path="phone")).value == "13800000001"


def test_other_kinds_and_changes_of_a_later_program_are_left_alone(tomorrow):
    assert upcast(change()._replace(kind="visit")).path == "telephone"
    assert upcast(change(4)) == change(4)


def test_which_catalogue_a_change_was_made_by_travels_only_when_it_is_not_the_first():
    assert "y" not in change(1).to_wire()
    wire = {**change(2).to_wire(), "n": 1}
    assert wire["y"] == 2
    assert Change.from_wire(wire, ID, ID).schema == 2
    assert Change.from_wire({**change(1).to_wire(), "n": 1}, ID, ID).schema == 1
    assert Change(ID, Verb.SET, "household", ID, ID, 1, 1).schema == SCHEMA


@pytest.mark.parametrize("said", [0, -1, True, "1", 2**40, None, 1.5])
def test_a_catalogue_that_cannot_be_is_refused(said):
    with pytest.raises(Wrong):
        Change.from_wire({**change(1).to_wire(), "n": 1, "y": said}, ID, ID)
