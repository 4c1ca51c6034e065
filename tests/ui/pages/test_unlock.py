"""The first page of the morning: who, the password, and what helps when it does not open."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gridworker.errors import (
    CentreUnreachable,
    DiskFull,
    GridworkerError,
    KeyringNeeded,
    LeaseOver,
    StoreBusy,
    StoreDamaged,
    StoreTooNew,
)
from gridworker.storage.keys import Cost
from gridworker.storage.store import Store
from gridworker.storage.vault import Vault
from gridworker.ui.background import Background, Progress
from gridworker.ui.pages.help_overlay import HelpOverlay
from gridworker.ui.pages.unlock import UnlockPage
from gridworker.ui.pages.unlock_door import KnownBackup, KnownWorker
from gridworker.ui.pages.unlock_forgot import ForgotView
from gridworker.ui.pages.unlock_restore import RestoreView
from gridworker.ui.theme import Theme
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.paper_door import MORNING, PaperDoor, paper_worker

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD = "mingqing2026"


@pytest.fixture
def door() -> PaperDoor:
    second = paper_worker("chengm", "陈国民", known=KnownWorker("chengm", "陈国民", "调解员", MORNING - 86_400_000))
    return PaperDoor(paper_worker(), second)


@pytest.fixture
def page(door: PaperDoor, background: Background, shown: Callable[[QWidget], QWidget]) -> Iterator[UnlockPage]:
    page = UnlockPage(door, background)
    page.resize(1366, 690)
    shown(page)
    page.entry.begin()
    yield page
    door.before = lambda: None


def button(root: QWidget, words: str) -> QPushButton:
    """The visible button that says *words*."""
    return next(each for each in root.findChildren(QPushButton) if each.isVisible() and words in each.text())


def type_in(qtbot: QtBot, words: str) -> None:
    """Type where the cursor stands."""
    field = QApplication.focusWidget()
    assert field is not None
    qtbot.keyClicks(field, words)


def press(qtbot: QtBot, key: Qt.Key) -> None:
    """Press a key where the cursor stands."""
    field = QApplication.focusWidget()
    assert field is not None
    qtbot.keyClick(field, key)


def test_the_worker_of_yesterday_types_his_password_and_is_in(page: UnlockPage, qtbot: QtBot):
    assert page.entry.user == "lixl"
    type_in(qtbot, PASSWORD)
    with qtbot.waitSignal(page.opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    assert opened.args == ["session of lixl"]
    assert page.entry.password.text() == ""


def test_another_worker_of_this_laptop_is_one_click_away(page: UnlockPage, qtbot: QtBot):
    row = page.entry.chooser.row("chengm")
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is page.entry.password.line
    type_in(qtbot, PASSWORD)
    with qtbot.waitSignal(page.opened) as opened:
        qtbot.mouseClick(page.entry.open_button, Qt.MouseButton.LeftButton)
    assert opened.args == ["session of chengm"]


def test_workers_are_chosen_by_keyboard_too(page: UnlockPage, qtbot: QtBot):
    page.entry.chooser.row("lixl").setFocus()
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Space)
    assert page.entry.user == "chengm"
    assert QApplication.focusWidget() is page.entry.password.line


def test_a_wrong_password_is_told_at_the_field_and_can_be_typed_over(page: UnlockPage, qtbot: QtBot):
    type_in(qtbot, "wrong")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "密码不对" in page.entry.password.wrong())
    assert page.entry.password.line.selectedText() == "wrong"
    assert QApplication.focusWidget() is page.entry.password.line
    type_in(qtbot, PASSWORD)
    assert page.entry.password.wrong() == ""
    with qtbot.waitSignal(page.opened):
        press(qtbot, Qt.Key.Key_Return)


def test_after_the_lease_the_password_goes_to_the_centre_once(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    door.trouble = LeaseOver()
    type_in(qtbot, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "太久没有连接中心" in page.entry.notice.words())
    assert "不会丢" in page.entry.notice.words()
    door.trouble = CentreUnreachable()
    button(page, "连接中心并打开").click()
    qtbot.waitUntil(lambda: "连不上中心" in page.entry.notice.words())
    assert page.entry.password.text() == PASSWORD, "nobody types it twice"
    door.trouble = None
    with qtbot.waitSignal(page.opened):
        button(page, "连接中心并打开").click()
    assert door.asked[-2:] == ["unlock_at_centre", "unlock"]


def test_no_password_asks_for_one_and_tries_nothing(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    press(qtbot, Qt.Key.Key_Return)
    assert page.entry.password.wrong() == "请输入密码。"
    assert door.asked == []


def test_after_five_wrong_ones_it_says_how_many_minutes_to_wait(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    for _ in range(5):
        page.entry.password.line.setText("wrong")
        tried = len(door.asked)
        page.entry.submit()
        qtbot.waitUntil(lambda tried=tried: len(door.asked) > tried and page.entry.open_button.text() == "打开")
        qtbot.waitUntil(lambda: page.entry.password.wrong() != "" or page.entry.notice.isVisible())
    assert "15 分钟" in page.entry.notice.words()
    assert not page.entry.password.isEnabled()
    assert QApplication.focusWidget() is page.entry.forgot_button
    door.people["lixl"].locked = 60_000 * 3 + 1
    page.entry._look_at_lock()
    assert "4 分钟" in page.entry.notice.words()
    page.entry.chooser.choose("chengm")
    assert page.entry.password.isEnabled()
    page.entry.chooser.choose("lixl")
    assert not page.entry.password.isEnabled()
    door.people["lixl"].locked = 0
    page.entry._look_at_lock()
    assert page.entry.password.isEnabled()
    assert page.entry.notice.words() == ""


@pytest.mark.parametrize(
    ("trouble", "words", "way_out"),
    [
        (StoreDamaged(), "资料文件有损坏", "恢复备份"),
        (StoreTooNew(), "更新的版本", "恢复备份"),
        (StoreBusy(), "另一个窗口", "再试一次"),
        (KeyringNeeded(), "钥匙串", "忘记密码"),
    ],
)
def test_every_trouble_with_the_store_has_a_way_out(
    page: UnlockPage, door: PaperDoor, qtbot: QtBot, trouble: GridworkerError, words: str, way_out: str
):
    door.trouble = trouble
    type_in(qtbot, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(page.entry.notice.isVisible)
    assert words in page.entry.notice.words()
    assert button(page.entry.notice, way_out).isEnabled()


def test_a_full_disk_is_told_and_the_next_try_is_free(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    door.trouble = DiskFull()
    type_in(qtbot, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(page.entry.notice.isVisible)
    door.trouble = None
    page.entry.password.line.setText(PASSWORD)
    with qtbot.waitSignal(page.opened):
        page.entry.submit()
    assert page.entry.notice.words() == ""


def test_the_window_lives_while_the_key_is_stretched(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    go_on = threading.Event()
    door.before = lambda: go_on.wait(10)
    type_in(qtbot, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.entry.open_button.text() == "正在打开…")
    assert not page.entry.open_button.isEnabled()
    press(qtbot, Qt.Key.Key_Return)
    with qtbot.waitSignal(page.opened):
        go_on.set()
    assert door.asked == ["unlock"]
    assert page.entry.open_button.text() == "打开"


def test_caps_lock_is_guessed_before_it_costs_a_try(page: UnlockPage, qtbot: QtBot):
    type_in(qtbot, "M")
    assert page.entry.password.wrong() == ""
    field = page.entry.password.line
    qtbot.keyClick(field, Qt.Key.Key_I, Qt.KeyboardModifier.NoModifier)
    field.capitals.emit(True)
    assert "Caps Lock" in page.entry.password.wrong()


def test_what_is_typed_can_be_looked_at(page: UnlockPage, qtbot: QtBot):
    row = page.entry.password
    type_in(qtbot, "abc")
    assert row.line.displayText() != "abc"
    row._show.click()
    assert row.line.displayText() == "abc"
    row.clear()
    assert not row._show.isChecked()


def test_a_new_colleague_goes_to_the_first_run(page: UnlockPage, qtbot: QtBot):
    with qtbot.waitSignal(page.newcomer):
        button(page, "新同事").click()


def test_a_forgotten_password_comes_back_through_the_centre(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    door.people["lixl"].reset_to = "xinmima2026"
    button(page, "忘记密码").click()
    view = page.aside
    assert isinstance(view, ForgotView)
    type_in(qtbot, "guess")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "中心不认" in view.password.wrong())
    view.password.line.selectAll()
    type_in(qtbot, "xinmima2026")
    with qtbot.waitSignal(page.opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    assert opened.args == ["session of lixl"]
    assert page.aside is None


def test_without_a_line_the_printed_code_opens(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    page.show_forgot("lixl")
    view = page.aside
    assert isinstance(view, ForgotView)
    view.way.button("code").click()
    type_in(qtbot, "abcd-234")
    view.new_password.first.line.setText("xinmima2026")
    view.new_password.second.line.setText("xinmima2026")
    view.submit()
    qtbot.waitUntil(lambda: view.code.accessibleDescription() != "")
    view.code.setText("abcd 2345")
    with qtbot.waitSignal(page.opened):
        view.submit()
    assert door.people["lixl"].password == "xinmima2026"


@pytest.mark.parametrize(
    ("first", "second", "words"), [("short", "short", "至少 8 个字符"), ("xinmima2026", "xinmima2025", "不一样")]
)
def test_a_new_password_is_checked_before_anything_is_tried(
    page: UnlockPage, door: PaperDoor, first: str, second: str, words: str
):
    page.show_forgot("lixl")
    view = page.aside
    assert isinstance(view, ForgotView)
    view.way.button("code").click()
    view.code.setText("ABCD2345")
    view.new_password.first.line.setText(first)
    view.new_password.second.line.setText(second)
    view.submit()
    assert words in view.new_password.first.wrong() + view.new_password.second.wrong()
    assert door.asked == []


def test_the_centre_out_of_reach_is_told_and_nothing_is_lost(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    door.trouble = CentreUnreachable()
    page.show_forgot("lixl")
    view = page.aside
    assert isinstance(view, ForgotView)
    type_in(qtbot, "xinmima2026")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(view.notice.isVisible)
    assert "连不上中心" in view.notice.words()
    press(qtbot, Qt.Key.Key_Escape)
    assert page.aside is None
    assert page.entry.isVisible()


def test_asking_the_centre_can_be_broken_off(page: UnlockPage, door: PaperDoor, qtbot: QtBot):
    go_on = threading.Event()
    door.before = lambda: go_on.wait(10)
    page.show_forgot("lixl")
    view = page.aside
    assert isinstance(view, ForgotView)
    type_in(qtbot, "xinmima2026")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "unlock_after_reset" in door.asked)
    button(view, "取消").click()
    go_on.set()
    qtbot.waitUntil(view.submit_button.isEnabled)
    assert page.aside is view


def test_a_damaged_store_is_replaced_by_a_backup_after_the_password_opened_it(
    page: UnlockPage, door: PaperDoor, qtbot: QtBot
):
    door.people["lixl"].backups = [
        KnownBackup("today", MORNING, 12_400_000),
        KnownBackup("old", MORNING - 86_400_000, 900, "升级前自动备份"),
    ]
    page.show_restore("lixl", "old")
    view = page.aside
    assert isinstance(view, RestoreView)
    assert view.chooser.value() == "old"
    type_in(qtbot, "wrong")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "密码打不开这份备份" in view.password.wrong())
    type_in(qtbot, PASSWORD)
    with qtbot.waitSignal(page.opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    assert opened.args == ["session of lixl from old"]


def test_without_a_backup_there_is_advice_and_a_way_back(page: UnlockPage):
    page.show_restore("lixl")
    view = page.aside
    assert isinstance(view, RestoreView)
    words = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "还没有备份" in words
    view.submit()
    settle(page)
    button(view, "回到解锁").click()
    assert page.aside is None


def test_locked_again_it_says_why_and_keeps_the_worker(page: UnlockPage):
    page.reload("chengm")
    page.say("已锁定", "10 分钟没有动。写到一半的都在。")
    assert page.entry.user == "chengm"
    assert "已锁定" in page.entry.notice.words()


def test_who_began_without_a_line_is_told_apart(door: PaperDoor, background: Background, qtbot: QtBot):
    door.people["zhou"] = paper_worker(
        "zhou", "周敏", known=KnownWorker("zhou", "周敏", "", 0, has_pin=True, enrolled=False)
    )
    page = UnlockPage(door, background)
    qtbot.addWidget(page)
    page.reload("zhou")
    assert "还没有连接中心" in page.entry.chooser.row("zhou").accessibleName()
    assert page.entry.password.line.placeholderText() == "密码或 PIN"


def test_f1_helps_before_anybody_is_in(page: UnlockPage, qtbot: QtBot):
    qtbot.keyClick(page, Qt.Key.Key_F1)
    overlay = page.findChild(HelpOverlay)
    assert overlay.browser.key == "shared_computer"
    qtbot.keyClick(page, Qt.Key.Key_F1)
    assert page.findChildren(HelpOverlay) == [overlay]
    overlay.left.emit()
    qtbot.waitUntil(lambda: page.findChild(HelpOverlay) is None)
    page.show_forgot("lixl")
    page.open_help()
    assert page.findChild(HelpOverlay).browser.key == "forgot_password"


def test_size_and_theme_can_be_switched_before_anything_is_read(page: UnlockPage, theme: Theme, qtbot: QtBot):
    qtbot.keyClick(page, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert theme.scale == 1.2
    button(page, "深色").click()
    assert theme.scheme == "dark"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_nothing_is_cut_off_and_everything_has_a_name(
    page: UnlockPage, door: PaperDoor, theme: Theme, scale: float, width: int, height: int
):
    door.people["lixl"].backups = [KnownBackup("today", MORNING, 12_400_000, "升级前自动备份")]
    theme.set_scale(scale)
    page.resize(width, height)
    views: Sequence[Callable[[], object]] = (
        page.back,
        lambda: page.entry._say(StoreDamaged()),
        lambda: page.show_forgot("lixl"),
        lambda: page.show_restore("lixl"),
    )
    for show in views:
        show()
        settle(page)
        assert cut_off(page) == []
        assert nameless(page) == []


# The same page over real key slots and a real store ----------------------------------


class VaultDoor(PaperDoor):
    """Opens real stores; what is asked of a centre stays on paper."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.vault = Vault(home, cost=CHEAP)
        entry, key = self.vault.create(self.vault.new_store(), "lixl", "李秀兰", "grid_worker", PASSWORD, None)
        Store.open(entry.path, key).close()
        self.store = entry.path

    def workers(self) -> Sequence[KnownWorker]:
        return [KnownWorker(each.user, each.name, "网格员", each.last_used) for each in self.vault.workers()]

    def locked_for(self, user: str) -> int:
        return self.vault.locked_for(user, MORNING)

    def unlock(self, user: str, password: str, progress: Progress) -> object:
        key = self.vault.unlock(user, password, None, MORNING)
        lock = self.vault.window_lock(user).take()
        try:
            return Store.open(self.vault.worker(user).path, key), lock
        except BaseException:
            lock.release()
            raise


