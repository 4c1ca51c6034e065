"""带不带照片: before anything is written to a stick, how much it is and whether it finds room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.page import Frame
from gridworker.ui.photo_view import size_words
from gridworker.ui.widgets import Banner, Button, IconLabel, Label, PrimaryButton

if TYPE_CHECKING:
    from gridworker.sync.crates import Load


class StickDrawer(Drawer):
    """*run(files)* writes it, with the photos and papers or without."""

    def __init__(self, load: Load, run: Callable[[bool], object], frame: Frame) -> None:
        super().__init__("导出到U盘", width=NARROW)
        text = f"文字修改 {load.changes} 处。" if load.changes else "没有等待上传的文字。"
        self.body.addWidget(Label(text, "body", wrap=True))
        parts = f"，分成 {load.parts} 份" if load.parts > 1 else ""
        files = f"照片和文件 {load.files} 个，共 {size_words(load.size)}{parts}。"
        self.body.addWidget(Label(files, "body", wrap=True))
        self.body.addWidget(Label(f"U盘上还有 {size_words(load.free)} 空间。", "body", wrap=True))
        self.body.addWidget(Label(_MEANS, "second", wrap=True) if load.fits else _too_much(load))
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self._without = Button("只带文字", lambda: run(False), kind="quiet")
        self._with = PrimaryButton("带照片一起导出", lambda: run(True), icon_name="save")
        if load.changes:
            self.foot.addWidget(self._without)
        else:
            self.foot.addWidget(Button("先不办", frame.close_drawer, kind="quiet"))
        if load.fits:
            self.foot.addWidget(self._with)
            self.submitted.connect(lambda: run(True))
        self._first = self._with if load.fits else self._without

    def first_field(self) -> Button:
        """The button that is most likely meant."""
        return self._first


_MEANS = "照片也是加密的，只有中心能打开。写的时候可以随时取消；已经写好的那几份照样能用。"


def _too_much(load: Load) -> Banner:
    banner = Banner("warn")
    banner.body.addWidget(IconLabel("warning", "warn", 24))
    words = f"装不下照片：需要 {size_words(load.needs)}。请换一个U盘；也可以这次只带文字，照片留在本机，一张也不会丢。"
    banner.body.addWidget(Label(words, "second", wrap=True), 1)
    return banner
