"""第四步, 下载资料: the worker's own grids come to this machine; who cannot wait goes in at once."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gridworker.errors import Cancelled, GridworkerError
from gridworker.ui.background import Background, Job
from gridworker.ui.pages.welcome_door import Downloaded, Enrolled, WelcomeDoor
from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.widgets.boxes import Card, Column, Flow, Row, clear
from gridworker.ui.widgets.buttons import LinkButton
from gridworker.ui.widgets.chips import Chip
from gridworker.ui.widgets.marks import Avatar
from gridworker.ui.widgets.states import ProgressStrip
from gridworker.ui.widgets.text import Elide, Label
from gridworker.ui.wording import LOADING, progress_words


class DownloadStep(Step):
    """Greets by name and role, loads, and says what came."""

    def __init__(self, door: WelcomeDoor, background: Background, parent: QWidget | None = None) -> None:
        super().__init__("您好！", "", parent)
        self._door, self._background = door, background
        self._job: Job[Downloaded] | None = None
        self._enrolled: Enrolled | None = None
        self.finished = False
        self._who()
        self._words = Label("", "body", wrap=True)
        self.body.addWidget(self._words)
        self._strip = ProgressStrip(self.stop)
        self.body.addWidget(self._strip)
        self._counts_box = QWidget()
        self._counts_box.setObjectName("clear")
        self._counts = Flow(self._counts_box, gap=8)
        self.body.addWidget(self._counts_box)
        row = Row(gap=8)
        row.addStretch(1)
        self.skip = LinkButton(self.tr("不等了，先进去（后面接着下载）"), self._skip)
        row.addWidget(self.skip)
        self.body.addLayout(row)

    def _who(self) -> None:
        card = Card(sunken=True, margins=(14, 12, 14, 12))
        row = Row(gap=12)
        self._avatar = Avatar("", 44)
        row.addWidget(self._avatar)
        self._name = Elide("", "strong")
        self._places = Label("", "second", wrap=True)
        words = Column(gap=2)
        top = Row(gap=8)
        top.addWidget(self._name)
        self._role = Chip("", "primary")
        top.addWidget(self._role)
        top.addStretch(1)
        words.addLayout(top)
        words.addWidget(self._places)
        row.addLayout(words, 1)
        card.body.addLayout(row)
        self.body.addWidget(card)
        self.body.addWidget(Label(self.tr("岗位和网格由账号决定；不对的话，告诉管理员。"), "hint", wrap=True))

    def welcome(self, enrolled: Enrolled) -> None:
        """Who came in."""
        self._enrolled = enrolled
        self._avatar.set_name(enrolled.name)
        self._name.setText(enrolled.name)
        self._role.set_text(enrolled.role_title)
        self._places.setText("、".join(enrolled.places))
        self._places.setVisible(bool(enrolled.places))

    def begin(self) -> None:
        """Load at once."""
        if not self.finished and not self.busy:
            self._load()

    @property
    def busy(self) -> bool:
        """Whether rows are coming in."""
        return self._job is not None and not self._job.over

    @property
    def may_go_back(self) -> bool:
        """Everything before is done."""
        return False

    @property
    def forward_words(self) -> str:
        """What the button does now."""
        if self.busy:
            return self.tr("正在下载…")
        return self.tr("开始工作") if self.finished else self.tr("再试一次")

    def forward(self) -> None:
        """Go in, or try again."""
        if self.finished:
            self.done.emit()
        elif not self.busy:
            self._load()

    def stop(self) -> None:
        """Stop loading; what came stays."""
        if self._job is not None:
            self._job.cancel()

    def _load(self) -> None:
        if self._enrolled is None:
            return
        session = self._enrolled.session
        self.notice.hide()
        self._words.setText(self.tr("正在把您网格的资料下载到这台电脑，以后没有网也能用。"))
        self._strip.show_progress(0, 0, self.tr("正在联系中心…"))
        self._strip.show()
        self._job = self._background.run(
            lambda progress: self._door.download(session, progress),
            then=self._loaded,
            failed=self._broken_off,
            progress=self._show_progress,
            lane="network",
        )
        self.changed.emit()

    def _show_progress(self, done: int, total: int, words: str) -> None:
        self._strip.show_progress(done, total, progress_words(done, total, words) if words == LOADING else words)

    def _loaded(self, downloaded: Downloaded) -> None:
        self.finished = True
        self._strip.hide()
        self.skip.hide()
        clear(self._counts)
        counts = [(words, number) for words, number in downloaded.counts if number]
        for words, number in counts:
            self._counts.addWidget(Chip(f"{words} {number:,}", "ok"))
        self._words.setText(
            self.tr("资料到齐了：")
            if counts
            else self.tr("中心里还没有您网格的资料。您可以先建住户，或者请管理员导入名册。")
        )
        self.changed.emit()

    def _broken_off(self, error: GridworkerError) -> None:
        self._strip.hide()
        if isinstance(error, Cancelled):
            self._words.setText(self.tr("已停下。收到的都在，可以再试一次接着下，也可以先进去。"))
        else:
            self._words.setText(self.tr("没有下载完。收到的都在，再试一次会接着下。"))
            self.notice.say(error.title, error.remedy)
        self.changed.emit()

    def _skip(self) -> None:
        self.stop()
        self.done.emit()
