"""The command line of a desk, word by word, against a centre that serves."""

import io
import json
import subprocess
import sys

import pytest

from gridworker.records import KINDS
from tests.helpers.centre import PASSWORD
from tests.helpers.served import GRID, ROOT, environment


def grid_of(command) -> str:
    [region] = command("records", "list", "region", "--where", f"code={GRID}").json["records"]
    return region["id"]


def new_household(command, name: str = "陈建国", home: str = "home", **fields) -> str:
    data = {"head_name": name, "address": "马村3号", "grid": grid_of(lambda *w: command(*w, home=home)), **fields}
    said = command("records", "save", "household", "--data", json.dumps(data), home=home)
    assert said.code == 0, said.err
    assert said.json["state"] == "local"
    return said.json["id"]


def test_from_a_code_to_a_record_at_the_centre(command, worker):
    said = command(*worker.sign_in)
    assert said.code == 0, said.err
    assert (said.json["user"], said.json["role"]) == (worker.user, "grid_worker")
    assert len(said.json["regions"]) == 1
    first = command("sync").json
    assert set(first) == {"ok", "pushed", "pulled", "conflicts", "refused"}
    assert first["pulled"] > 100, "the county's regions"
    assert said.json["regions"] == [grid_of(command)]

    household = new_household(command, phone="13800000001")
    status = command("status").json
    assert set(status) == {"waiting", "accepted", "durable", "refused", "conflicts", "last_success", "buckets"}
    assert (status["waiting"], status["accepted"]) == (1, 0)
    second = command("sync").json
    assert {name: second[name] for name in ("ok", "pushed", "pulled")} == {"ok": True, "pushed": 1, "pulled": 0}
    assert command("status").json["accepted"] == 1

    edited = json.dumps({"id": household, "phone": "13900000002"})
    assert command("records", "save", "household", "--data", edited).json == {"id": household, "state": "local"}
    shown = command("records", "show", "household", household).json
    assert shown["record"]["phone"] == "13900000002"
    assert shown["record"]["head_name"] == "陈建国"
    assert shown["state"] == "local"
    assert shown["history"][0]["path"] == "phone"
    assert command("search", "chenjianguo").json == {
        "hits": [{"kind": "household", "id": household, "title": "陈建国"}]
    }
    assert command("records", "remove", "household", household).code == 0
    assert command("records", "list", "household").json == {"total": 0, "records": []}
    assert command("records", "restore", "household", household).json["id"] == household
    listed = command("records", "list", "household", "--where", "head_name=陈建国", "--limit", "1").json
    assert (listed["total"], [each["id"] for each in listed["records"]]) == (1, [household])


def test_two_desks_of_one_worker_quarrel_over_a_telephone_and_settle_it(command, worker, second_code):
    command(*worker.sign_in)
    command("sync")
    household = new_household(command, phone="13000000000")
    command("sync")
    again = ("sign-in", "--centre", worker.centre, "--user", worker.user, "--code", second_code)
    assert command(*again, home="second").code == 0
    command("sync", home="second")
    for home, phone in (("home", "13800000001"), ("second", "13900000002")):
        data = json.dumps({"id": household, "phone": phone})
        assert command("records", "save", "household", "--data", data, home=home).code == 0
    assert command("sync").json["conflicts"] == 0
    assert command("sync", home="second").json["conflicts"] == 1
    command("sync")

    [conflict] = command("conflicts", "list").json["conflicts"]
    assert set(conflict) == {"id", "type", "kind", "record", "field", "base", "shown", "others"}
    assert (conflict["type"], conflict["kind"], conflict["record"]) == ("field", "household", household)
    assert (conflict["field"], conflict["base"]) == ("phone", "13000000000")
    [other] = conflict["others"]
    assert set(other) == {"n", "value", "by", "at"}
    assert {conflict["shown"], other["value"]} == {"13800000001", "13900000002"}

    assert command("conflicts", "settle", conflict["id"], "--keep", "9").code == 1
    assert command("conflicts", "settle", conflict["id"], "--keep", "both").code == 2
    assert command("conflicts", "settle", conflict["id"], "--value", '"12"').code == 1
    assert command("conflicts", "settle", conflict["id"], "--keep", "1").code == 0
    for home in ("home", "second", "home"):
        assert command("sync", home=home).json["ok"]
    for home in ("home", "second"):
        assert command("conflicts", "list", home=home).json == {"conflicts": []}
        shown = command("records", "show", "household", household, home=home).json
        assert shown["record"]["phone"] == other["value"]


