"""The window from the first password to the last word: real doors, real stores, whoever sits down at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gridworker.app.coming_in import Session
from gridworker.app.window import OpenedDesk
from gridworker.errors import DeviceWiped, DiskFull
from gridworker.storage.backup import folder_of
from gridworker.storage.store import Store
from gridworker.storage.wipes import WipeNote
from gridworker.sync import wiping
from gridworker.sync.report import Report
from gridworker.ui.background import Progress
from gridworker.ui.pages.crash import CrashSheet
from gridworker.ui.pages.help_overlay import HelpOverlay
from gridworker.ui.pages.settings import SettingsPage
from gridworker.ui.pages.settings_sync import SyncSection
from gridworker.ui.pages.unlock import UnlockPage
from gridworker.ui.pages.unlock_restore import RestoreView
from gridworker.ui.pages.welcome import CONNECT, WelcomePage
from gridworker.ui.preferences import LookMemory
from gridworker.ui.shell import Shell
from gridworker.ui.theme import Theme
from tests.helpers import small_grid
from tests.helpers.laptop import PASSWORD, Laptop, quiet
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.notebook import KEY, TOWN
from tests.helpers.small_grid import HOME

USER = "grid_worker"


@pytest.fixture(scope="session")
def grid_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small grid, made once."""
    return small_grid.template(tmp_path_factory.mktemp("small-grid"))


@pytest.fixture
def laptop(tmp_path: Path, grid_template: Path) -> Laptop:
    """A laptop on which 王芳 works."""
    laptop = Laptop(tmp_path / "home", grid_template)
    laptop.worker()
    return laptop


@dataclass
class Sitting:
    """One window on the laptop, and what a hand does in it."""

    laptop: Laptop
    shell: Shell
    qtbot: QtBot
    opened: list[OpenedDesk] = field(default_factory=list)

    @property
    def page(self) -> UnlockPage:
        """The unlock page, which must stand there."""
        page = self.shell.currentWidget()
        assert isinstance(page, UnlockPage)
        return page

    def come_in(self, password: str = PASSWORD) -> None:
        """Type the password and wait for the desk."""
        QTest.keyClicks(self.page.entry.password.line, password)
        QTest.keyClick(self.page.entry.password.line, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.shell.window_of_worker is not None)

    def press(self, words: str, within: QWidget | None = None) -> None:
        """Press the visible button with these words."""
        found = (within or self.shell).findChildren(QPushButton)
        next(each for each in found if each.isVisible() and each.text() == words).click()

    def write_visit(self, text: str) -> None:
        """Begin a diary and leave it half written."""
        assert self.shell.desktop is not None
        self.shell.desktop.open_visit((HOME,))
        box = next(each for each in self.shell.findChildren(QPlainTextEdit) if each.accessibleName() == "情况")
        box.setFocus()
        QTest.keyClicks(box, text)

    def drafts(self) -> list[str]:
        """What stands in the drafts of the store, whoever has it."""
        store = self.laptop.store(USER)
        found = [str(draft.fields) for draft in store.drafts()]
        store.close()
        return found


@pytest.fixture
def sit_down(laptop: Laptop, theme: Theme, qtbot: QtBot) -> Iterator[Callable[[], Sitting]]:
    """Opens windows on the laptop."""
    shells: list[Shell] = []

    def open_window() -> Sitting:
        shell = Shell(laptop.door(), OpenedDesk, LookMemory(theme, laptop.home))
        shells.append(shell)
        shell.begin()
        shell.show()
        qtbot.waitUntil(shell.isActiveWindow)
        return Sitting(laptop, shell, qtbot)

    yield open_window
    for shell in shells:
        shell.close()
        shell.deleteLater()
    # Outside an event loop Qt keeps what was closed, and dresses it again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def sitting(sit_down: Callable[[], Sitting]) -> Sitting:
    """One window, at its first page."""
    return sit_down()


@pytest.fixture
def inside(sitting: Sitting) -> Sitting:
    """王芳 is in."""
    sitting.come_in()
    return sitting


def words(root: QWidget) -> str:
    """All that is to be read."""
    return "\n".join(each.text() for each in root.findChildren(QLabel) if each.isVisible())


# Coming in ---------------------------------------------------------------------------


