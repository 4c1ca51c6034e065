"""An administrator at his console: what he types, what he reads, and with which code it ends."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridserver.cli import main
from gridserver.people.tokens import text_of
from gridserver.storage.migrate import steps
from gridworker.protocol.courier import ORDER, WIPED, read_word, write_word
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.people import Wiped, proof_text
from tests.helpers.centre import PASSWORD, new_id

ROOT = Path(__file__).parents[3]
DIVISIONS = str(ROOT / "resources" / "divisions.csv")
VILLAGE, TOWN = "330683106211", "330683106"


@pytest.fixture
def founded(command):
    assert command("import-divisions", DIVISIONS).code == 0
    return command


def test_the_first_day_of_a_centre(command):
    assert command("import-divisions", DIVISIONS).out == "1136 added, 0 renamed, 0 unchanged\n"
    assert command("add-grid", VILLAGE).out == f"{VILLAGE}001\n"
    assert command("add-account", "wang", "--role", "grid_worker", "--region", f"{VILLAGE}001").code == 0
    code = command("enrol", "wang").out
    assert re.fullmatch(r"([0-9A-Z]{4}-){9}[0-9A-Z]{4}\n", code)
    assert command("assign", "wang", "--region", VILLAGE).out == "wang: region assigned\n"
    assert command("assign", "wang", "--region", VILLAGE, "--remove").out == "wang: region taken away\n"
    assert command("reset-password", "wang").out == "wang: password reset\n"
    assert command("list-accounts").out == f"wang\tgrid_worker\t{VILLAGE}001\t0 devices\n"
    assert command("list-devices").out == ""


def test_every_command_speaks_json(founded):
    assert founded("import-divisions", DIVISIONS, "--json").json == {"added": 0, "renamed": 0, "unchanged": 1136}
    assert founded("add-grid", VILLAGE, "--name", "东组", "--json").json == {"code": f"{VILLAGE}001"}
    made = founded("--json", "add-account", "王小明", "--role", "mediator", "--region", TOWN).json
    assert founded("assign", "王小明", "--region", TOWN, "--json").json == {"changed": False}
    code = founded("enrol", "王小明", "--address", "https://centre.example:8440", "--json").json
    assert code["code"].endswith("@https://centre.example:8440")
    assert founded("reset-password", "王小明", "--json").json == {"ok": True}
    listed = founded("list-accounts", "--json").json["accounts"]
    assert listed == [
        {
            "id": made["id"],
            "login": "王小明",
            "name": "王小明",
            "role": "mediator",
            "regions": [TOWN],
            "devices": 0,
            "active": True,
        }
    ]
    assert founded("list-devices", "--json").json == {"devices": []}


def test_a_device_is_listed_and_revoked(founded, centre):
    founded("add-account", "wang", "--role", "mediator", "--region", TOWN)
    (account,) = founded("list-accounts", "--json").json["accounts"]
    desk = centre.desk_of(account["id"])
    assert founded("list-devices").out == f"{desk.device}\twang\tactive\tlast seen never\n"
    assert founded("revoke-device", desk.device, "--json").json == {"ok": True}
    (device,) = founded("list-devices", "--json").json["devices"]
    assert (device["id"], device["login"], device["status"]) == (desk.device, "wang", "revoked")


def test_a_device_is_suspended_and_back_and_at_last_to_be_wiped(founded, centre):
    founded("add-account", "wang", "--role", "mediator", "--region", TOWN)
    desk = centre.desk_of(founded("list-accounts", "--json").json["accounts"][0]["id"])
    assert founded("suspend-device", desk.device).out == f"{desk.device}: suspended\n"
    assert "\tsuspended\t" in founded("list-devices").out
    assert founded("suspend-device", desk.device, "--lift").code == 0
    assert founded("suspend-device", desk.device, "--lift").code == 1
    assert "name the data folder too" in founded("wipe-device", desk.device, folder=None).err
    assert "when it has handed in what waits there" in founded("wipe-device", desk.device).out
    assert "\tto be wiped\t" in founded("list-devices").out
    assert founded("wipe-device", desk.device, "--stolen").code == 0, "it turned out that it was stolen"


def test_the_order_to_wipe_goes_by_stick_and_the_word_that_it_was_done_comes_back(founded, centre, tmp_path):
    founded("add-account", "wang", "--role", "mediator", "--region", TOWN)
    desk = centre.desk_of(founded("list-accounts", "--json").json["accounts"][0]["id"])
    assert "No such file" in founded("wipe-device", desk.device, "--file", str(tmp_path / "no stick")).err
    said = founded("wipe-device", desk.device, "--file", str(tmp_path), "--json").json
    order = read_word(ORDER, Path(said["file"]).read_bytes(), WipeOrder)
    assert (order.device, order.stolen) == (desk.device, False)
    assert "wang" not in said["file"]
    signature = desk.key.sign(proof_text("wiped", desk.device, str(order.at), 7))
    word = Wiped(device=desk.device, ordered=order.at, at=7, proof=text_of(signature))
    (tmp_path / "false.gww").write_bytes(write_word(WIPED, word.model_copy(update={"at": 8})))
    (tmp_path / "word.gww").write_bytes(write_word(WIPED, word))
    assert "no desk of this centre" in founded("courier", str(tmp_path / "false.gww")).err
    assert founded("courier", str(tmp_path / "word.gww")).code == 0
    assert "\twiped " in founded("list-devices").out


def test_the_lease_of_a_role_is_shown_and_changed(founded):
    assert founded("lease").out == "grid_worker\t14 days\nmediator\t14 days\nsupervisor\t3 days\nadmin\t3 days\n"
    assert founded("lease", "--role", "supervisor", "--days", "5", "--json").json["days"]["supervisor"] == 5
    assert "--role and --days go together" in founded("lease", "--role", "admin").err
    assert "1 to 365 days" in founded("lease", "--role", "admin", "--days", "400").err


REFUSED = [
    (["add-grid", "999"], "there is no village with the code 999"),
    (["add-account", "wang", "--role", "admin", "--region", "1"], "there is no region with the code 1"),
    (["enrol", "nobody"], "there is no account with this name"),
    (["assign", "nobody", "--region", "1"], "there is no account with this name"),
    (["reset-password", "nobody"], "there is no account with this name"),
    (["revoke-device", new_id()], "there is no such device"),
    (["suspend-device", new_id()], "there is no such device"),
    (["wipe-device", new_id()], "there is no such device"),
    (["quarantine", "release", "7"], "no group with this number waits"),
    (["quarantine", "reject", "7", "--reason", " "], "a reason has 1 to"),
    (["import-divisions", "/nowhere.csv"], "No such file"),
    (["restore", "/nowhere"], "there is no backup in /nowhere"),
]


@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_what_cannot_be_done_ends_with_one_and_says_why(command, words, reason):
    said = command(*words, "--json")
    assert (said.code, said.out) == (1, "")
    assert reason in said.err
    assert said.err.startswith("gridworker: ")


USAGE = [
    [],
    ["fly"],
    ["add-account", "wang"],
    ["add-account", "wang", "--role", "king", "--region", "1"],
    ["enrol"],
    ["list-accounts", "--nonsense"],
]


@pytest.mark.parametrize("words", USAGE)
def test_what_is_no_command_ends_with_two(command, words):
    said = command(*words)
    assert said.code == 2
    assert "usage:" in said.err


ACTS = (
    "import-divisions add-grid move-grid split-grid merge-grid add-account enrol assign set-role"
    " reset-password list-accounts list-devices revoke-device backup restore status quarantine suspend-device"
    " wipe-device lease drill"
).split()


@pytest.mark.parametrize("words", [["centre"], ["serve"], *(["centre", act] for act in ACTS)])
def test_help_is_everywhere(capsys, words):
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "usage:" in said
    assert "--json" in said or words[-1] == "serve"


def test_a_short_password_is_refused_and_a_missing_one_asked_for(founded, monkeypatch):
    words = ["add-account", "wang", "--role", "mediator", "--region", TOWN]
    monkeypatch.setenv("GRIDWORKER_PASSWORD", "short")
    assert "8 to 1000 characters" in founded(*words).err
    monkeypatch.delenv("GRIDWORKER_PASSWORD")
    said = founded(*words)
    assert said.code == 1
    assert "set GRIDWORKER_PASSWORD" in said.err


def test_a_password_typed_twice_is_taken(founded, monkeypatch):
    """In a terminal of its own, as a person has one."""
    import pty

    words = ["centre", "add-account", "wang", "--role", "mediator", "--region", TOWN]
    environment = {name: value for name, value in os.environ.items() if name != "GRIDWORKER_PASSWORD"}
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "main.py", *words],
        cwd=ROOT,
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        for question in b"Password:", b"Once more:":
            seen = b""
            while question not in seen:
                seen += os.read(master, 1000)
            os.write(master, PASSWORD.encode() + b"\n")
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.wait()
        os.close(master)
    assert "wang" in founded("list-accounts").out


def test_neither_folder_nor_database_is_told_so(command, monkeypatch):
    monkeypatch.delenv("GRIDWORKER_DATABASE")
    said = command("list-accounts", folder=None)
    assert said.code == 1
    assert "--data DIR" in said.err


DEAD = "postgresql://somebody:geheim@127.0.0.1:1/none"


@pytest.mark.parametrize("url", [DEAD, "mysql://somewhere", "nonsense", "postgresql://[::"])
def test_a_database_that_is_not_there_is_told_so_without_its_password(command, url):
    said = command("--database", url, "list-accounts")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("gridworker: ")
    assert "geheim" not in said.err
    assert "Traceback" not in said.err


def test_a_folder_full_of_other_things_is_left_alone(command, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("mine")
    said = command("list-accounts", folder=tmp_path / "letters")
    assert said.code == 1
    assert "holds other things" in said.err
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["dear.txt"]


def test_the_database_alone_is_enough_for_everyday_commands(founded):
    assert founded("add-grid", VILLAGE, folder=None).code == 0
    assert "name the data folder too" in founded("backup", "/tmp/none", folder=None).err


def test_the_wrong_keys_are_noticed(command, tmp_path):
    from gridserver import keys

    keys.write(tmp_path / "other" / "keys", keys.make())
    said = command("list-accounts", folder=tmp_path / "other")
    assert said.code == 1
    assert "the keys in the data folder are not those" in said.err


def test_a_new_database_becomes_a_centre_with_keys_of_its_own(command, postgres, tmp_path, monkeypatch):
    with postgres.new_database() as url:
        monkeypatch.setenv("GRIDWORKER_DATABASE", url)
        assert "name the data folder too" in command("list-accounts", folder=None).err
        assert command("list-accounts", folder=tmp_path / "new").code == 0
        assert command("list-accounts", folder=tmp_path / "new").code == 0
    for path in (tmp_path / "new" / "keys").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_database_of_a_newer_centre_is_left_alone(command, centre):
    with centre.conn() as conn:
        conn.exec_driver_sql("UPDATE schema_version SET version_num = '9999'")
    said = command("list-accounts")
    with centre.conn() as conn:
        conn.exec_driver_sql(f"UPDATE schema_version SET version_num = '{steps()[0]}'")
    assert said.code == 1
    assert "made by a newer centre (schema 9999)" in said.err


def test_a_database_that_cannot_write_chinese_is_refused(command, postgres, tmp_path, monkeypatch):
    with postgres.new_database("ENCODING 'SQL_ASCII' LOCALE 'C'") as url:
        monkeypatch.setenv("GRIDWORKER_DATABASE", url)
        said = command("list-accounts", folder=tmp_path / "new")
    assert "ENCODING 'UTF8'" in said.err


def test_an_administrator_sees_how_the_centre_stands(centre, command):
    said = command("status")
    assert said.code == 0
    assert "! there is no backup yet" in said.out
    assert "sums        0 wrong" in said.out
    told = command("status", "--recount", "--json").json
    assert (told["ok"], told["alarms"], told["quarantine"]["open"]) == (True, ["no_backup"], 0)
    assert told["chores"]["recount"]["ok"] is True


def test_a_grid_is_split_and_merged_from_the_command_line(founded, tmp_path):
    grid, other = (founded("add-grid", VILLAGE).out.strip() for _ in range(2))
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("0017\n", "utf-8")
    assert founded("split-grid", grid, "--to", other, "--numbers", str(numbers), "--json").json == {
        "households": 0,
        "followed": 0,
    }
    assert founded("split-grid", grid, "--to", other).err.endswith("say which households: --group or --numbers\n")
    merged = founded("merge-grid", other, "--into", grid, "--json")
    assert merged.json == {"records": 0, "people": []}
    assert founded("merge-grid", other, "--into", grid).code == 1