def test_several_workers_on_one_laptop(command, worker, town):
    _, told = town.script([f"add-account {worker.user}b --role supervisor --region 330683106", f"enrol {worker.user}b"])
    command(*worker.sign_in)
    other = ("sign-in", "--centre", worker.centre, "--user", f"{worker.user}b", "--code", told["code"])
    assert command(*other).json["role"] == "supervisor"
    assert len(command("status").json["buckets"]) != 4, "the last one signed in is meant"
    assert len(command("--user", worker.user, "status").json["buckets"]) == 4
    assert len(command("status").json["buckets"]) != 4, "and stays meant, whoever is named in between"
    assert command("--user", worker.user, "sign-in").code == 0
    assert len(command("status").json["buckets"]) == 4
    assert command("--user", "nobody", "status").code == 1


def test_a_dispute_moves_along_its_machine_and_not_otherwise(command, worker):
    command(*worker.sign_in)
    command("sync")
    kind = next(iter(KINDS["dispute"].by_name["dispute_type"].choices))
    data = {"title": "宅基地纠纷", "grid": grid_of(command), "dispute_type": kind}
    dispute = command("records", "save", "dispute", "--data", json.dumps(data)).json["id"]
    refused = command("records", "save", "dispute", "--data", json.dumps({"id": dispute, "state": "accepted"}))
    assert refused.code == 1
    assert "受理" in refused.err
    done = command("records", "save", "dispute", "--data", json.dumps({"id": dispute, "state": "withdrawn"}))
    assert done.code == 0
    assert command("records", "show", "dispute", dispute).json["record"]["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"head_name": "陈\0建国"}, "特殊字符"),
        ({"next_visit": "2026-02-30"}, "没有这一天"),
        ({"grid": "01900000-0000-7000-8000-000000000000"}, "范围"),
        ({"grid": None}, "网格"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_nothing_is_written(settled, fields, words):
    data = {"head_name": "陈建国", "address": "马村3号", "grid": grid_of(settled), **fields}
    said = settled("records", "save", "household", "--data", json.dumps(data))
    assert said.code == 1
    assert words in said.err
    assert said.json["ok"] is False
    assert settled("status").json["waiting"] == 0


def test_an_impossible_citizens_number_is_never_repaired(settled):
    grid = grid_of(settled)
    data = {"name": "陈建国", "household": grid, "grid": grid, "id_number": "330683199913310011"}
    said = settled("records", "save", "person", "--data", json.dumps(data))
    assert said.code == 1
    assert "出生日期" in said.err


def test_a_wrong_password_address_or_code_says_what_to_do(command, worker, monkeypatch):
    wrong = list(worker.sign_in)
    wrong[-1] = "ABCD"
    assert command(*wrong).code == 1
    wrong = list(worker.sign_in)
    wrong[2] = "http://127.0.0.1:9"
    said = command(*wrong)
    assert said.code == 1
    assert "连不上中心" in said.err
    wrong[2] = "http://centre.example"
    assert "https://" in command(*wrong).err
    monkeypatch.setenv("GRIDWORKER_PASSWORD", "not the password")
    assert "登录名" in command(*worker.sign_in).err
    monkeypatch.setenv("GRIDWORKER_PASSWORD", PASSWORD)
    assert command(*worker.sign_in).code == 0
    monkeypatch.setenv("GRIDWORKER_PASSWORD", "not the password")
    said = command("status")
    assert (said.code, said.json["error"]) == (1, "WrongPassword")
    assert "还可以试" in said.err


def test_without_a_line_one_signs_in_all_the_same(command, worker, town):
    command(*worker.sign_in)
    command("sync")
    port = town.port
    town.stop()
    try:
        said = command("sign-in", "--user", worker.user)
        assert (said.code, said.json["user"]) == (0, worker.user)
        assert "连不上中心" in said.err
        household = new_household(command)
        failed = command("sync")
        assert (failed.code, failed.json["error"]) == (1, "CentreUnreachable")
        assert "联网后会自动上传" in failed.err
        assert command("records", "show", "household", household).json["state"] == "local"
    finally:
        town.start(port)
    assert command("sync").json["pushed"] == 1


def test_a_centre_is_not_moved_to_an_address_where_none_answers(settled):
    assert settled("sign-in", "--centre", "http://127.0.0.1:9").code == 1
    assert settled("sync").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("records", "list", "no_such_kind"),
        ("records", "list", "household", "--where", "no_such_field=1"),
        ("records", "list", "household", "--where", "members=many"),
        ("records", "list", "household", "--limit", "0"),
        ("records", "save", "household", "--data", "not json"),
        ("records", "save", "household", "--data", "[1]"),
        ("records", "save", "household", "--data", "@/no/such/file"),
        ("records",),
        ("conflicts", "settle", "x"),
        ("conflicts", "settle", "x", "--keep", "1", "--value", "1"),
        ("no-such-command",),
    ],
)
def test_used_wrongly_ends_with_2(settled, words):
    said = settled(*words)
    assert said.code == 2
    assert said.err
    assert not said.out


