"""The frame that every page stands in: rail, head, messages, content, drawer, status bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.actions import Act, Actions
from gridworker.ui.background import Background
from gridworker.ui.coming_strip import ComingStrip
from gridworker.ui.drawer import Drawer, DrawerHost
from gridworker.ui.icons import app_icon
from gridworker.ui.message_bar import Message, MessageBar
from gridworker.ui.page import Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.palette import Hit, Palette, command_provider
from gridworker.ui.rail import Rail
from gridworker.ui.shortcuts import ShortcutSheet
from gridworker.ui.status_bar import StatusBar
from gridworker.ui.theme import look
from gridworker.ui.undo import Undoable, UndoStack
from gridworker.ui.widgets.boxes import Column, Row

LEAST: Final = QSize(1024, 640)
PAGE_ACTS: Final = ("new", "edit", "remove", "print", "export")


class _Standing:
    """A page that has been built."""

    def __init__(self, page: Page, head: PageHead, body: QWidget) -> None:
        self.page, self.head, self.body = page, head, body
        self.stale: frozenset[str] = frozenset()
        self.width = 0


class MainWindow(QWidget):
    """The window. It knows pages by their keys and nothing of what stands on them."""

    page_changed = Signal(str)
    redrawn = Signal(object)
    """Kinds of which something changed; the pages know it already."""
    closing = Signal()

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("desk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._background = background
        self._acts = Actions(self)
        self._undo = UndoStack()
        self._pages: dict[str, Page] = {}
        self._standing: dict[str, _Standing] = {}
        self._here = ""
        self._trail: list[str] = []
        self._build()
        self._bind()
        self.setWindowIcon(app_icon())
        self.setMinimumSize(LEAST)
        self.resize(1366, 690)

    def _build(self) -> None:
        column = Column(self, gap=0)
        middle = Row(gap=0)
        column.addLayout(middle, 1)
        self.rail = Rail()
        middle.addWidget(self.rail)
        content = QWidget()
        content.setObjectName("content")
        inside = Column(content, margins=(26, 20, 22, 16), gap=0)
        middle.addWidget(content, 1)
        self._heads = Column(gap=0)
        inside.addLayout(self._heads)
        self.messages = MessageBar()
        inside.addWidget(self.messages)
        self.coming = ComingStrip(lambda: self._acts.trigger("sync"), lambda: self.go("settings", "sync"))
        inside.addWidget(self.coming)
        self._stack = QStackedWidget()
        inside.addWidget(self._stack, 1)
        self.status = StatusBar()
        column.addWidget(self.status)
        self._drawers = DrawerHost(self)
        self.palette_box = Palette(self)
        self.palette_box.add_provider(self._page_hits)
        self._sheet = ShortcutSheet(self)
        self.rail.chosen.connect(self.go)

    def _bind(self) -> None:
        bind = self._acts.bind
        bind("palette", self.open_palette)
        bind("filter", self._focus_filter)
        bind("undo", self.undo_last)
        bind("redo", self._redo)
        bind("larger", lambda: look().step_scale(1))
        bind("smaller", lambda: look().step_scale(-1))
        bind("usual_size", lambda: look().set_scale(1.0))
        bind("theme", self._switch_theme)
        bind("shortcuts", lambda: self._sheet.open_sheet(self._acts.sheet()))
        bind("save", self._submit)
        bind("keep", self._keep)
        for act_id in PAGE_ACTS:
            bind(act_id, self._page_act(act_id))
        self.palette_box.add_provider(command_provider(self._acts))

    # What pages ask for -------------------------------------------------------------

    @property
    def acts(self) -> Actions:
        """The acts of the window."""
        return self._acts

    @property
    def background(self) -> Background:
        """The two lanes."""
        return self._background

    @property
    def here(self) -> str:
        """The key of the page in front."""
        return self._here

    def add_page(self, page: Page) -> None:
        """Make *page* known; it is built when it is first visited."""
        self._pages[page.key] = page
        if page.place == "none":
            return
        self.rail.add(page.key, page.title, page.icon, foot=page.place == "foot")
        number = sum(1 for known in self._pages.values() if known.place == "rail")
        if page.place == "rail" and number <= 9:
            act = Act(
                f"page_{page.key}",
                page.title,
                (f"Alt+{number}",),
                page.icon,
                "页面",
                in_palette=False,
            )
            self._acts.add(act, lambda: self.go(page.key))
            self.rail.set_tip(page.key, f"{page.title}（Alt+{number}）")

    def page(self, key: str) -> Page:
        """A page that was added."""
        return self._pages[key]

    def has_page(self, key: str) -> bool:
        """Whether the rail leads to this page."""
        return key in self._pages and self._pages[key].place != "none"

    def page_head(self, key: str) -> PageHead:
        """The title line of a page; the page is built if it was not yet."""
        return self._stand(key).head

    def go(self, key: str, target: object = None) -> None:
        """Show page *key*; *target* is handed to its ``opened``."""
        standing = self._stand(key)
        if self._here and self._here != key:
            self.close_drawer()
            self._standing[self._here].head.hide()
            self._trail = [*self._trail, self._here][-20:]
        self._here = key
        self.coming.fit_page(key)
        standing.head.show()
        self._stack.setCurrentWidget(standing.body)
        self.rail.choose(standing.page.back_to[1] if standing.page.back_to is not None else key)
        self._fit(standing)
        stale, standing.stale = standing.stale, frozenset()
        if stale:
            standing.page.redraw(stale)
        if target is not None:
            standing.page.opened(target)
        standing.page.shown()
        self.page_changed.emit(key)

    def back(self) -> None:
        """Show the page before this one."""
        if self._trail:
            before = self._trail[-1]
            self._trail = self._trail[:-1]
            self.go(before)
            self._trail = self._trail[:-1]

    def say(self, message: Message) -> None:
        """Say something at the top of the content, or of the drawer that covers it."""
        drawer = self._drawers.drawer
        (self.messages if drawer is None else drawer.messages).show_message(message)

    def say_error(self, error: GridworkerError, retry: Callable[[], object] | None = None) -> None:
        """Say what went wrong and what to do; it stays until it is closed."""
        act = (self.tr("再试一次"), retry) if retry is not None else None
        self.say(Message(error.title, "bad", error.remedy, act))

    def offer_undo(self, done: Undoable) -> None:
        """Say what was done with 撤销 beside it, and let Ctrl+Z take it back."""
        self._undo.push(done)
        self._say_done(done)

    def undo_last(self) -> None:
        """Take back the last act that can be taken back."""
        self._take_back(None)

    def open_drawer(self, drawer: Drawer) -> None:
        """Open a drawer at the right."""
        self._drawers.open_drawer(drawer)
        drawer.closed.connect(lambda: self._take_over(drawer.messages))

    def close_drawer(self) -> None:
        """Close it."""
        self._drawers.close_drawer()

    @property
    def drawer(self) -> Drawer | None:
        """The drawer that is open."""
        return self._drawers.drawer

    def open_palette(self, text: str = "") -> None:
        """Open the palette."""
        self.palette_box.open_palette(text)

    def redraw(self, kinds: frozenset[str], *, at_leisure: bool = False) -> None:
        """Records of these kinds changed: the page in front reloads now (or *at_leisure*), the others when shown."""
        # A page whose record is gone leads to another one, which may be built only then.
        for key, standing in tuple(self._standing.items()):
            if key == self._here:
                (standing.page.redraw_at_leisure if at_leisure else standing.page.redraw)(kinds)
            else:
                standing.stale |= kinds
        self.redrawn.emit(kinds)

    def design_width(self) -> int:
        """The window's width in design pixels: large text counts as a smaller window."""
        return round(self.width() / look().scale)

    # Inside -------------------------------------------------------------------------

    def _stand(self, key: str) -> _Standing:
        if key in self._standing:
            return self._standing[key]
        page = self._pages[key]
        crumb = None
        if page.back_to is not None:
            words, parent = page.back_to
            crumb = (words, lambda: self.go(parent))
        head = PageHead(page.title, crumb=crumb)
        if page.search_hint:
            head.add_search(page.search_hint, page.search)
        elif crumb is None:
            head.add_opener(self.open_palette)
        body = page.build(self, head)
        if page.primary:
            act, action = self._acts.act(page.primary), self._acts.action(page.primary)
            button = head.add_act(action, act.icon_name, kind="primary")
            button.set_caption(page.primary_words or act.title)
        head.hide()
        self._heads.addWidget(head)
        self._stack.addWidget(body)
        self._standing[key] = _Standing(page, head, body)
        return self._standing[key]

    def _take_over(self, bar: MessageBar) -> None:
        for message in bar.left_over():
            self.messages.show_message(message)

    def _fit(self, standing: _Standing) -> None:
        width = self.design_width()
        if width != standing.width:
            standing.width = width
            standing.head.fit(width)
            standing.page.fitted(width)

    def _page_hits(self, text: str) -> Sequence[Hit]:
        pages = [page for page in self._pages.values() if page.place != "none"]
        return [
            Hit(
                page.title,
                run=self._opener(page.key),
                icon_name=page.icon,
                group=self.tr("页面"),
                keys=f"Alt+{n}" if page.place == "rail" and n <= 9 else "",
            )
            for n, page in enumerate(pages, 1)
            if text and text in page.title
        ]

    def _opener(self, key: str) -> Callable[[], None]:
        return lambda: self.go(key)

    def _page_act(self, act_id: str) -> Callable[[], None]:
        def run() -> None:
            if self._here and not self._covered():
                self._pages[self._here].act(act_id)

        return run

    def _covered(self) -> bool:
        return any(over.isVisible() for over in (self._drawers, self.palette_box, self._sheet))

    def _submit(self) -> None:
        if self._drawers.drawer is not None:
            self._drawers.drawer.submitted.emit()
        elif self._here:
            self._pages[self._here].act("save")

    def _keep(self) -> None:
        if self._drawers.drawer is not None:
            self._drawers.drawer.keep.emit()
        elif self._here:
            self._pages[self._here].act("keep")

    def _focus_filter(self) -> None:
        field = self._standing[self._here].head.search_field if self._here else None
        if field is None:
            self.open_palette()
        else:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def _take_back(self, act: Undoable | None) -> None:
        try:
            undone = self._undo.undo(act)
        except GridworkerError as error:
            self.say_error(error)  # others have built on it meanwhile: it cannot be taken back any more
            return
        if undone is not None:
            self.say(Message(self.tr("已撤销：") + undone.words, "info"))

    def _redo(self) -> None:
        redone = self._undo.redo()
        if redone is not None:
            self._say_done(redone)

    def _say_done(self, done: Undoable) -> None:
        take_back = (self.tr("撤销"), lambda: self._take_back(done))
        self.say(Message(done.words, "ok", act=take_back))

    def _switch_theme(self) -> None:
        look().set_mode("light" if look().scheme == "dark" else "dark")

    def rescale(self) -> None:
        """Take the size in use."""
        self._refit()

    def _refit(self) -> None:
        self.status.fit(self.design_width())
        if self._here:
            self._fit(self._standing[self._here])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what has no room."""
        super().resizeEvent(event)
        self._refit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing never asks: drafts are kept as they stand."""
        self.close_drawer()
        self.closing.emit()
        super().closeEvent(event)
