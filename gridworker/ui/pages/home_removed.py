"""回收站 of households: what was removed at this desk, each with a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridworker.errors import GridworkerError
from gridworker.ui.act_undo import undoable
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Card, EmptyState, Label, ListRow, Row, RowList, Scroll, clear
from gridworker.ui.wording import moment_words, tag_chips
from gridworker.ui.work import Work


class RemovedHomes(Card):
    """The latest first."""

    def __init__(self, work: Work, frame: Frame, leave: Callable[[], object]) -> None:
        """*leave*: back to the households that are there."""
        super().__init__(margins=(1, 14, 1, 4), gap=6)
        self._work, self._frame, self._leave = work, frame, leave
        self._scroll = Scroll(gap=0)
        self.body.addWidget(self._scroll, 1)

    def load(self) -> int:
        """Show what is there now; how many."""
        clear(self._scroll.body)
        homes = self._work.ledger.removed_here("household")
        if not homes:
            words = "在本机移走的住户会留在这里，随时可以恢复。"
            ways = [("看全部住户", self._leave)]
            self._scroll.body.addWidget(EmptyState("delete", "回收站里没有住户。", words, ways_out=ways))
            return 0
        hint = Label("这里是在本机移走的住户。恢复后，成员和走访记录都还在。", "second", wrap=True)
        above = Row(margins=(18, 0, 18, 6))
        above.addWidget(hint)
        self._scroll.body.addLayout(above)
        rows = RowList()
        for home in homes:
            rows.add(self._row(home))
        self._scroll.body.addWidget(rows)
        self._scroll.body.addStretch(1)
        return len(homes)

    def _row(self, home: Mapping[str, Any]) -> ListRow:
        who = self._work.ledger.names().get(str(home["_removed_by"]), "")
        when = moment_words(int(home["_removed_at"]), self._work.today())
        row = ListRow(
            str(home.get("head_name") or ""),
            tags=tag_chips(home.get("tags"))[:2],
            line="　".join(part for part in (str(home.get("address") or ""), f"{who} {when} 移走") if part),
        )
        row.add_act("恢复", lambda: self._restore(home), icon_name="arrow_undo")
        return row

    def _restore(self, home: Mapping[str, Any]) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = ledger.restore("household", str(home["id"]))
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, f"已恢复：{home.get('head_name', '')}", saved))
