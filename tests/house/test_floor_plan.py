"""The floor plan: who may import whom, as pyproject.toml says it."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from importlinter import configuration
from importlinter.application.use_cases import lint_imports

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "pyproject.toml"

# What records may use: what they are made of, and the calendar of working days.
UNDER_RECORDS = {"annotated_types", "chinese_calendar", "pydantic", "pydantic_core"}

# A house in which every rule of the plan is broken once.
BAD_HOUSE = {
    "gridworker/__init__.py": "",
    "gridworker/errors.py": "",
    "gridworker/ui.py": "",
    "gridworker/records/__init__.py": "import gridworker.errors",
    "gridworker/records/kinds/__init__.py": "",
    "gridworker/records/kinds/visit.py": "import gridworker.records.kinds.person",
    "gridworker/records/kinds/person.py": "",
    "gridworker/protocol.py": "import gridworker.errors",
    "gridworker/storage.py": "import gridworker.ui",
    "gridworker/ledger/__init__.py": "",
    "gridworker/ledger/save.py": "import PySide6.QtCore, sqlite3, gridworker.ledger.find",
    "gridworker/ledger/find.py": "def find():\n    import requests, gridworker.ledger.save",
    "gridworker/sync.py": "from gridserver import storage",
    "gridserver/__init__.py": "",
    "gridserver/app.py": "",
    "gridserver/sync.py": "import sqlalchemy, gridworker.errors",
    "gridserver/storage.py": "import fastapi, gridserver.app",
}


def contracts() -> set[str]:
    plan = tomllib.loads(PLAN.read_text("utf-8"))["tool"]["importlinter"]
    return {contract["name"] for contract in plan["contracts"]}


def imported(path: Path) -> Iterator[str]:
    """The top-level name of whatever a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_the_house_stands_as_planned():
    configuration.configure()
    assert lint_imports(str(PLAN), cache_dir=None, is_debug_mode=True, no_logo=True)


def test_every_rule_of_the_plan_can_turn_red(tmp_path):
    for place, text in BAD_HOUSE.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text + "\n", "utf-8")
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    run = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache", "--config", PLAN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"COLUMNS": "200", "PATH": ""},
    )
    broken = re.findall(r"^(.+) BROKEN", run.stdout, re.MULTILINE)
    assert set(broken) == contracts()
    assert run.returncode == 1


def test_records_are_made_of_pydantic_and_the_calendar_alone():
    allowed = UNDER_RECORDS | {"gridworker"} | set(sys.stdlib_module_names)
    records = sorted((ROOT / "gridworker/records").rglob("*.py"))
    assert records
    foreign = {path.name: set(imported(path)) - allowed for path in records}
    assert not {name: names for name, names in foreign.items() if names}
