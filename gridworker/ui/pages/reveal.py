"""Shows in full what is masked, once a reason was given, and notes that it was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QMenu, QWidget

from gridworker.records import KINDS
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Button
from gridworker.ui.work import Work

REASONS: Final = ("联系本人或家属", "走访前核对", "办理事项需要", "应急处置")
"""Ready reasons: one click, and the audit still knows why."""


class Reveal(Button):
    """``查看完整信息``; a menu asks for the reason, the message bar shows the content for a while."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        kind: str,
        record: Mapping[str, Any],
        fields: Sequence[str],
        *,
        tags: Sequence[Mapping[str, Any]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("查看完整信息", self._ask, kind="link", icon_name="eye", parent=parent)
        self._work, self._frame, self._kind = work, frame, kind
        self._record, self._fields, self._tags = record, fields, tags

    def _ask(self) -> None:
        menu = QMenu(self)
        menu.addSection("查看的原因（会记录下来）")
        for reason in REASONS:
            menu.addAction(reason).triggered.connect(lambda _=False, why=reason: self.reveal(why))
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def reveal(self, reason: str) -> None:
        """Note the reason, then show."""
        self._work.ledger.audit("reveal", record_kind=self._kind, record=str(self._record["id"]), reason=reason)
        kind = KINDS[self._kind].by_name
        words = [f"{kind[n].title} {kind[n].shown(self._record[n])}" for n in self._fields if self._record.get(n)]
        tag_field = KINDS["key_group_tag"].by_name["tag"]
        words += [f"{tag_field.shown(tag.get('tag'))}（{tag.get('source') or ''}）" for tag in self._tags]
        self._frame.say(Message("　".join(words), "info", f"查看原因：{reason}。已记入操作记录。"))
