"""The lock: the same files for everyone, known by their hash and by nothing else."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["desk.txt", "all.txt"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def requirements(lock: str) -> list[str]:
    """One entry a requirement, its continuation lines joined."""
    text = (ROOT / "requirements" / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


def pins(lock: str) -> set[str]:
    """``name==version`` of every requirement, the name in its normal form."""
    return {line.split()[0] for line in requirements(lock)}


def names(lock: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pins(lock)}


def asked_for(*extras: str) -> set[str]:
    """The normal names of what pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {re.match(r"[\w.-]+", want)[0].lower().replace("_", "-") for want in wanted}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_its_hashes(lock):
    assert requirements(lock)
    for line in requirements(lock):
        assert re.match(r"[a-z0-9-]+==[\w.]+ ", line), line
        assert HASH.search(line), line


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_stands_in_the_lock(lock):
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    assert "://" not in text
    assert "index" not in text.replace("--hash", "")
    assert "find-links" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_qt_is_the_one_that_runs_on_our_workers_systems(lock):
    qt = {pin for pin in pins(lock) if pin.startswith("pyside6")}
    assert qt == {"pyside6-essentials==6.9.3", "pyside6-essentials==6.8.0.2"}
    (arm,) = [line for line in requirements(lock) if line.startswith("pyside6-essentials==6.8")]
    assert "platform_machine == 'aarch64' and sys_platform == 'linux'" in arm


@pytest.mark.parametrize("lock", LOCKS)
def test_what_would_harm_us_is_not_locked(lock):
    assert "sqlcipher3" in names(lock)
    assert names(lock).isdisjoint({"sqlcipher3-wheels", "sqlcipher3-binary", "keyrings-alt"})
    assert names(lock).isdisjoint({"pyside6", "pyside6-addons", "lazy-importer"})


def test_the_locks_hold_what_the_project_asks_for_and_agree():
    assert asked_for() <= names("desk.txt")
    assert asked_for("centre", "dev") <= names("all.txt")
    assert pins("desk.txt") <= pins("all.txt")
    assert names("desk.txt").isdisjoint({"fastapi", "sqlalchemy", "pytest", "pypinyin"})
