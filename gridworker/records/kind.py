"""What a kind of record declares: everything that table, form, wire, centre and search need to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from gridworker.records.fields import Field, Merge, Ref, Searched
from gridworker.records.files import Files
from gridworker.records.machine import Machine
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong

NOTHING: tuple[Any, ...] = (None, [], {})
"""The values of a field in which nothing stands."""

_NOBODYS = (Merge.FIXED, Merge.HOME, Merge.STATE, Merge.CENTRE)
"""No person edits such a field by itself."""


GIVEN = frozenset({"region", "staff_member"})
"""Kinds whose records the centre makes before anybody can point at them."""


class Role(StrEnum):
    """Who somebody is to the centre."""

    GRID_WORKER = "grid_worker"
    MEDIATOR = "mediator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    CENTRE = "centre"
    """The centre itself, when it writes."""


ROLE_TITLES: Mapping[str, str] = {
    Role.GRID_WORKER: "网格员",
    Role.MEDIATOR: "调解员",
    Role.SUPERVISOR: "督导",
    Role.ADMIN: "管理员",
    Role.CENTRE: "中心",
}


class BucketClass(StrEnum):
    """What sort of bucket a record lies in; a bucket is a class, a region, and perhaps one record."""

    GRID = "grid"
    """A grid's ordinary archives and diaries."""
    SENSITIVE = "sensitive"
    """A grid's sensitive facts (privacy class A)."""
    CASE = "case"
    """A town's mediation cases."""
    REFERENCE = "reference"
    """A county's regions and staff, for everybody."""
    USER = "user"
    """One person's own."""
    ANY = "any"
    """Wherever the record lies that it speaks of; only the centre makes such records."""


@dataclass(frozen=True)
class Rights:
    """Which roles may make, edit and remove records of a kind."""

    create: frozenset[str]
    edit: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    author_only: bool = False
    """Only who made it may edit or remove it."""
    move: frozenset[str] = frozenset()
    """Roles that may move it to another region; what follows it goes along."""


def roles(*names: Role) -> frozenset[str]:
    """A set of roles, as a kind declares it."""
    return frozenset(names)


@dataclass(frozen=True)
class Follows:
    """A record lies where another one lies: that which its field ``pointer`` names."""

    pointer: str
    kind: str
    """Of the record that is followed."""
    while_open: bool = False
    """Only until its machine has ended: what was settled stays where it was settled."""


