"""A step that asks for nothing but a yes: what it means, and one button."""

from __future__ import annotations

from collections.abc import Callable

from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Button, Label, PrimaryButton


class ConfirmDrawer(Drawer):
    """*run* does it; who thinks better of it closes the drawer."""

    def __init__(self, title: str, words: str, button: str, run: Callable[[], object], frame: Frame) -> None:
        super().__init__(title, width=NARROW)
        self.body.addWidget(Label(words, "body", wrap=True))
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self.foot.addWidget(Button("先不办", frame.close_drawer, kind="quiet"))
        self._go = PrimaryButton(button, run, icon_name="checkmark")
        self.foot.addWidget(self._go)
        self.submitted.connect(run)

    def first_field(self) -> Button:
        """The button that does it."""
        return self._go
