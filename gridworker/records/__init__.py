"""What is recorded: plain data and rules, known to desk and centre alike."""

from collections.abc import Mapping

from gridworker.records.kind import Kind
from gridworker.records.kinds.audit import AUDIT
from gridworker.records.kinds.conflict import CONFLICT
from gridworker.records.kinds.dispute import DISPUTE
from gridworker.records.kinds.household import HOUSEHOLD
from gridworker.records.kinds.key_group_tag import KEY_GROUP_TAG
from gridworker.records.kinds.matter import MATTER
from gridworker.records.kinds.mediation_case import MEDIATION_CASE
from gridworker.records.kinds.mediation_session import MEDIATION_SESSION
from gridworker.records.kinds.person import PERSON
from gridworker.records.kinds.region import REGION
from gridworker.records.kinds.review import REVIEW
from gridworker.records.kinds.staff_member import STAFF_MEMBER
from gridworker.records.kinds.visit import VISIT

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        REGION,
        STAFF_MEMBER,
        HOUSEHOLD,
        PERSON,
        KEY_GROUP_TAG,
        VISIT,
        MATTER,
        DISPUTE,
        MEDIATION_CASE,
        MEDIATION_SESSION,
        REVIEW,
        AUDIT,
        CONFLICT,
    )
}
"""The catalogue of kinds, spelled out, in the order in which one depends on another."""