@dataclass(frozen=True)
class Alike:
    """Fields that no two records share, all of them together."""

    fields: tuple[str, ...]
    every: int = 0
    """The last one is a number that counts in steps of this size."""

    def said(self, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """What a record says of itself; None when something is missing."""
        values: list[Any] = []
        for name in self.fields:
            value = fields.get(name)
            if value in NOTHING:
                return None
            values.append(value)
        return (*values[:-1], values[-1] // self.every) if self.every else tuple(values)


@dataclass(frozen=True)
class Summary:
    """A count kept beside the rows, in the same transaction: how many rows per ``by`` and ``bucket``."""

    name: str
    by: tuple[str, ...]
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Only rows whose field has one of these values."""
    latest: str = ""
    """Also keep the largest value of this field."""


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    name: str
    title: str
    fields: tuple[Field, ...]
    home: BucketClass
    rights: Rights
    home_field: str = "grid"
    """The field with the id of the region (or person) whose bucket it lies in."""
    follows: tuple[Follows, ...] = ()
    """Where it goes when that moves; of several the first whose pointer is filled."""
    lies_with: str = ""
    """The field with the record in whose bucket it lies, whatever its region: what only named people may see."""
    icon: str = "document"
    title_fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """What a list shows."""
    indexes: tuple[tuple[str, ...], ...] = ()
    indexed_later: bool = False
    """A desk lets new records into the ``indexes`` some at a time; for a kind of which one is written at every door."""
    summaries: tuple[Summary, ...] = ()
    machine: Machine | None = None
    append_only: bool = False
    """Written once, never edited or removed."""
    alike: tuple[Alike, ...] = ()
    """By what two records are perhaps one person, one household, one visit."""
    rules: tuple[Callable[[Mapping[str, Any]], str], ...] = ()
    """Checks over several fields: Chinese reason, or "" when all is well."""

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Field by name."""
        return {each.name: each for each in self.fields}

    @cached_property
    def glances(self) -> Mapping[str, Callable[[Any], bool]]:
        """By field: whether a value can be seen at a glance to be as it is kept."""
        return {each.name: each.is_clean for each in self.fields}

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """The fields that must be filled."""
        return tuple(each for each in self.fields if each.required)

    @cached_property
    def moves(self) -> bool:
        """Whether a record of this kind can come to lie elsewhere, and says then in a field where."""
        home = self.by_name.get(self.home_field)
        return home is not None and home.merge is Merge.HOME

    @cached_property
    def searched_fields(self) -> tuple[Field, ...]:
        """The fields that search looks at."""
        return tuple(each for each in self.fields if each.searched is not Searched.NO)

    @cached_property
    def searched_at_all(self) -> tuple[Field, ...]:
        """The same, and lists of which a field is looked at."""
        no = Searched.NO
        return tuple(
            each
            for each in self.fields
            if any(one.searched is not no for one in (each.fields if isinstance(each, Entries) else (each,)))
        )

    @cached_property
    def file_fields(self) -> tuple[Files, ...]:
        """The lists of attached files."""
        return tuple(each for each in self.fields if isinstance(each, Files))

    @cached_property
    def kept_by_centre(self) -> Mapping[str, frozenset[str]]:
        """Of each list, the fields of an entry that the centre keeps."""
        lists = [each for each in self.fields if isinstance(each, Entries)]
        found = {each.name: frozenset(f.name for f in each.fields if f.merge is Merge.CENTRE) for each in lists}
        return {name: names for name, names in found.items() if names}

    def is_centres(self, path: str) -> bool:
        """Whether the centre alone keeps what stands at ``path``."""
        name, _, rest = path.partition("/")
        return rest.partition("/")[2] in self.kept_by_centre.get(name, ())

    def a_persons(self, path: str, value: Any) -> Any:
        """The value for a new record ("") or at ``path`` without what the centre alone keeps."""
        if not self.kept_by_centre or not isinstance(value, dict):
            return value
        if not path:
            if self.kept_by_centre.keys().isdisjoint(value):
                return value
            return {name: self._cleared(name, each) for name, each in value.items()}
        name, _, entry = path.partition("/")
        return value if not entry or "/" in entry else self._cleared(name, {entry: value})[entry]

    def _cleared(self, name: str, entries: Any) -> Any:
        centres = self.kept_by_centre.get(name)
        if not centres or not isinstance(entries, dict):
            return entries
        return {
            entry: {k: v for k, v in value.items() if k not in centres} if isinstance(value, dict) else value
            for entry, value in entries.items()
        }

    @cached_property
    def pointers(self) -> tuple[Field, ...]:
        """The fields that point at records which people make; lists that hold such a field."""
        return tuple(each for each in self.fields if any(map(points, getattr(each, "fields", (each,)))))

    @cached_property
    def pointer_names(self) -> frozenset[str]:
        """Their names."""
        return frozenset(each.name for each in self.pointers)

    def field(self, path: str) -> Field | None:
        """The field at ``name``, ``name/entry/name`` or, for a whole entry or a tag, ``name/entry``."""
        name, _, rest = path.partition("/")
        found = self.by_name.get(name)
        if not rest or found is None:
            return found
        inner = rest.partition("/")[2]
        return found.field(inner) if inner and isinstance(found, Entries) else found

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """The line by which a person knows the record."""
        words = (self.by_name[name].shown(fields.get(name)) for name in self.title_fields)
        first_line = " ".join(word for word in words if word).split("\n")[0]
        return first_line[:60] or self.title

    def clean(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """All fields as they are kept, checked for a new record; unknown ones stay as they are.

        Raises ``Wrong`` with the field's name and the remedy.
        """
        kept = {name: value for name, value in fields.items() if name not in self.by_name}
        for each in self.fields:
            value = fields.get(each.name)
            if value is None:
                value = each.default
            # Most fields stay empty or are filled in well: there is nothing to be cleaned in them.
            if value is None and not each.required:
                continue
            if each.is_clean(value):
                kept[each.name] = value
            else:
                try:
                    kept[each.name] = _whole(each, each.clean(value))
                except Wrong as wrong:
                    raise Wrong(wrong.reason, each.name) from None
        self.check(kept)
        return {name: value for name, value in kept.items() if value not in NOTHING}

    def clean_field(self, path: str, value: Any) -> Any:
        """One field's value as it is kept. Raises ``Wrong``; a field not known is left as it is."""
        found = self.field(path)
        if found is None:
            return value
        if "/" in path and isinstance(found, Entries):
            return _cleaned(found.clean_entry, path, value)
        if "/" in path and isinstance(found, Tags):
            return _cleaned(found.clean, path, [value])[0]
        return _cleaned(lambda given: _whole(found, found.clean(given)), path, value)

    def check(self, fields: Mapping[str, Any]) -> None:
        """The rules over several fields. Raises ``Wrong``."""
        for rule in self.rules:
            if reason := rule(fields):
                raise Wrong(reason)

    def may(self, act: str, role: str, path: str = "") -> bool:
        """Whether ``role`` may ``create``, ``edit`` (the field at ``path``), ``remove`` or ``move``."""
        if act == "create":
            return role in self.rights.create
        if self.append_only:
            return False
        if act == "remove":
            return role in self.rights.remove
        if act == "move":
            return role in self.rights.move
        found = self.field(path)
        top = self.by_name.get(path.partition("/")[0])
        if any(each is not None and each.merge in _NOBODYS for each in (found, top)):
            return False
        editors = (found.editors if found is not None else None) or (top.editors if top else None)
        return role in (editors if editors is not None else self.rights.edit)


def points(field: Field) -> bool:
    """Whether the field points at records that people make."""
    return isinstance(field, Ref) and bool(field.to) and not GIVEN.intersection(field.to)


def _cleaned(clean: Callable[[Any], Any], path: str, value: Any) -> Any:
    try:
        return clean(value)
    except Wrong as wrong:
        raise Wrong(wrong.reason, path) from None


def _whole(field: Field, value: Any) -> Any:
    if field.required and value in NOTHING:
        raise Wrong(f"请填写{field.title}。")
    return value
