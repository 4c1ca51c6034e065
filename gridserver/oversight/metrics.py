"""The centre's figures in Prometheus' text format, version 0.0.4: thirty lines, and no package for them."""

from collections.abc import Iterator, Mapping

from gridserver.storage.health import Health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_REFUSED = "requests_refused_total"

Sample = tuple[str, str, Mapping[str, str], float]
"""Name, what it says, labels, value."""


def exposition(health: Health, refusals: Mapping[str, int] | None = None) -> str:
    """All figures as they are scraped. ``refusals``: requests that this process refused, by code."""
    lines: list[str] = []
    said = ""
    for name, words, labels, value in (*_samples(health), *_refused(refusals or {})):
        if name != said:
            kind = "counter" if name == _REFUSED else "gauge"
            lines += [f"# HELP gridworker_{name} {words}", f"# TYPE gridworker_{name} {kind}"]
            said = name
        shown = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
        lines.append(
            f"gridworker_{name}{{{shown}}} {_number(value)}" if shown else f"gridworker_{name} {_number(value)}"
        )
    return "\n".join(lines) + "\n"


def _refused(refusals: Mapping[str, int]) -> Iterator[Sample]:
    for error, count in sorted(refusals.items()):
        yield _REFUSED, "Requests refused since this process began, by code.", {"error": error}, count


def _samples(health: Health) -> Iterator[Sample]:
    desks, waiting, held, aside = health.desks, health.waiting, health.held, health.quarantine
    for state, count in (("active", desks.active), ("cut_off", desks.cut_off)):
        yield "desks", "Desks by their standing.", {"status": state}, count
    yield "desks_silent", "Active desks not heard from for three days.", {}, desks.silent
    yield "desks_wrong_clock", "Active desks whose clock is more than five minutes off.", {}, desks.wrong_clock
    yield "desk_changes_waiting", "Changes that desks said they still hold.", {}, waiting.changes
    yield "desk_waiting_oldest_seconds", "Age of the oldest of them, at most.", {}, _age(health, waiting.oldest)
    yield "groups_held", "Groups that wait for something else.", {}, held.groups
    yield "groups_held_oldest_seconds", "Age of the oldest of them.", {}, _age(health, held.oldest)
    yield "quarantine_open", "Groups that wait for a person.", {}, aside.open
    for code, count in aside.by_code.items():
        yield "quarantine_open_by_code", "Groups that wait for a person, by reason.", {"code": code}, count
    yield "quarantine_oldest_seconds", "Age of the oldest of them.", {}, _age(health, aside.oldest)
    yield "conflicts_open", "Conflicts that nobody has settled.", {}, health.conflicts.open
    yield "changes_total", "Changes ever taken in.", {}, health.conflicts.changes
    yield "conflicts_per_thousand_changes", "Open conflicts for a thousand changes.", {}, health.conflicts.per_thousand
    yield "buckets", "Buckets with a feed.", {}, health.sums.buckets
    yield "buckets_recounted", "Buckets whose sum was counted again.", {}, health.sums.checked
    yield "bucket_hash_mismatches", "Buckets whose head and rows differ.", {}, len(health.sums.wrong)
    yield "backup_age_seconds", "Time since the last backup; -1: none.", {}, _age(health, health.backup_at, none=-1)
    for name, chore in sorted(health.chores.items()):
        yield "round_ok", "Whether the last round of this name was good.", {"round": name}, int(chore.ok)
    for name, chore in sorted(health.chores.items()):
        yield "round_age_seconds", "Time since the last round of this name.", {"round": name}, _age(health, chore.at)
    yield "database_bytes", "Size of the database.", {}, health.database_bytes
    yield "alarms", "What somebody should look at.", {}, len(health.alarms)


def _age(health: Health, since: int | None, none: float = 0) -> float:
    return none if since is None else max(health.as_of - since, 0) / 1000


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
