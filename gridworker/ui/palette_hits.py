"""What Ctrl+K finds besides pages and commands: households, people, diaries, cases, matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gridworker.records import KINDS
from gridworker.ui.palette import Hit
from gridworker.ui.wording import day_of, due_words, moment_words, subject_names
from gridworker.ui.work import Work

KINDS_FOUND: Final = (
    ("household", "home_person"),
    ("person", "person"),
    ("dispute", "handshake"),
    ("matter", "clipboard_task"),
    ("visit", "notebook"),
)
EACH: Final = 6


def record_provider(
    work: Work, open_record: Callable[[str, str], object], visit: Callable[[str], object]
) -> Callable[[str], Sequence[Hit]]:
    """*open_record(kind, id)* shows a record, *visit(household)* writes one down (Ctrl+Enter)."""

    def find(text: str) -> list[Hit]:
        if not text.strip():
            return []
        hits = []
        for kind, icon_name in KINDS_FOUND:
            for hit in work.ledger.search(text, (kind,), EACH):
                second = ("记走访", _visitor(visit, hit.id)) if kind == "household" else None
                hits.append(
                    Hit(
                        hit.title,
                        run=_opener(open_record, kind, hit.id),
                        second=second,
                        icon_name=icon_name,
                        group=KINDS[kind].title,
                        detail=_line(work, kind, hit.id),
                    )
                )
        return hits

    return find


def _line(work: Work, kind: str, record: str) -> str:
    """What tells one record from another of the same name."""
    fields = work.ledger.get(kind, record) or {}
    if kind == "person":
        fields = work.ledger.get("household", str(fields.get("household") or "")) or {}
    if kind == "visit":
        when = moment_words(int(fields["visited_at"]), work.today()) if fields.get("visited_at") else ""
        return "·".join(part for part in (when, subject_names(fields)) if part)
    if kind in ("dispute", "matter"):
        return _standing(work, kind, fields)
    return str(fields.get("address") or "")


def _standing(work: Work, kind: str, fields: Mapping[str, Any]) -> str:
    machine = KINDS[kind].machine
    assert machine is not None, "disputes and matters are moved along"
    state = str(fields.get("state") or "")
    due = due_words(day_of(fields.get("due")), work.today()) if state not in machine.ended else None
    return "·".join(part for part in (machine.states.get(state, ""), due[0] if due else "") if part)


def _opener(open_record: Callable[[str, str], object], kind: str, record: str) -> Callable[[], object]:
    return lambda: open_record(kind, record)


def _visitor(visit: Callable[[str], object], household: str) -> Callable[[], object]:
    return lambda: visit(household)
