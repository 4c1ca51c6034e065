"""The way to a centre, step by step, with the step at which it ends and what to do there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError
from gridworker.ui.background import Background, Job, Progress
from gridworker.ui.icons import IconLabel
from gridworker.ui.widgets.boxes import Card, Column, Row
from gridworker.ui.widgets.states import ProgressStrip
from gridworker.ui.widgets.text import Label

if TYPE_CHECKING:
    from gridworker.sync.reach import Reach

Way = Callable[[str, Path | None, Progress], "Reach"]
"""How far one gets towards an address, with the authority that alone is trusted; runs in the network lane."""

_ORDER: Final = ("address", "dns", "tcp", "tls", "proxy", "centre")


class ReachSteps(Card):
    """Six steps, each with a tick, a cross or a circle; under them what the failed one means."""

    ended = Signal(bool)

    def __init__(self, way: Way, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(sunken=True, gap=8, parent=parent)
        self._way, self._background = way, background
        self._job: Job[Reach] | None = None
        self._strip = ProgressStrip(self.stop)
        self.body.addWidget(self._strip)
        self._marks: dict[str, tuple[IconLabel, Label]] = {}
        steps = Column(gap=6)
        for key, words in zip(_ORDER, self._titles(), strict=True):
            row, icon, label = Row(gap=8), IconLabel("circle", "ctl"), Label(words, "second")
            row.addWidget(icon)
            row.addWidget(label, 1)
            steps.addLayout(row)
            self._marks[key] = (icon, label)
        self._list = QWidget()
        self._list.setObjectName("clear")
        self._list.setLayout(steps)
        self.body.addWidget(self._list)
        self._verdict = Label("", "strong", wrap=True)
        self._advice = Label("", "second", wrap=True)
        self.body.addWidget(self._verdict)
        self.body.addWidget(self._advice)
        self.error: GridworkerError | None = None
        self.clear()

    def _titles(self) -> tuple[str, ...]:
        return (
            self.tr("地址写得对"),
            self.tr("查得到这个地址（DNS）"),
            self.tr("连得上（TCP）"),
            self.tr("证书可信（TLS）"),
            self.tr("没有被上网认证页拦住"),
            self.tr("应答的是中心"),
        )

    @property
    def running(self) -> bool:
        """Whether a test runs."""
        return self._job is not None and not self._job.over

    def verdict(self) -> str:
        """What was found, in one line; empty before a test."""
        return self._verdict.text()

    def clear(self) -> None:
        """Forget the last test."""
        self.stop()
        self.error = None
        self._verdict.setText("")
        self.hide()

    def test(self, address: str, ca: Path | None) -> None:
        """Try the way; ``ended`` tells whether it is free."""
        if self.running:
            return

        def work(progress: Progress) -> Reach:
            return self._way(address, ca, progress)

        for part in (self._list, self._verdict, self._advice):
            part.hide()
        self._strip.show_progress(0, 0, self.tr("正在测试，最多半分钟…"))
        self._strip.show()
        self.show()
        self._job = self._background.run(work, then=self._found, failed=self._broken_off, lane="network")

    def stop(self) -> None:
        """Break the test off."""
        if self._job is not None:
            self._job.cancel()

    def _found(self, reach: Reach) -> None:
        self._strip.hide()
        self.error = reach.error
        failed = _ORDER.index(reach.step) if not reach.ok and reach.step in _ORDER else len(_ORDER)
        for place, key in enumerate(_ORDER):
            self._mark(key, "ok" if place < failed else "bad" if place == failed else "ctl")
        if reach.ok:
            self._say(self.tr("连得上，可以登录。"), "", ok=True)
        elif reach.error is not None:
            self._say(reach.error.title, reach.error.remedy, ok=False)
        self._list.show()
        self.ended.emit(reach.ok)

    def _mark(self, key: str, token: str) -> None:
        icon, label = self._marks[key]
        icon.show_icon({"ok": "checkmark_circle", "bad": "dismiss_circle", "ctl": "circle"}[token], token)
        label.set_tone("bad" if token == "bad" else None)
        said = {"ok": self.tr("通过"), "bad": self.tr("没有通过"), "ctl": self.tr("还没试到")}[token]
        label.setAccessibleName(f"{label.text()}：{said}")

    def _say(self, verdict: str, advice: str, *, ok: bool) -> None:
        self._verdict.setText(verdict)
        self._verdict.set_tone("ok" if ok else "bad")
        self._advice.setText(advice)
        self._verdict.show()
        self._advice.setVisible(bool(advice))

    def _broken_off(self, error: GridworkerError) -> None:
        self._strip.hide()
        self.error = error
        if isinstance(error, Cancelled):
            self.hide()
        else:
            self._say(error.title, error.remedy, ok=False)
        self.ended.emit(False)
