"""Whatever the centre may answer, a worker reads why and what to do: a new reason without words fails here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridserver.errors import REASONS, STATUS
from gridserver.storage import quarantine
from gridworker import errors
from gridworker.protocol.sync import Problem
from gridworker.sync.answers import OF_FILES, Disagreement, Reply, SnapshotGone, TooBig, Unauthorised, refusal
from gridworker.ui.pages import sync_files, sync_words
from gridworker.ui.pages.oversight_aside import WHY

ROOT = Path(__file__).resolve().parents[2]
JUDGES = ("gridworker/records/merge.py", "gridserver/storage/merging.py", "gridserver/storage/handed.py")
"""Where it is decided what becomes of a group."""
DESK = "gridworker/sync/upload.py"
BY_PEOPLE = quarantine.REJECTED
OF_WHOLE_REQUESTS = STATUS.keys()


def codes(call: str, *paths: str) -> Iterator[str]:
    """What is said first to everything of this name: a plain word, or a name whose words stand above it."""
    for path in paths:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == call and node.args:
                yield from said(node.args[0], tree)


def said(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.Name(id=name):
            given = [each.value for each in ast.walk(tree) if isinstance(each, ast.Assign) and names(each) == [name]]
            assert given, f"nobody can say what {name} may be"
            for value in given:
                yield from said(value, tree)
        case ast.IfExp(body=body, orelse=other):
            yield from said(body, tree)
            yield from said(other, tree)
        case _:
            raise AssertionError(f"line {node.lineno}: a code is a plain word, so that its words can be asked for")


def names(assignment: ast.Assign) -> list[str]:
    return [each.id for each in assignment.targets if isinstance(each, ast.Name)]


def put_aside() -> set[str]:
    """The codes of groups that are kept unread: ``done.aside[tx] = (code, reason)``."""
    tree = ast.parse((ROOT / "gridserver/storage/handed.py").read_text("utf-8"))
    found = {
        each.value.elts[0].value
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Subscript) and "aside" in ast.dump(each)
        if isinstance(each.value, ast.Tuple) and isinstance(each.value.elts[0], ast.Constant)
    }
    assert len(found) == 2, "they are said elsewhere now"
    return found


def by_the_desk() -> set[str]:
    tree = ast.parse((ROOT / DESK).read_text("utf-8"))
    found = {
        keyword.value.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "GroupResult"
        for keyword in each.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert found == {"too_big"}
    return found


def test_every_reason_for_which_a_group_comes_back_has_words():
    refused = set(codes("Refused", *JUDGES)) - OF_WHOLE_REQUESTS | {"not_allowed"}
    assert refused | put_aside() | by_the_desk() | {BY_PEOPLE} == set(sync_words.CAME_BACK)


def test_every_reason_for_which_a_group_is_put_off_has_words():
    assert set(codes("Held", *JUDGES)) | {"unknown_record"} == set(sync_words.HELD)


def test_the_words_say_what_to_do():
    for why in (*sync_words.CAME_BACK.values(), *sync_words.HELD.values()):
        assert 2 <= len(why.chip) <= 7
        assert why.do.endswith("。")
        assert any(word in why.do for word in ("请", "不用", "按", "先处理"))


def test_a_supervisor_reads_why_something_was_put_aside():
    assert set(sync_words.CAME_BACK) - {BY_PEOPLE} - by_the_desk() == set(WHY)


def test_every_answer_to_a_whole_request_is_met_by_the_program_or_has_words():
    for code, status in STATUS.items():
        body = Problem(error=code, reason=REASONS[code]).model_dump_json().encode()
        met = refusal(Reply(status, True, "application/json", False, 0, body), "/sync/v1/push")
        if isinstance(met, errors.GridworkerError):
            continue
        if isinstance(met, Disagreement | TooBig | Unauthorised | SnapshotGone):
            continue  # the engine, or the badge, knows what to do
        assert code in OF_FILES | {"bad_request", "version"}, f"{code} would end in a crash page"


def test_every_reason_why_a_file_waits_has_words():
    assert OF_FILES - {"expired", "offset", "not_found"} <= set(sync_files.REASONS)


def every(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from every(each)


@pytest.mark.parametrize(
    "error",
    sorted(
        {each for each in every(errors.GridworkerError) if each.__module__ == errors.__name__}
        - {errors.SignInError, errors.CentreUnreachable},
        key=lambda each: each.__name__,
    ),
    ids=lambda each: each.__name__,
)
def test_every_error_says_what_happened_and_what_to_do(error: type[errors.GridworkerError]):
    own = vars(error)
    assert "title" in own
    assert "advice" in own
    assert error.advice.endswith("。")


def test_no_two_errors_are_called_the_same():
    titles = [each.title for each in every(errors.GridworkerError) if "title" in vars(each)]
    assert len(titles) == len(set(titles))
