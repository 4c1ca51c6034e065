"""What stands on the forms of a case, in which order, and how each field is best edited there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.fields import Field
from gridworker.records.kinds.dispute import PARTY_ROLES
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.form_drawer import FormDrawer, Save
from gridworker.ui.forms.record_form import Made, Section
from gridworker.ui.page import Frame
from gridworker.ui.pages.case_editors import GridEditor, StoryEditor
from gridworker.ui.pages.entry_cards import EntryCards
from gridworker.ui.references import References
from gridworker.ui.work import Work

Fields = Mapping[str, Any]

DISPUTE_SECTIONS: Final = (
    ("", ("title", "dispute_type", "summary", "parties")),
    ("地点和来源", ("place", "happened_on", "source", "household")),
    ("规模和风险", ("people", "scale", "risk", "escalating", "police_report")),
    ("", ("photos",)),
)
REGISTER_SECTIONS: Final = (
    ("", ("parties", "dispute_type", "title", "summary")),
    ("地点和来源", ("place", "happened_on", "source", "household")),
    ("", ("photos",)),
    ("规模和风险", ("risk", "escalating", "police_report", "people", "scale")),
)
ACCEPT_SECTIONS: Final = (
    ("", ("parties",)),
    ("受理", ("accepted_on", "mediator", "case_source", "delegated_by")),
    ("案情", ("facts", "claims", "amount", "disputed")),
    ("调解组", ("panel",)),
)
CASE_SECTIONS: Final = (
    ("", ("title", "mediator", "facts", "claims", "amount", "disputed")),
    ("调解组", ("panel",)),
    ("受理", ("case_source", "delegated_by", "applied_on", "note")),
    ("", ("evidence",)),
)
AGREEMENT_SECTIONS: Final = (("", ("agreement_form", "agreement", "agreed_on", "performance", "performance_due")),)
RETURN_SECTIONS: Final = (("", ("return_visit_on", "return_visit", "performed")),)
END_SECTIONS: Final = (("", ("end_reason", "closed_on", "retention", "note")),)

WHAT_HAPPENS: Final[Mapping[str, str]] = {
    "accepted": "征得每一方同意，建立案件，开始计算一个月的调解期限。",
    "mediating": "只改为“调解中”。记一次调解时会自动办理这一步。",
    "agreed": "登记协议的内容、签订日期和履行期限。",
    "failed": "结束调解，告知当事人其他解决途径。",
    "visited": "看协议履行得怎么样，记下回访情况。",
    "archived": "核对案卷，写明结案方式。",
    "refused": "写明理由，告知当事人其他解决途径。",
    "withdrawn": "任何一方随时可以要求终止调解。",
    "transferred": "可能激化的，及时报告公安机关或移交有关部门。",
}
"""What a step means, in one sentence."""

MUST_EXPLAIN: Final[Mapping[str, str]] = {
    "refused": "请写明不予受理的理由。",
    "transferred": "请写明移送到哪里，或者何时报告了谁。",
}

ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "failed": ("not_agreed", "调解未达成协议，已告知其他解决途径。"),
    "withdrawn": ("withdrawn", "当事人撤回，调解终止。"),
}
"""How a step ends a case, and what the grid worker reads of it."""

_BLANKS: Final = ({"role": "applicant"}, {"role": "respondent"})


def _dispute_parties(field: Field, references: References) -> EntryCards:
    return EntryCards(field, references, (("name", "role"), ("phone", "address")), blanks=_BLANKS)


def _case_parties(field: Field, references: References) -> EntryCards:
    lines = (("name", "role"), ("consents", "notified_on"))
    more = (("phone", "address"), ("sex", "nation"), ("birth_date", "id_number"), ("occupation", "agent"))
    return EntryCards(field, references, lines, more=more, blanks=_BLANKS)


def _panel(field: Field, references: References) -> EntryCards:
    return EntryCards(field, references, (("name", "unit"), ("role",)))


EDITORS: Final[Mapping[str, Mapping[str, Made]]] = {
    "dispute": {"parties": _dispute_parties},
    "mediation_case": {
        "parties": _case_parties,
        "panel": _panel,
        "agreement": lambda field, _: StoryEditor(field),
        "facts": lambda field, _: StoryEditor(field),
    },
}


class RegisterDrawer(FormDrawer):
    """A new dispute. Who against whom first: the name of the dispute follows from it."""

    def __init__(self, work: Work, frame: Frame, *, save: Save, initial: Fields, grids: Mapping[str, str]) -> None:
        """*grids*: those that the person looks after, by id; asked for only where there are several."""
        self._suggested = ""
        sections: tuple[Section, ...] = REGISTER_SECTIONS
        if len(grids) > 1:
            who, (heading, where), *rest = sections
            sections = (who, (heading, ("grid", *where)), *rest)
        super().__init__(
            work,
            frame,
            KINDS["dispute"],
            "登记纠纷",
            draft="dispute:new",
            save=save,
            done="已登记纠纷",
            sections=sections,
            initial=initial,
            width=WIDE,
            editors={**EDITORS["dispute"], "grid": lambda field, _: GridEditor(field, grids)},
        )
        self.form.changed.connect(self._name_it)
        self._name_it()

    def first_field(self) -> QWidget | None:
        """The first party's name."""
        parties = self.form.editor("parties")
        return parties.focus_on("")

    def _name_it(self) -> None:
        """``甲与乙邻里纠纷``, as long as nobody has written a name."""
        editor = self.form.editor("title")
        if (editor.value() or "") != self._suggested:
            return
        names = [str(party["name"]) for party in self.form.editor("parties").value().values() if party.get("name")]
        kind = KINDS["dispute"].by_name["dispute_type"].shown(self.form.editor("dispute_type").value())
        words = "与".join(names[:2]) + kind + "纠纷" if len(names) > 1 and kind else ""
        self._suggested = words
        editor.set_value(words or None)


def first_case(dispute: Fields, town: str, mediator: str, today: date) -> dict[str, Any]:
    """What a new case takes over from the registration."""
    taken = ("name", "role", "phone", "address")
    return {
        "title": dispute.get("title"),
        "dispute": dispute["id"],
        "town": town,
        "accepted_on": today.isoformat(),
        "case_source": "application",
        "mediator": mediator,
        "facts": dispute.get("summary"),
        "parties": {
            entry: {name: value for name, value in party.items() if name in taken}
            for entry, party in (dispute.get("parties") or {}).items()
        },
    }


def with_boxes(work: Work, session: Fields) -> dict[str, Any]:
    """A session to be corrected: also who said nothing then has his box."""
    said = dict(session.get("opinions") or {})
    there = {str(opinion.get("party")) for opinion in said.values()}
    for _, person in sorted((session.get("participants") or {}).items()):
        name, standing = str(person.get("name")), str(person.get("standing") or "")
        if name not in there and standing in (*PARTY_ROLES.values(), "当事人"):
            said[work.references.new_id()] = {"party": name}
    return {**session, "opinions": said}