def test_the_password_opens_today_with_the_days_data(inside: Sitting):
    window = inside.shell.window_of_worker
    assert window is not None
    assert window.here == "today"
    assert "王芳" in words(window)
    assert "王桂英" in words(window)


def test_a_wrong_password_is_told_and_the_window_stays_shut(sitting: Sitting, qtbot: QtBot):
    QTest.keyClicks(sitting.page.entry.password.line, "mingqing2025")
    QTest.keyClick(sitting.page.entry.password.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "还可以试 4 次" in sitting.page.entry.password.wrong())
    assert sitting.shell.window_of_worker is None


def test_a_new_machine_begins_with_the_first_run(tmp_path: Path, theme: Theme, grid_template: Path, qtbot: QtBot):
    laptop = Laptop(tmp_path / "empty", grid_template)
    shell = Shell(laptop.door(), OpenedDesk, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.begin()
    assert isinstance(shell.currentWidget(), WelcomePage)


def test_a_damaged_store_is_brought_back_from_a_backup(laptop: Laptop, sitting: Sitting, qtbot: QtBot):
    path = laptop.machine.vault.worker(USER).path
    store = laptop.store(USER)
    store.backup_to(folder_of(path) / "by-hand-1.db", KEY)
    store.close()
    laptop.damage(USER)
    page = sitting.page
    page.entry.password.line.setText(PASSWORD)
    page.entry.submit()
    qtbot.waitUntil(lambda: "有损坏" in page.entry.notice.words())
    sitting.press("恢复备份", page)
    view = page.aside
    assert isinstance(view, RestoreView)
    view.password.line.setText(PASSWORD)
    view.submit()
    qtbot.waitUntil(lambda: sitting.shell.window_of_worker is not None)
    assert sitting.shell.desk is not None
    assert sitting.shell.desk.work.ledger.count("household") == 30


def test_a_store_of_a_newer_program_is_told_kindly(laptop: Laptop, sitting: Sitting, qtbot: QtBot):
    laptop.set_version(USER, 9_001)
    sitting.page.entry.password.line.setText(PASSWORD)
    sitting.page.entry.submit()
    qtbot.waitUntil(lambda: "安装新版程序" in sitting.page.entry.notice.words())
    assert sitting.shell.window_of_worker is None


def test_a_second_window_of_one_store_is_told_and_may_try_again(
    inside: Sitting, sit_down: Callable[[], Sitting], qtbot: QtBot
):
    second = sit_down()
    second.page.entry.password.line.setText(PASSWORD)
    second.page.entry.submit()
    qtbot.waitUntil(lambda: "另一个窗口" in second.page.entry.notice.words())
    inside.shell.lock()
    second.press("再试一次", second.page)
    qtbot.waitUntil(lambda: second.shell.window_of_worker is not None)


def test_a_disk_that_fills_up_between_door_and_desk_is_told_on_the_porch(laptop: Laptop, theme: Theme, qtbot: QtBot):
    def full(session: object) -> OpenedDesk:
        session.lock.release()  # type: ignore[attr-defined]
        raise DiskFull

    shell = Shell(laptop.door(), full, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.begin()
    shell.enter(laptop.door().unlock(USER, PASSWORD, quiet()))
    page = shell.currentWidget()
    assert isinstance(page, UnlockPage)
    assert "磁盘空间不足" in page.entry.notice.words()


# Going out ---------------------------------------------------------------------------


def test_locking_keeps_the_half_written_diary_and_lets_the_store_go(inside: Sitting):
    inside.write_visit("afterwards")
    inside.shell.lock()
    assert inside.page.entry.user == USER
    assert any("afterwards" in each for each in inside.drafts())
    inside.come_in()
    assert "没有正常退出" not in words(inside.shell), "nothing died: nothing is said of it"


def test_ctrl_l_locks(inside: Sitting, qtbot: QtBot):
    QTest.keyClick(inside.shell.window_of_worker, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(inside.shell.currentWidget(), UnlockPage))


def test_another_worker_of_the_laptop_finds_his_own_desk_and_his_own_size(
    laptop: Laptop, inside: Sitting, theme: Theme
):
    theme.set_scale(1.2)
    laptop.worker("mediator", password="tiaojie2026")
    inside.shell.switch_worker()
    inside.page.reload("mediator")
    theme.set_scale(1.0)
    inside.come_in("tiaojie2026")
    window = inside.shell.window_of_worker
    assert window is not None
    assert "李明" in words(window)
    inside.shell.switch_worker()
    inside.page.reload(USER)
    inside.come_in()
    assert theme.scale == 1.2


def test_closing_asks_nothing_keeps_the_draft_and_lets_the_store_go(laptop: Laptop, inside: Sitting):
    inside.write_visit("unfinished")
    inside.shell.close()
    assert any("unfinished" in each for each in inside.drafts())
    with laptop.machine.vault.window_lock(USER).take():
        pass
    with laptop.machine.vault.sync_lock(USER).take():
        pass


class Slow:
    """A desk whose sync waits at a gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.running = threading.Event()
        self.ends: list[str] = []

    def open(self, session: object) -> OpenedDesk:
        """As ``OpenedDesk``."""
        slow = self

        class Desk(OpenedDesk):
            def sync(self, progress: Progress) -> object:  # type: ignore[override]
                slow.running.set()
                while not progress.cancelled and not slow.gate.wait(0.01):
                    pass
                slow.ends.append("cancelled" if progress.cancelled else "finished")
                progress.check()
                return super().sync(progress)

        return Desk(session)  # type: ignore[arg-type]


@pytest.mark.parametrize(("opens_after", "end"), [(0.2, "finished"), (60.0, "cancelled")])
def test_a_running_sync_may_come_to_its_end_for_three_seconds(
    laptop: Laptop, theme: Theme, qtbot: QtBot, opens_after: float, end: str
):
    slow = Slow()
    shell = Shell(laptop.door(), slow.open, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.show()
    shell.enter(laptop.door().unlock(USER, PASSWORD, quiet()))
    qtbot.waitUntil(slow.running.is_set)
    gate = threading.Timer(opens_after, slow.gate.set)
    gate.start()
    shell.close()
    gate.cancel()
    assert slow.ends == [end]
    assert not shell.isVisible()
    with laptop.machine.vault.window_lock(USER).take():
        pass


def test_locking_waits_for_no_sync(laptop: Laptop, theme: Theme, qtbot: QtBot):
    slow = Slow()
    shell = Shell(laptop.door(), slow.open, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.show()
    shell.enter(laptop.door().unlock(USER, PASSWORD, quiet()))
    qtbot.waitUntil(slow.running.is_set)
    shell.lock()
    qtbot.waitUntil(lambda: slow.ends == ["cancelled"])


class Ordered(OpenedDesk):
    """A desk whose next sync brings the centre's order to destroy the store."""

    def sync(self, progress: Progress) -> Any:
        entry, machine = self.desk.opened.entry, self.desk.machine
        note = WipeNote(entry.store, entry.name, "device", 1, False, "https://127.0.0.1:9", "", machine.now(), "proof")
        wiping.carry_out(machine, note)
        raise DeviceWiped


@pytest.mark.parametrize("others", [True, False])
def test_a_wiped_store_closes_the_desk_at_once_and_is_said_at_the_door(
    laptop: Laptop, theme: Theme, qtbot: QtBot, others: bool
):
    if others:
        laptop.worker("mediator")
    shell = Shell(laptop.door(), Ordered, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.show()
    shell.enter(laptop.door().unlock(USER, PASSWORD, quiet()))
    qtbot.waitUntil(lambda: shell.window_of_worker is None)
    assert "王芳 在这台电脑上的资料已清除" in words(shell)
    assert isinstance(shell.currentWidget(), UnlockPage) is others
    assert not laptop.home.joinpath("stores").exists() or len(list(laptop.home.glob("stores/*"))) == int(others)


# Another post ------------------------------------------------------------------------


class Adjusted(OpenedDesk):
    """A desk whose next syncs bring what the centre says of the worker by then."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.said: dict[str, Any] = {}

    def sync(self, progress: Progress) -> Any:
        with closing(self.desk.open_store()) as store:
            store.set_meta("account", {**store.meta("account"), **self.said})
        return Report()


@pytest.fixture
def adjusted(laptop: Laptop, theme: Theme, qtbot: QtBot) -> Iterator[tuple[Shell, Adjusted]]:
    """王芳 is in, and her first sync is over."""
    desks: list[Adjusted] = []

    def opened(session: Any) -> Adjusted:
        desks.append(Adjusted(session))
        return desks[-1]

    shell = Shell(laptop.door(), opened, LookMemory(theme, laptop.home))
    qtbot.addWidget(shell)
    shell.show()
    shell.enter(laptop.door().unlock(USER, PASSWORD, quiet()))
    with qtbot.waitSignal(shell.control.finished):
        pass
    yield shell, desks[0]
    shell.close()


def pages(shell: Shell) -> list[str]:
    """What the rail leads to."""
    assert shell.window_of_worker is not None
    return [each for each in ("oversight", "today", "homes") if shell.window_of_worker.has_page(each)]


def test_who_gets_another_post_finds_her_pages_laid_out_for_it(
    laptop: Laptop, adjusted: tuple[Shell, Adjusted], qtbot: QtBot
):
    shell, desk = adjusted
    assert pages(shell) == ["today", "homes"]
    shell.window_of_worker.go("homes")
    desk.said = {"role": "supervisor", "regions": [TOWN]}
    shell.control.ask()
    qtbot.waitUntil(lambda: pages(shell) == ["oversight", "homes"])
    assert shell.window_of_worker.here == "homes"
    assert "您现在是督导" in words(shell)
    assert any(each.text() == "王芳·督导" for each in shell.findChildren(QPushButton))
    assert desk.work.ledger.me.role == "supervisor"
    assert laptop.machine.vault.worker(USER).role == "supervisor", "the door knows it too"


def test_what_is_being_written_is_finished_first(adjusted: tuple[Shell, Adjusted], qtbot: QtBot):
    shell, desk = adjusted
    window = shell.window_of_worker
    shell.desktop.open_visit((HOME,))
    desk.said = {"role": "supervisor"}
    shell.control.ask()
    qtbot.waitUntil(lambda: "您现在是督导" in words(shell))
    assert shell.window_of_worker is window
    assert window.drawer is not None
    window.close_drawer()
    shell.control.ask()
    qtbot.waitUntil(lambda: pages(shell) == ["oversight", "homes"])


# Quiet minutes -----------------------------------------------------------------------


class Resting:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.ms = 1_000_000


@pytest.fixture
def clock(inside: Sitting) -> Resting:
    """The clock by which the desk's quiet minutes are counted; ten of them lock."""
    resting = Resting()
    inside.shell._idle.begin(lambda: resting.ms, 600_000)
    return resting


def test_after_ten_quiet_minutes_it_locks_and_says_why(inside: Sitting, clock: Resting, qtbot: QtBot):
    inside.write_visit("left")
    clock.ms += 599_999
    inside.shell._idle.look()
    qtbot.wait(20)
    assert inside.shell.window_of_worker is not None
    clock.ms += 1
    inside.shell._idle.look()
    qtbot.waitUntil(lambda: isinstance(inside.shell.currentWidget(), UnlockPage))
    assert "离开的时间较长" in inside.page.entry.notice.words()
    assert any("left" in each for each in inside.drafts())


def wheel(window: object) -> None:
    """One notch."""
    delta = QPoint(0, 120)
    event = QWheelEvent(
        QPointF(600, 400),
        QPointF(600, 400),
        delta,
        delta,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window, event)  # type: ignore[arg-type]


def move(window: object) -> None:
    """The mouse over the list."""
    QTest.mouseMove(window, QPoint(700, 300))  # type: ignore[call-overload]


def key(window: object) -> None:
    """One key."""
    QTest.keyClick(window, Qt.Key.Key_Down)  # type: ignore[call-overload]


def click(window: object) -> None:
    """One click beside everything."""
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(700, 5))  # type: ignore[call-overload]


@pytest.mark.parametrize("touch", [wheel, move, key, click])
def test_whoever_reads_scrolls_or_moves_the_mouse_is_there(
    inside: Sitting, clock: Resting, touch: Callable[[object], None], qtbot: QtBot
):
    clock.ms += 590_000
    touch(inside.shell.windowHandle())
    clock.ms += 590_000
    inside.shell._idle.look()
    qtbot.wait(20)
    assert inside.shell.window_of_worker is not None


def test_chinese_typing_counts_though_no_key_arrives(inside: Sitting, clock: Resting, qtbot: QtBot):
    inside.write_visit("")
    box = QApplication.focusWidget()
    assert isinstance(box, QPlainTextEdit)
    clock.ms += 590_000
    box.insertPlainText("阿婆身体还好")
    qtbot.wait(20)
    clock.ms += 590_000
    inside.shell._idle.look()
    qtbot.wait(20)
    assert inside.shell.window_of_worker is not None


def test_a_laptop_that_slept_too_long_is_locked_at_the_first_touch(inside: Sitting, clock: Resting, qtbot: QtBot):
    clock.ms += 8 * 3_600_000
    key(inside.shell.windowHandle())
    qtbot.waitUntil(lambda: isinstance(inside.shell.currentWidget(), UnlockPage))


def test_never_means_never(inside: Sitting, qtbot: QtBot):
    inside.shell.set_lock_minutes(0)
    assert not inside.shell._idle.watching
    inside.shell.set_lock_minutes(5)
    assert inside.shell._idle.watching
    inside.shell.lock()
    assert inside.shell._idle is None


# What stands around the pages ----------------------------------------------------------


def test_f1_helps_over_an_open_drawer_and_leaves_it_open(inside: Sitting):
    inside.write_visit("help")
    window = inside.shell.window_of_worker
    assert window is not None
    window.acts.trigger("help")
    assert window.drawer is not None
    overlay = window.findChild(HelpOverlay)
    assert overlay is not None
    assert overlay.isVisible()


def test_the_word_of_encryption_leads_to_what_guards_the_store(inside: Sitting):
    window = inside.shell.window_of_worker
    assert window is not None
    window.status.safety_pressed.emit()
    assert window.here == "settings"
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    assert page.choice.value() == "safety"


def test_a_desk_without_a_centre_is_led_to_one_with_its_drafts(
    laptop: Laptop, sitting: Sitting, sit_down: Callable[[], Sitting]
):
    begun = laptop.door().begin_offline("chen", "陈国民", "mimahenchang", quiet())
    store = Store.open(begun.opened.entry.path, begun.opened.key)
    store.keep_draft("visit:new", "visit", "走访", {"content": "老人身体还好"}, laptop.now[0])
    store.close()
    begun.lock.release()
    sitting.page.reload("chen")
    sitting.come_in("mimahenchang")
    window = sitting.shell.window_of_worker
    assert window is not None
    window.go("settings", "sync")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    section = page.choose("sync")
    assert isinstance(section, SyncSection)
    section.connect_button.click()
    welcome = sitting.shell.currentWidget()
    assert isinstance(welcome, WelcomePage)
    assert welcome.here == CONNECT
    assert welcome.connect_step.user.text() == "chen"
    assert not welcome.connect_step.local_password.isHidden()
    welcome.go(0)
    welcome.back()
    assert sitting.page.entry.user == "chen"


def test_restoring_from_the_settings_asks_for_the_password_first(laptop: Laptop, inside: Sitting, qtbot: QtBot):
    window = inside.shell.window_of_worker
    assert window is not None
    window.go("settings", "data")
    inside.press("现在备份", window)
    qtbot.waitUntil(lambda: len(laptop.door().backups(USER)) == 1)
    (backup,) = laptop.door().backups(USER)
    inside.shell.show_restore(backup.key)
    view = inside.page.aside
    assert isinstance(view, RestoreView)
    assert view.chooser.value() == backup.key
    view.password.line.setText(PASSWORD)
    view.submit()
    qtbot.waitUntil(lambda: inside.shell.window_of_worker is not None)


# What nobody foresaw -------------------------------------------------------------------


def crash(sitting: Sitting, *, again: bool = False, saved: list[Path] | None = None) -> CrashSheet:
    """Something went wrong in the window."""

    def save() -> Path:
        path = sitting.laptop.home / "logs" / "diagnosis.txt"
        if saved is not None:
            saved.append(path)
        return path

    sitting.shell.show_crash(again, lambda: 1, save)
    sheet = sitting.shell.findChild(CrashSheet)
    assert sheet is not None
    return sheet


def test_a_crash_keeps_the_draft_first_and_says_so_plainly(inside: Sitting):
    inside.write_visit("kept")
    sheet = crash(inside)
    assert "程序出了问题，您的内容都已保存" in words(sheet)
    assert "草稿" in words(sheet)
    assert any("kept" in each for each in inside.drafts())
    assert QApplication.focusWidget() is sheet.go_on_button
    inside.press("继续", sheet)
    assert not sheet.isVisible()
    assert inside.shell.window_of_worker is not None
    assert inside.shell.window_of_worker.drawer is not None, "work goes on where it was"


def test_a_draft_that_could_not_be_kept_is_not_called_kept(inside: Sitting):
    inside.write_visit("lost")
    counts = iter((1, 2))
    inside.shell.show_crash(True, lambda: next(counts), Path)
    sheet = inside.shell.findChild(CrashSheet)
    assert sheet is not None
    assert "您的内容都已保存" not in words(sheet)
    assert "抄下来" in words(sheet)
    inside.press("继续", sheet)
    window = inside.shell.window_of_worker
    assert window is not None
    assert window.drawer is not None, "it can still be read"


def test_the_same_crash_again_leads_through_the_door_anew(inside: Sitting):
    sheet = crash(inside, again=True)
    inside.press("重新进入", sheet)
    assert inside.page.entry.user == USER


def test_a_second_crash_does_not_pile_up(inside: Sitting):
    crash(inside)
    crash(inside)
    assert len(inside.shell.findChildren(CrashSheet)) == 1


def test_a_crash_on_the_porch_brings_a_fresh_page(sitting: Sitting):
    before = sitting.page
    sheet = crash(sitting)
    assert "草稿" not in words(sheet)
    inside = sitting
    inside.press("继续", sheet)
    assert sitting.page is not before
    sitting.come_in()


def test_the_diagnosis_is_saved_and_its_place_is_named(inside: Sitting):
    saved: list[Path] = []
    sheet = crash(inside, saved=saved)
    inside.press("保存诊断信息", sheet)
    assert str(saved[0]) in words(sheet)


def test_a_diagnosis_that_cannot_be_saved_is_told(inside: Sitting):
    def full() -> Path:
        raise DiskFull

    inside.shell.show_crash(False, lambda: 1, full)
    sheet = inside.shell.findChild(CrashSheet)
    assert sheet is not None
    inside.press("保存诊断信息", sheet)
    assert "没能保存" in words(sheet)
    assert sheet.save_button.isVisible()


@pytest.mark.parametrize(("mode", "scale"), [("light", 1.0), ("dark", 1.0), ("light", 1.4), ("light", 2.0)])
def test_the_crash_page_is_legible(inside: Sitting, theme: Theme, mode: str, scale: float):
    theme.set_mode(mode)  # type: ignore[arg-type]
    theme.set_scale(scale)
    inside.shell.resize(1024, 640)
    inside.write_visit("large")
    sheet = crash(inside)
    sheet.save()
    settle(sheet)
    assert cut_off(sheet) == []
    assert nameless(sheet) == []


def test_an_error_that_no_page_caught_is_said_in_its_own_words(sitting: Sitting):
    sitting.shell.say_error(DiskFull())
    assert "磁盘空间不足" in sitting.page.entry.notice.words()
    sitting.come_in()
    sitting.shell.say_error(DiskFull())
    window = sitting.shell.window_of_worker
    assert window is not None
    told = window.messages.current()
    assert told is not None
    assert told.text == DiskFull.title


# The run before died -------------------------------------------------------------------


def fall(laptop: Laptop, drafts: int) -> None:
    """A run that kept so many drafts and died."""
    lock = laptop.machine.vault.window_lock(USER).take()
    store = laptop.store(USER)
    store.keep_draft("old", "visit", "走访", {}, laptop.now[0] - 90_000_000)
    for number in range(drafts):
        store.keep_draft(f"visit:{number}", "visit", "走访", {"content": "x"}, laptop.now[0])
    store.close()
    note = lock._path.read_text("utf-8")
    lock.release()
    lock._path.write_text(note, "utf-8")


@pytest.mark.parametrize(
    ("drafts", "told"),
    [(0, "上次没有正常退出，已保存的内容都在。"), (1, "已恢复 1 篇草稿。"), (2, "已恢复 2 篇草稿。")],
)
def test_a_run_that_died_is_told_with_what_was_recovered(laptop: Laptop, sitting: Sitting, drafts: int, told: str):
    fall(laptop, drafts)
    sitting.come_in()
    window = sitting.shell.window_of_worker
    assert window is not None
    message = window.messages.current()
    assert message is not None
    assert told in message.text
    assert message.stays
    window.messages.press_act()
    sitting.shell.lock()
    sitting.come_in()
    window = sitting.shell.window_of_worker
    assert window is not None
    assert window.messages.current() is None, "it is told once"