def test_data_comes_from_a_file_or_from_standard_input_too(command, worker, tmp_path, monkeypatch):
    command(*worker.sign_in)
    command("sync")
    before = command("records", "list", "household").json["total"]
    data = json.dumps({"head_name": "王秀英", "address": "马村", "grid": grid_of(command)})
    file = tmp_path / "household.json"
    file.write_text(data, "utf-8")
    assert command("records", "save", "household", "--data", f"@{file}").code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(data))
    assert command("records", "save", "household", "--data", "-").code == 0
    assert command("records", "list", "household").json["total"] == before + 2


def test_every_kind_tells_its_fields(command):
    told = {kind["name"]: kind for kind in command("records", "kinds").json["kinds"]}
    assert set(told) == set(KINDS)
    for name, kind in told.items():
        fields = {field["name"]: field for field in kind["fields"]}
        assert list(fields) == [field.name for field in KINDS[name].fields]
        for field in fields.values():
            assert {"title", "type", "required", "merge", "privacy"} <= set(field)
    tags = next(field for field in told["household"]["fields"] if field["name"] == "tags")
    assert tags["choices"] == dict(KINDS["household"].by_name["tags"].choices)


def test_for_people_the_same_is_said_in_words(settled):
    assert "已同步" in settled("sync", as_json=False).out
    assert "待上传：0" in settled("status", as_json=False).out
    assert "没有需要核对" in settled("conflicts", "list", as_json=False).out
    assert "没有找到" in settled("search", "nobody", as_json=False).out
    assert "household  住户" in settled("records", "kinds", as_json=False).out


def test_without_a_terminal_a_password_is_not_waited_for(settled, monkeypatch):
    monkeypatch.delenv("GRIDWORKER_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = settled("status")
    assert said.code == 2
    assert "GRIDWORKER_PASSWORD" in said.err


@pytest.mark.parametrize(
    "words", [(), ("sign-in",), ("sync",), ("records",), ("records", "save"), ("conflicts", "settle"), ("demo",)]
)
def test_help_is_everywhere_and_loads_nothing_heavy(words):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "main.py", *words, "--help"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0
    assert "--json" in run.stdout
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert not loaded & {"requests", "pydantic", "sqlcipher3", "cryptography", "PySide6", "fastapi", "orjson"}


def test_nothing_of_what_was_written_or_typed_is_in_the_log(command, worker, tmp_path):
    command(*worker.sign_in)
    command("sync")
    new_household(command, "陈建国", phone="13800000001")
    command("sync")
    said = (tmp_path / "home" / "logs" / "gridworker.log").read_text("utf-8")
    assert "sync ok pushed=1" in said
    for secret in ("陈建国", "13800000001", worker.code, "correct horse", "马村"):
        assert secret not in said
