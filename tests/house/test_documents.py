"""The documents say what is so: the map names every room, the README every command, and links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker.records import KINDS
from gridworker.records.fields import Privacy
from gridworker.records.kind import BucketClass

TREE = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path for path in [*TREE.glob("*.md"), *TREE.glob("docs/**/*.md")])
# Written so that the pattern itself names no place.
MACHINE = re.compile(r"(?<![\w.])/(?:w[o]rk|root|home)/|[.]libr[a]ry")


def _packages() -> set[str]:
    found = set()
    for tower in ("gridworker", "gridserver"):
        for init in (TREE / tower).rglob("__init__.py"):
            found.add(".".join(init.parent.relative_to(TREE).parts))
    return found


def _named() -> set[str]:
    text = (TREE / "ARCHITECTURE.md").read_text("utf-8")
    table = text[text.index("## The packages") : text.index("## How data flows")]
    return set(re.findall(r"^\| `(\S+)` \|", table, re.MULTILINE))


def test_the_map_names_every_package_and_no_other():
    assert _named() == _packages()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_inside_the_project_leads_to_a_file(document):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_file_of_code_that_is_named_is_there(document):
    named = re.findall(
        r"`((?:tests|simulation|benchmarks|gridworker|gridserver)/[\w/]+\.py)`", document.read_text("utf-8")
    )
    assert [name for name in named if not (TREE / name).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_names_the_two_commands(name):
    text = (TREE / name).read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def _commands(*words: str) -> list[str]:
    shown = subprocess.run(
        [sys.executable, "main.py", *words, "--help"], cwd=TREE, capture_output=True, text=True, check=True
    ).stdout
    return re.findall(r"^    ([a-z][a-z-]+) ", shown, re.MULTILINE)


@pytest.mark.parametrize("words", [("centre",), (), ("records",), ("conflicts",)], ids=" ".join)
def test_the_readme_names_every_command(words):
    text = (TREE / "README.md").read_text("utf-8")
    commands = _commands(*words)
    assert commands
    assert [command for command in commands if command not in text] == []


def test_every_decision_says_why():
    for page in (TREE / "docs" / "decisions").glob("*.md"):
        text = page.read_text("utf-8")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name}: {part}"


def test_no_file_tells_of_the_machine_it_was_written_on():
    names = subprocess.run(
        ["git", "ls-files"], cwd=TREE, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    own = Path(__file__).relative_to(TREE).as_posix()
    told = [
        name
        for name in names
        if name.endswith((".py", ".md", ".toml", ".sh", ".html", ".json")) and name != own
        if MACHINE.search((TREE / name).read_text("utf-8"))
    ]
    assert told == []


def test_no_sensitive_field_lies_in_a_base_bucket():
    for kind in KINDS.values():
        if kind.home in (BucketClass.GRID, BucketClass.CASE, BucketClass.REFERENCE):
            assert [field.name for field in kind.fields if field.privacy is Privacy.A] == [], kind.name