@pytest.fixture
def real(tmp_path: Path, background: Background, shown: Callable[[QWidget], QWidget]) -> tuple[UnlockPage, VaultDoor]:
    door = VaultDoor(tmp_path)
    page = UnlockPage(door, background)
    shown(page)
    page.entry.begin()
    return page, door


def test_real_key_slots_open_a_real_store(real: tuple[UnlockPage, VaultDoor], qtbot: QtBot):
    page, _ = real
    type_in(qtbot, "mingqing2025")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "还可以试 4 次" in page.entry.password.wrong())
    type_in(qtbot, PASSWORD)
    with qtbot.waitSignal(page.opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    _, lock = opened.args[0]
    lock.release()


def test_real_lock_out_after_five(real: tuple[UnlockPage, VaultDoor], qtbot: QtBot):
    page, _ = real
    for left in (4, 3, 2, 1):
        page.entry.password.line.setText("mingqing2025")
        page.entry.submit()
        qtbot.waitUntil(lambda left=left: f"还可以试 {left} 次" in page.entry.password.wrong())
    page.entry.password.line.setText("mingqing2025")
    page.entry.submit()
    qtbot.waitUntil(lambda: "15 分钟" in page.entry.notice.words())
    assert not page.entry.password.isEnabled()


def test_two_windows_on_one_store_are_told(real: tuple[UnlockPage, VaultDoor], qtbot: QtBot):
    page, door = real
    with door.vault.window_lock("lixl").take():
        type_in(qtbot, PASSWORD)
        press(qtbot, Qt.Key.Key_Return)
        qtbot.waitUntil(page.entry.notice.isVisible)
    assert "另一个窗口" in page.entry.notice.words()
    with qtbot.waitSignal(page.opened) as opened:
        button(page.entry.notice, "再试一次").click()
    opened.args[0][1].release()


def test_a_file_that_is_no_store_is_told_with_the_way_to_a_backup(real: tuple[UnlockPage, VaultDoor], qtbot: QtBot):
    page, door = real
    door.store.write_bytes(b"\0" * 8192)
    type_in(qtbot, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(page.entry.notice.isVisible)
    assert "资料文件有损坏" in page.entry.notice.words()
    assert button(page.entry.notice, "恢复备份")


def test_the_first_frame_brings_nothing_heavy():
    asked = (
        "import sys, gridworker.ui.pages.unlock, gridworker.ui.preferences, gridworker.ui.pages.unlock_door;"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    heavy = ("pydantic", "requests", "keyring", "sqlcipher3", "sqlite_utils", "argon2", "cryptography", "pypinyin")
    ours = ("gridworker.records", "gridworker.protocol", "gridworker.storage", "gridworker.sync", "gridworker.ledger")
    assert "gridworker.ui.pages.unlock" in loaded
    assert [name for name in (*heavy, *ours) if name in loaded] == []
