"""Every act by one name: menus, tooltips, the palette and the shortcut sheet read this list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gridworker.ui.icons import icon


@dataclass(frozen=True)
class Act:
    """What is said of an act in one place; *keys* are Qt's portable names, the first is shown.

    An act with *told* keys only is handled by the widget that has the focus (Return in a list)
    and stands here so that the shortcut sheet names it.
    """

    id: str
    title: str
    keys: tuple[str, ...] = ()
    icon_name: str = ""
    group: str = "其他"
    told: str = ""
    in_palette: bool = True


@dataclass
class _Known:
    act: Act
    action: QAction
    run: list[Callable[[], object]] = field(default_factory=list)


# The keys of the whole desk (each page answers those that mean something on it).
STANDARD: tuple[Act, ...] = (
    Act("palette", "搜索或输入命令", ("Ctrl+K",), "search", "找", in_palette=False),
    Act("filter", "在本页查找", ("Ctrl+F",), "filter", "找"),
    Act("open", "打开选中的一条", (), "open", "找", told="Enter", in_palette=False),
    Act("visit", "记一次走访", ("Ctrl+Shift+N",), "notebook_add", "记"),
    Act("new", "在本页新建", ("Ctrl+N",), "add", "记", in_palette=False),
    Act("edit", "修改", ("F2",), "edit", "记", in_palette=False),
    Act("save", "保存并完成", ("Ctrl+Return", "Ctrl+Enter"), "checkmark", "记", in_palette=False),
    Act("keep", "立即保存草稿", ("Ctrl+S",), "save", "记", in_palette=False),
    Act("close", "关闭抽屉（草稿保留）", (), "dismiss", "记", told="Esc", in_palette=False),
    Act("remove", "移到回收站", ("Del",), "delete", "记", in_palette=False),
    Act("undo", "撤销", ("Ctrl+Z",), "arrow_undo", "记"),
    Act("redo", "重做", ("Ctrl+Y", "Ctrl+Shift+Z"), "arrow_redo", "记"),
    Act("sync", "立即同步", ("F5",), "arrow_sync", "同步与输出"),
    Act("print", "打印", ("Ctrl+P",), "print", "同步与输出"),
    Act("export", "导出", ("Ctrl+E",), "arrow_export", "同步与输出"),
    Act("larger", "字号调大", ("Ctrl++", "Ctrl+="), "text_font_size", "显示"),
    Act("smaller", "字号调小", ("Ctrl+-",), "text_font_size", "显示"),
    Act("usual_size", "字号恢复标准", ("Ctrl+0",), "text_font_size", "显示"),
    Act("theme", "切换深浅色", ("Ctrl+Shift+D",), "dark_theme", "显示"),
    Act("lock", "锁定", ("Ctrl+L",), "lock_closed", "其他"),
    Act("help", "帮助", ("F1",), "question_circle", "其他"),
    Act("shortcuts", "快捷键表", ("Ctrl+/",), "keyboard", "其他"),
)


class Actions(QObject):
    """The acts of one window. An act that nobody answers is disabled and not offered."""

    def __init__(self, window: QWidget, acts: Iterable[Act] = STANDARD) -> None:
        super().__init__(window)
        self._window = window
        self._known: dict[str, _Known] = {}
        for act in acts:
            self.add(act)

    def add(self, act: Act, run: Callable[[], object] | None = None) -> QAction:
        """Make *act* known; *run* answers it."""
        action = QAction(act.title, self._window)
        action.setObjectName(act.id)
        if act.icon_name:
            action.setIcon(icon(act.icon_name))
        action.setShortcuts([QKeySequence(keys) for keys in act.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"{act.title}（{shown_keys(act)}）" if shown_keys(act) else act.title)
        action.setEnabled(False)
        action.triggered.connect(lambda: self._run(act.id))
        self._window.addAction(action)
        self._known[act.id] = _Known(act, action)
        if run is not None:
            self.bind(act.id, run)
        return action

    def bind(self, act_id: str, run: Callable[[], object]) -> None:
        """Let *run* answer *act_id* from now on."""
        known = self._known[act_id]
        known.run = [run]
        known.action.setEnabled(True)

    def action(self, act_id: str) -> QAction:
        """The QAction, for a menu or to switch it off."""
        return self._known[act_id].action

    def act(self, act_id: str) -> Act:
        """What is said of *act_id*."""
        return self._known[act_id].act

    def trigger(self, act_id: str) -> None:
        """Do it, as if its keys had been pressed."""
        self._known[act_id].action.trigger()

    def offered(self) -> list[Act]:
        """What the palette may offer now."""
        known = self._known.values()
        return [k.act for k in known if k.act.in_palette and k.action.isEnabled()]

    def menu(self, act_ids: Iterable[str], parent: QWidget) -> QMenu:
        """A menu of these; an empty id is a line between two groups."""
        menu = QMenu(parent)
        for act_id in act_ids:
            if act_id:
                menu.addAction(self.action(act_id))
            else:
                menu.addSeparator()
        return menu

    def sheet(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The shortcut sheet: groups of (title, keys) in the order in which acts were added."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for known in self._known.values():
            keys = shown_keys(known.act)
            if keys and (known.run or known.act.told):
                groups.setdefault(known.act.group, []).append((known.act.title, keys))
        return list(groups.items())

    def _run(self, act_id: str) -> None:
        for run in tuple(self._known[act_id].run):
            run()


def shown_keys(act: Act) -> str:
    """The keys as the worker reads them, such as ``Ctrl+Enter``."""
    if act.told or not act.keys:
        return act.told
    return act.keys[0].replace("Return", "Enter")
