"""The forms of a household and its members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gridworker.records import KINDS
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Banner, Label
from gridworker.ui.work import Work

HOME_SECTIONS: Final = (
    ("", ("head_name", "address", "phone", "phone2", "household_no", "villager_group")),
    ("居住", ("members", "present", "household_kind", "residence_match", "living_state", "registered_address")),
    ("房屋", ("ownership", "is_rental", "floors", "safety_notes")),
    ("重点和帮扶", ("tags", "difficulty", "next_visit")),
    ("其他", ("moved_in", "moved_out", "note")),
)
PERSON_SECTIONS: Final = (
    ("", ("name", "relation", "id_number", "sex", "birth_date", "phone")),
    ("户籍和居住", ("population", "residence_match", "registered_address", "away", "whereabouts")),
    ("其他情况", ("nation", "marriage", "politics", "education", "occupation", "workplace")),
    ("重点和联系", ("tags", "guardian", "guardian_phone")),
    ("备注", ("note", "moved_out", "died_on")),
)


class HomeForms:
    """Opens the drawers; each save is one act."""

    def __init__(self, work: Work, dispute: Callable[[Mapping[str, Any]], object]) -> None:
        self._work = work
        self.dispute = dispute

    def new_home(self, frame: Frame) -> None:
        """A new household; others that look like it are shown while one types."""
        grid = self._work.ledger.my_grid()
        drawer = self._drawer(
            frame, "household", "新建住户", "household:new", {"grid": grid}, None, "已新建住户", HOME_SECTIONS
        )
        _AlikeBanner(self._work, drawer, frame)
        frame.open_drawer(drawer)

    def edit_home(self, frame: Frame, home: Mapping[str, Any]) -> None:
        """All fields of a household."""
        record = str(home["id"])
        frame.open_drawer(
            self._drawer(
                frame, "household", "修改住户", f"household:{record}", home, record, "已修改住户", HOME_SECTIONS
            )
        )

    def new_member(self, frame: Frame, home: Mapping[str, Any]) -> None:
        """A person in this household."""
        first = {"household": home["id"], "grid": home.get("grid"), "population": "registered"}
        key = f"person:new:{home['id']}"
        frame.open_drawer(self._drawer(frame, "person", "添加成员", key, first, None, "已添加成员", PERSON_SECTIONS))

    def edit_member(self, frame: Frame, person: str) -> None:
        """All fields of a person."""
        fields = self._work.ledger.get("person", person)
        if fields is None:
            return
        frame.open_drawer(
            self._drawer(frame, "person", "修改成员", f"person:{person}", fields, person, "已修改成员", PERSON_SECTIONS)
        )

    def _drawer(
        self,
        frame: Frame,
        kind: str,
        title: str,
        key: str,
        initial: Mapping[str, Any],
        record: str | None,
        done: str,
        sections: Any,
    ) -> FormDrawer:
        seen = self._work.ledger.row(kind, record) if record else None
        kept_aside = {k: v for k, v in initial.items() if record is None and v is not None}

        def save(kept: dict[str, Any]) -> Any:
            fields = {**kept_aside, **kept}
            return self._work.ledger.save(kind, fields, record, seen=seen, draft=key)

        return FormDrawer(
            self._work,
            frame,
            KINDS[kind],
            title,
            draft=key,
            save=save,
            done=done,
            sections=sections,
            initial=initial,
            width=WIDE,
        )


class _AlikeBanner:
    """Warns while a new household is typed that one like it is here already."""

    def __init__(self, work: Work, drawer: FormDrawer, frame: Frame) -> None:
        self._work, self._drawer = work, drawer
        self._banner = Banner("warn")
        self._words = Label("", "second", wrap=True)
        self._banner.body.addWidget(self._words, 1)
        self._banner.hide()
        drawer.body.insertWidget(0, self._banner)
        drawer.form.changed.connect(self._look)

    def _look(self) -> None:
        values = self._drawer.form.values()
        alike = self._alike(values)
        self._banner.setVisible(bool(alike))
        if alike:
            lines = [f"{home.get('head_name', '')}　{home.get('address', '')}" for home in alike[:3]]
            self._words.setText("可能已经有这一户，请先核对：\n" + "\n".join(lines))

    def _alike(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        ledger = self._work.ledger
        name, phone = values.get("head_name"), values.get("phone")
        found: dict[str, dict[str, Any]] = {}
        if isinstance(name, str) and len(name.strip()) >= 2:
            for home in ledger.find("household", where=(("head_name", "=", name.strip()),), limit=3):
                found[home["id"]] = home
        if isinstance(phone, str) and len(phone.strip()) >= 7:
            hits = [hit.id for hit in ledger.search(phone.strip(), ("household",), 3)]
            found |= ledger.many("household", hits)
        return list(found.values())
