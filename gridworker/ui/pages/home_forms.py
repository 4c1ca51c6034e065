"""The forms of a household, its members and its sensitive tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gridworker.errors import GridworkerError
from gridworker.records import KINDS
from gridworker.records.fields import Field
from gridworker.ui.act_undo import undoable
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.editors import Editor, ManyEditor
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.forms.record_form import Made, Section
from gridworker.ui.page import Frame
from gridworker.ui.pages.reveal import note_reveal
from gridworker.ui.references import References
from gridworker.ui.widgets import Banner, IconButton, Label
from gridworker.ui.work import Work

HOME_SECTIONS: Final[tuple[Section, ...]] = (
    ("", (("head_name", "household_no"), "address", ("phone", "phone2"), "villager_group")),
    (
        "居住",
        (("members", "present"), "household_kind", "residence_match", "living_state", "registered_address"),
    ),
    ("房屋", ("ownership", ("floors", "is_rental"), "safety_notes")),
    ("重点和帮扶", ("tags", "difficulty", "next_visit")),
    ("其他", (("moved_in", "moved_out"), "note", "photos")),
)
PERSON_SECTIONS: Final[tuple[Section, ...]] = (
    ("", (("name", "relation"), ("id_number", "phone"), ("sex", "birth_date"))),
    ("户籍和居住", ("population", ("residence_match", "away"), "registered_address", "whereabouts")),
    (
        "其他情况",
        (("nation", "marriage"), ("politics", "education"), ("occupation", "workplace"), "former_name"),
    ),
    ("重点和联系", ("tags", ("guardian", "guardian_phone"))),
    ("备注", ("note", ("moved_out", "died_on"))),
)
TAG_SECTIONS: Final[tuple[Section, ...]] = (
    ("", (("tag", "person"), ("source", "level"), ("valid_from", "valid_to"), "note")),
)
GUARDED: Final = ("id_number", "phone", "phone2", "guardian_phone")
"""What a list masks and an open form shows."""
TO_EDIT: Final = "修改资料"

Fields = Mapping[str, Any]


def choice_of(choices: Mapping[str, str]) -> Made:
    """An editor for a field that points to one of a few records: all of them to choose from."""

    def make(field: Field, _: References) -> Editor:
        return ManyEditor(field, choices)

    return make


class HomeForms:
    """Opens the drawers; each save is one act."""

    def __init__(self, work: Work, dispute: Callable[[Fields], object]) -> None:
        self._work = work
        self.dispute = dispute

    def may(self, act: str, kind: str) -> bool:
        """Whether the person's role may ``create``, ``edit`` or ``remove`` records of this kind."""
        return KINDS[kind].may(act, self._work.ledger.me.role)

    def new_home(self, frame: Frame) -> None:
        """A new household; others that look like it are shown while one types."""
        ledger = self._work.ledger
        grids = {grid: ledger.region_path(grid) for region in ledger.me.regions for grid in ledger.grids_in(region)}
        first = {"grid": ledger.my_grid()}
        several = len(grids) > 1
        sections = (("", ("grid", *HOME_SECTIONS[0][1])), *HOME_SECTIONS[1:]) if several else HOME_SECTIONS
        drawer = self._drawer(
            frame,
            "household",
            "新建住户",
            "household:new",
            first,
            done="已新建住户",
            sections=sections,
            editors={"grid": choice_of(grids)} if several else {},
        )
        AlikeBanner(self._work, drawer)
        frame.open_drawer(drawer)

    def edit_home(self, frame: Frame, home: Fields) -> None:
        """All fields of a household."""
        self._edit(frame, "household", home, "修改住户", "已修改住户", HOME_SECTIONS)

    def new_member(self, frame: Frame, home: Fields) -> None:
        """A person in this household."""
        first = {"household": home["id"], "grid": home.get("grid"), "population": "registered"}
        key = f"person:new:{home['id']}"
        drawer = self._drawer(frame, "person", "添加成员", key, first, done="已添加成员", sections=PERSON_SECTIONS)
        frame.open_drawer(drawer)

    def edit_member(self, frame: Frame, person: str) -> None:
        """All fields of a person."""
        fields = self._work.ledger.get("person", person)
        if fields is not None:
            about = {**fields, "id": person}
            self._edit(frame, "person", about, "修改成员", "已修改成员", PERSON_SECTIONS)

    def new_tag(self, frame: Frame, home: Fields) -> None:
        """A sensitive tag: it lies apart from the file, and only those see it who may."""
        people = {str(each["id"]): str(each.get("name") or "") for each in self._work.ledger.members(str(home["id"]))}
        first = {"household": home["id"], "grid": home.get("grid"), "valid_from": self._work.today().isoformat()}
        first["checked_by"] = self._work.ledger.me.person
        drawer = self._drawer(
            frame,
            "key_group_tag",
            "添加敏感标签",
            f"key_group_tag:new:{home['id']}",
            first,
            done="已添加敏感标签",
            sections=TAG_SECTIONS,
            editors={"person": choice_of(people)},
        )
        note = Banner("info")
        words = "敏感标签单独加密保存，只有本网格和上级督导能看到，列表和搜索里都不显示。"
        note.body.addWidget(Label(words, "second", wrap=True), 1)
        drawer.body.insertWidget(0, note)
        frame.open_drawer(drawer)

    def remove(self, frame: Frame, kind: str, record: str, name: str) -> None:
        """Take a record out, with a way back."""
        ledger = self._work.ledger
        try:
            saved = ledger.remove(kind, record)
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.close_drawer()
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, f"已移到回收站：{name}", saved))

    def _edit(
        self, frame: Frame, kind: str, fields: Fields, title: str, done: str, sections: Sequence[Section]
    ) -> None:
        record = str(fields["id"])
        # The form shows what lists mask: opening it is noted like any other look at it.
        guarded = any(fields.get(name) for name in GUARDED)
        if guarded and not note_reveal(self._work, frame, kind, record, TO_EDIT):
            return
        drawer = self._drawer(
            frame, kind, title, f"{kind}:{record}", fields, record=record, done=done, sections=sections
        )
        name = KINDS[kind].title_of(fields)
        if self.may("remove", kind):
            take_out = IconButton("delete", f"移到回收站：{name}", lambda: self.remove(frame, kind, record, name))
            drawer.head_end.addWidget(take_out)
        frame.open_drawer(drawer)

    def _drawer(
        self,
        frame: Frame,
        kind: str,
        title: str,
        key: str,
        initial: Fields,
        *,
        done: str,
        sections: Sequence[Section],
        record: str | None = None,
        editors: Mapping[str, Made] | None = None,
    ) -> FormDrawer:
        ledger = self._work.ledger
        aside = {k: v for k, v in initial.items() if record is None and v is not None}
        if record is None:
            initial = {each.name: each.default for each in KINDS[kind].fields if each.default is not None} | dict(
                initial
            )

        def save(kept: dict[str, Any]) -> Any:
            return ledger.save(kind, {**aside, **kept}, record, seen=drawer.seen, draft=key)

        drawer = FormDrawer(
            self._work,
            frame,
            KINDS[kind],
            title,
            draft=key,
            save=save,
            done=done,
            sections=sections,
            initial=initial,
            seen=ledger.row(kind, record) if record else None,
            width=WIDE,
            editors=editors,
        )
        return drawer


class AlikeBanner(Banner):
    """Warns while a new household is typed that one like it is here already."""

    def __init__(self, work: Work, drawer: FormDrawer) -> None:
        super().__init__("warn")
        self._work, self._form = work, drawer.form
        self._words = Label("", "second", wrap=True)
        self.body.addWidget(self._words, 1)
        self.hide()
        drawer.body.insertWidget(0, self)
        drawer.form.changed.connect(self._look)

    def _look(self) -> None:
        alike = self._alike(self._form.values())
        self.setVisible(bool(alike))
        if alike:
            lines = [f"{home.get('head_name', '')}　{home.get('address', '')}" for home in alike[:3]]
            self._words.setText("可能已经有这一户，请先核对：\n" + "\n".join(lines))

    def _alike(self, values: Fields) -> list[dict[str, Any]]:
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
