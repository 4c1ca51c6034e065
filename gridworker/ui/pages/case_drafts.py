"""Which form of which dispute a draft belongs to, by its key."""

from __future__ import annotations

from gridworker.ledger import Ledger

FORMS = ("dispute", "mediation_case", "mediation_session")
"""The first word of the keys of all drafts of cases."""


def form_of(ledger: Ledger, key: str) -> tuple[str, str]:
    """(dispute, form) as the case page opens them; ``dispute:new`` is no form of that page.

    Keys: ``dispute:<id>[:<form>]``, ``mediation_case:<case>[:<form>]``, ``mediation_case:<dispute>:accept``,
    ``mediation_session:<dispute>[:<session>]``.
    """
    kind, _, rest = key.partition(":")
    record, _, form = rest.partition(":")
    if kind == "mediation_session":
        return record, form or "session"
    if kind == "mediation_case" and form != "accept":
        case = ledger.get("mediation_case", record)
        return str(case["dispute"]) if case is not None else "", form or "case"
    return record, form or "edit"
