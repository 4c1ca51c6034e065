"""A drill of a restore: anybody can run it, it says PASS or FAIL with figures, and leaves nothing behind."""

import tempfile
from pathlib import Path

import pytest

from gridserver.storage.engine import text

VILLAGE = "330683106211"


@pytest.fixture
def safe(centre, command, tmp_path):
    """A founded centre, and the folder of its backups."""
    centre.found()
    centre.desk_of(centre.hire("wang", "grid_worker", VILLAGE))
    return tmp_path / "safe"


def test_a_drill_passes_with_figures_is_remembered_and_fails_where_the_living_centre_fell_behind(centre, command, safe):
    assert command("backup", str(safe)).code == 0
    assert command("add-grid", VILLAGE).code == 0
    told = command("drill", str(safe), "--json").json
    assert (told["ok"], told["devices"], told["accounts"], told["changes_behind"]) == (True, 1, 1, 1)
    assert told["records"] == 12
    drilled = command("status", "--json").json["chores"]["drill"]
    assert (drilled["ok"], drilled["told"]["records"]) == (True, 12)
    with centre.conn() as conn:
        conn.execute(text("UPDATE bucket_head SET seq = seq - 2 WHERE seq > 0"))
    said = command("drill", str(safe))
    assert said.code == 1
    assert said.err.startswith("gridworker: FAIL gridworker-")
    assert "the living centre is behind the backup" in said.err
    assert "drill_failed" in command("status", "--json").json["alarms"]
    assert list(Path(tempfile.gettempdir()).glob("gw-drill-*")) == []


def test_a_drill_of_a_backup_in_which_a_row_is_missing_fails(centre, command, safe):
    with centre.conn() as conn:
        conn.execute(text("DELETE FROM record WHERE ctid = (SELECT min(ctid) FROM record)"))
    assert command("backup", str(safe)).code == 0
    said = command("drill", str(safe))
    assert (said.code, said.out) == (1, "")
    assert "does not add up" in said.err


def test_a_drill_of_what_cannot_be_opened_fails_and_touches_nothing(centre, command, safe):
    path = Path(command("backup", str(safe), "--json").json["file"])
    path.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in command("drill", str(path)).err
    assert command("status", "--json").json["chores"]["drill"]["ok"] is False
