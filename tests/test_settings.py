"""What a desk remembers outside its stores survives every bad day, and says nothing about anybody."""

import json
import stat
import tomllib
from pathlib import Path

import pytest

from gridworker import settings
from gridworker.settings import Enrolment, Settings


def test_settings_come_back_as_they_were_kept(tmp_path):
    kept = Settings(text_size=1.4, theme="dark", machine="m").enrolled("wang", Enrolment("https://c", "d", "ca.pem"))
    settings.save(tmp_path / "home", kept)
    assert settings.load(tmp_path / "home") == kept
    assert kept.centre == "https://c", "offered at the next first sign-in"


@pytest.mark.parametrize("text", ["", "not json", "[]", '"x"', '{"text_size": "big", "theme": 5, "enrolments": [1]}'])
def test_a_missing_or_damaged_file_gives_the_defaults(tmp_path, text):
    assert settings.load(tmp_path) == Settings()
    (tmp_path / settings.FILE).write_text(text, "utf-8")
    assert settings.load(tmp_path) == Settings()


def test_what_a_newer_version_wrote_is_kept(tmp_path):
    (tmp_path / settings.FILE).write_text(json.dumps({"theme": "dark", "later": [1]}), "utf-8")
    settings.save(tmp_path, settings.load(tmp_path))
    assert json.loads((tmp_path / settings.FILE).read_text("utf-8"))["later"] == [1]


def test_an_enrolment_that_is_no_enrolment_is_left_out(tmp_path):
    broken = {"wang": {"centre": "https://c", "device": "d"}, "li": {"centre": 5}, "zhao": "x"}
    (tmp_path / settings.FILE).write_text(json.dumps({"enrolments": broken}), "utf-8")
    assert set(settings.load(tmp_path).enrolments) == {"wang"}


def test_a_machine_gets_its_id_once(tmp_path):
    assert settings.with_machine(tmp_path, lambda: "first").machine == "first"
    assert settings.with_machine(tmp_path, lambda: "second").machine == "first"


def test_the_file_is_its_owners_alone(tmp_path):
    settings.save(tmp_path, Settings())
    assert stat.S_IMODE((tmp_path / settings.FILE).stat().st_mode) == 0o600


def test_each_system_has_its_place():
    home = Path.home()
    assert settings.default_home("win32", {"LOCALAPPDATA": "C:/L"}) == Path("C:/L/Gridworker")
    assert settings.default_home("darwin", {}) == home / "Library/Application Support/Gridworker"
    assert settings.default_home("linux", {"XDG_DATA_HOME": "/x"}) == Path("/x/gridworker")
    assert settings.default_home("linux", {}) == home / ".local/share/gridworker"


def test_the_version_that_desks_tell_is_the_one_that_is_released():
    plan = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    assert plan["project"]["version"] == settings.VERSION
