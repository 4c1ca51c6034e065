"""The types of field that hold several things at once: a set of tags, a list of sub-records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from gridworker.records.fields import ENTRY_ID, Field, Merge
from gridworker.records.wrong import Wrong


@dataclass(frozen=True, kw_only=True)
class Tags(Field):
    """A set of codes, kept sorted."""

    type: ClassVar[str] = "tags"
    column: ClassVar[str] = "TEXT"
    merge: Merge = Merge.SET
    choices: Mapping[str, str] = field(default_factory=dict)

    def is_clean(self, value: Any) -> bool:
        return type(value) is list and bool(value) and self._is_sorted(value)

    def _is_sorted(self, tags: list[Any]) -> bool:
        choices = self.choices
        before = ""
        for tag in tags:
            if type(tag) is not str or tag not in choices or tag <= before:
                return False
            before = tag
        return True

    def clean(self, value: Any) -> list[str]:
        return [] if value is None or value == "" else self._checked(value)

    def _checked(self, value: Any) -> list[str]:
        if not isinstance(value, list | tuple | set | frozenset):
            raise Wrong(f"{self.title}：应当是一组标签。")
        unknown = [tag for tag in value if not isinstance(tag, str) or tag not in self.choices]
        if unknown:
            raise Wrong(f"{self.title}：列表里没有其中 {len(unknown)} 个标签，请从列表里选择。")
        return sorted(set(value))

    def shown(self, value: Any) -> str:
        return "、".join(self.choices.get(tag, tag) for tag in value or ())


@dataclass(frozen=True, kw_only=True)
class Entries(Field):
    """A list of sub-records: ``{entry id: {field: value}}``, in the order of the ids."""

    type: ClassVar[str] = "entries"
    column: ClassVar[str] = "TEXT"
    merge: Merge = Merge.ENTRIES
    fields: tuple[Field, ...] = ()
    most: int = 200
    found_by: str = ""
    """A fixed field of the record that points where one of the entries does: that entry is found by it."""

    def clean(self, value: Any) -> dict[str, dict[str, Any]]:
        return {} if value is None or value == "" else self._checked(value)

    def _checked(self, value: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise Wrong(f"{self.title}：应当是一份名单。")
        if len(value) > self.most:
            raise Wrong(f"{self.title}：最多 {self.most} 条。")
        return {self.entry_id(entry): self.clean_entry(value[entry]) for entry in sorted(value)}

    def entry_id(self, entry: Any) -> str:
        """``entry`` if it can name an entry; raises ``Wrong``."""
        if not isinstance(entry, str) or not ENTRY_ID.match(entry):
            raise Wrong(f"{self.title}：条目编号不对。")
        return entry

    def field(self, name: str) -> Field | None:
        """The field of an entry with this name."""
        return next((each for each in self.fields if each.name == name), None)

    def clean_entry(self, value: Any) -> dict[str, Any]:
        """One entry as it is kept; fields that this version does not know are kept as they are."""
        if not isinstance(value, dict):
            raise Wrong(f"{self.title}：条目内容不对。")
        known = {each.name for each in self.fields}
        kept = {name: content for name, content in value.items() if name not in known}
        for each in self.fields:
            content = value.get(each.name)
            if not each.is_clean(content):
                content = each.clean(content)
            if content is None and each.required:
                raise Wrong(f"{self.title}：请填写{each.title}。")
            if content is not None:
                kept[each.name] = content
        return kept
