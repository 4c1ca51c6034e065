"""What a worker may choose holds at once and is there tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gridworker.errors import CentreUnreachable, DiskFull, NotAllowed, NotTheCentre, TlsFailed
from gridworker.sync.reach import Reach, Step
from gridworker.ui.background import Background
from gridworker.ui.pages.help import HelpPage
from gridworker.ui.pages.settings import PARTS, SettingsPage
from gridworker.ui.pages.settings_about import AboutSection
from gridworker.ui.pages.settings_data import DataSection
from gridworker.ui.pages.settings_mine import MineSection
from gridworker.ui.pages.settings_port import Protection
from gridworker.ui.pages.settings_safety import SafetySection
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.settings_sync import SyncSection
from gridworker.ui.preferences import FIRST_PHRASES, LOCK_MINUTES, PHRASES, SIGNATURE, WELL, phrases
from gridworker.ui.theme import Theme
from gridworker.ui.window import MainWindow
from gridworker.ui.work import Work
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.paper_door import MORNING
from tests.helpers.paper_housekeeping import PaperHousekeeping, PaperPreferences
from tests.ui.conftest import SomePage

PASSWORD = "mingqing2026"


@pytest.fixture
def chosen() -> PaperPreferences:
    return PaperPreferences()


@pytest.fixture
def house(tmp_path: Path) -> PaperHousekeeping:
    return PaperHousekeeping(tmp_path)


@pytest.fixture
def page(
    chosen: PaperPreferences,
    house: PaperHousekeeping,
    background: Background,
    theme: Theme,
    shown: Callable[[QWidget], QWidget],
) -> SettingsPage:
    nothing: Any = None
    work = Work(ledger=nothing, references=nothing, preferences=chosen, clock=lambda: MORNING, lane_ledger=nothing)
    window = MainWindow(background)
    page = SettingsPage(work, house)
    for each in (page, HelpPage(), SomePage("sync", "同步")):
        window.add_page(each)
    shown(window)
    window.go("settings")
    return page


def window_of(page: SettingsPage) -> MainWindow:
    window = page.choice.window()
    assert isinstance(window, MainWindow)
    return window


def part(page: SettingsPage, key: str, kind: type[Section]) -> Any:
    """One part of the settings, in front."""
    shown = page.choose(key)
    assert isinstance(shown, kind)
    settle(shown)
    return shown


def button(root: QWidget, words: str) -> QPushButton:
    """The visible button that says *words*, aloud or in writing."""
    return next(
        each
        for each in root.findChildren(QPushButton)
        if each.isVisible() and (words in each.text() or words in each.accessibleName())
    )


def said(root: QWidget) -> str:
    """All words that are seen."""
    return " ".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def focused_line() -> QLineEdit:
    """The field with the cursor; Chinese is put in as an input method does."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    return field


def test_size_and_theme_change_with_one_click(page: SettingsPage, theme: Theme):
    look = page.choose("look")
    button(look, "字号：特大").click()
    assert theme.scale == 1.4
    button(look, "外观：深色").click()
    assert theme.scheme == "dark"


def test_a_phrase_is_added_and_kept_at_once(page: SettingsPage, chosen: PaperPreferences, qtbot: QtBot):
    mine = part(page, "mine", MineSection)
    mine.new_line.insert("已送米油到家")
    qtbot.keyClick(mine.new_line, Qt.Key.Key_Return)
    assert chosen.kept[PHRASES] == [*FIRST_PHRASES, "已送米油到家"]
    assert mine.new_line.text() == ""
    settle(mine)
    assert "已送米油到家" in said(mine)


@pytest.mark.parametrize(("typed", "answer"), [(WELL, "已经有了"), ("  ", "")])
def test_the_same_phrase_twice_is_told(page: SettingsPage, chosen: PaperPreferences, typed: str, answer: str):
    mine = part(page, "mine", MineSection)
    mine.new_line.setText(typed)
    mine.add_button.click()
    assert answer in said(mine)
    assert PHRASES not in chosen.kept


def test_thirty_phrases_are_enough(page: SettingsPage, chosen: PaperPreferences):
    chosen.kept[PHRASES] = [str(number) for number in range(29)]
    mine = part(page, "mine", MineSection)
    mine.new_line.setText("再来一句")
    mine.add()
    assert "已有 30 句" in said(mine)
    assert len(phrases(chosen)) == 30


def test_phrases_move_and_the_first_stays(page: SettingsPage, chosen: PaperPreferences):
    mine = part(page, "mine", MineSection)
    second, third = FIRST_PHRASES[1:3]
    button(mine, f"下移：{second}").click()
    assert phrases(chosen)[:3] == [WELL, third, second]
    settle(mine)
    assert not button(mine, f"上移：{third}").isEnabled()
    mine.shift(1, -1)
    assert phrases(chosen)[0] == WELL
    assert f"删除：{WELL}" not in [each.accessibleName() for each in mine.findChildren(QPushButton)]


def test_a_phrase_is_changed_where_it_stands(page: SettingsPage, chosen: PaperPreferences, qtbot: QtBot):
    mine = part(page, "mine", MineSection)
    button(mine, f"修改：{FIRST_PHRASES[2]}").click()
    field = focused_line()
    field.insert("反映路灯不亮")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert phrases(chosen)[2] == "反映路灯不亮"
    settle(mine)
    button(mine, "修改：反映路灯不亮").click()
    field = focused_line()
    field.insert("别的")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert phrases(chosen)[2] == "反映路灯不亮"


def test_a_phrase_that_was_removed_comes_back_to_its_place(page: SettingsPage, chosen: PaperPreferences):
    mine = part(page, "mine", MineSection)
    button(mine, f"删除：{FIRST_PHRASES[2]}").click()
    assert FIRST_PHRASES[2] not in phrases(chosen)
    window_of(page).undo_last()
    assert phrases(chosen) == list(FIRST_PHRASES)


def test_the_name_under_papers_is_kept(page: SettingsPage, chosen: PaperPreferences, qtbot: QtBot):
    mine = part(page, "mine", MineSection)
    assert mine.signature.placeholderText() == "李秀兰"
    mine.signature.setFocus()
    mine.signature.insert("李秀兰（马村）")
    qtbot.keyClick(mine.signature, Qt.Key.Key_Return)
    assert chosen.kept[SIGNATURE] == "李秀兰（马村）"


def test_the_sync_part_tells_how_the_desk_stands(page: SettingsPage, house: PaperHousekeeping):
    sync = part(page, "sync", SyncSection)
    assert sync.facts.value("地址") == "https://minqing.example"
    assert sync.facts.value("待上传") == "3 处修改"
    assert sync.facts.value("上次成功") == "11月21日 04:42"
    house.now = replace(house.now, last_success=0, backed_up=False)
    sync.load()
    assert sync.facts.value("上次成功") == "还没有同步过"
    assert "未设备份" in sync.facts.value("中心备份")


def test_automatic_sync_is_switched_at_once(page: SettingsPage, house: PaperHousekeeping, chosen: PaperPreferences):
    sync = part(page, "sync", SyncSection)
    sync.automatic.click()
    assert house.automatic is False
    assert chosen.kept["automatic_sync"] is False
    assert "F5" in said(sync)
    sync.automatic.click()
    assert house.automatic is True


def test_the_way_to_the_centre_can_be_tested(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    sync = part(page, "sync", SyncSection)
    with qtbot.waitSignal(sync.reach.ended) as ended:
        sync.test_button.click()
    assert ended.args == [True]
    house.way = Reach(False, Step.TLS, TlsFailed())
    with qtbot.waitSignal(sync.reach.ended):
        sync.test_button.click()
    assert "证书不可信" in sync.reach.verdict()


def test_a_centre_that_moved_is_followed_and_a_false_one_is_not(
    page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot
):
    sync = part(page, "sync", SyncSection)
    button(sync, "中心换了地址").click()
    sync.moving.move_button.click()
    assert "请填新地址" in sync.moving.address.accessibleDescription()
    house.trouble = NotTheCentre()
    sync.moving.address.setText("https://false.example")
    sync.moving.move_button.click()
    qtbot.waitUntil(lambda: "不是中心" in sync.moving.address.accessibleDescription())
    house.trouble = None
    sync.moving.address.setText("https://new.example")
    sync.moving.move_button.click()
    qtbot.waitUntil(lambda: sync.facts.value("地址") == "https://new.example")


def test_a_desk_without_a_centre_is_led_to_one(page: SettingsPage, house: PaperHousekeeping):
    house.now = replace(house.now, centre="")
    sync = part(page, "sync", SyncSection)
    assert not sync.test_button.isVisible()
    sync.connect_button.click()
    assert house.connecting


def change(safety: SafetySection, old: str, new: str, again: str) -> None:
    safety.old_password.line.setText(old)
    safety.new_password.first.line.setText(new)
    safety.new_password.second.line.setText(again)
    safety.change_button.click()


def test_the_password_is_changed_here_and_at_the_centre(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    safety = part(page, "safety", SafetySection)
    change(safety, PASSWORD, "xinmima2026", "xinmima2026")
    qtbot.waitUntil(lambda: house.password == "xinmima2026" and safety.change_button.isEnabled())
    assert safety.old_password.text() == ""
    current = window_of(page).messages.current()
    assert current is not None
    assert "密码已修改" in current.text


def test_a_wrong_or_weak_password_is_told_at_its_field(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    safety = part(page, "safety", SafetySection)
    change(safety, "", "xinmima2026", "xinmima2026")
    assert safety.old_password.wrong() != ""
    change(safety, "guess", "xinmima2026", "xinmima2026")
    qtbot.waitUntil(lambda: "现在的密码不对" in safety.old_password.wrong())
    change(safety, PASSWORD, "aaaaaaaaaa", "aaaaaaaaaa")
    qtbot.waitUntil(lambda: "4 个不同" in safety.new_password.first.wrong())
    house.trouble = NotAllowed("原来的密码不对")
    change(safety, PASSWORD, "xinmima2026", "xinmima2026")
    qtbot.waitUntil(lambda: "现在的密码不对" in safety.old_password.wrong())
    assert house.password == PASSWORD


def test_without_a_line_the_password_stays_as_it_was(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    safety = part(page, "safety", SafetySection)
    house.trouble = CentreUnreachable()
    change(safety, PASSWORD, "xinmima2026", "xinmima2026")
    qtbot.waitUntil(lambda: window_of(page).messages.current() is not None)
    current = window_of(page).messages.current()
    assert current is not None
    assert current.text == "连不上中心"
    assert house.password == PASSWORD


def test_without_a_keyring_ten_characters_and_no_pin(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    house.guard = Protection(keyring=False, least=10)
    safety = part(page, "safety", SafetySection)
    qtbot.waitUntil(lambda: "不能用 PIN" in said(safety))
    assert not safety.pin.set_button.isVisible()
    change(safety, PASSWORD, "ninechars", "ninechars")
    assert "至少 10 个字符" in safety.new_password.first.wrong()


def test_the_lock_comes_when_the_worker_said(page: SettingsPage, house: PaperHousekeeping, chosen: PaperPreferences):
    safety = part(page, "safety", SafetySection)
    assert safety.lock.currentData() == 10
    safety.lock.setCurrentIndex(safety.lock.findData(30))
    safety.lock.activated.emit(safety.lock.currentIndex())
    assert house.minutes == 30
    assert chosen.kept[LOCK_MINUTES] == 30


def test_a_pin_is_set_and_taken_away_with_the_password(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    safety = part(page, "safety", SafetySection)
    qtbot.waitUntil(lambda: "嫌密码长" in said(safety.pin))
    button(safety.pin, "设置 PIN").click()
    safety.pin.pin.line.setText("13572468")
    safety.pin.keep_button.click()
    assert safety.pin.password.wrong() != ""
    safety.pin.password.line.setText("guess")
    safety.pin.keep_button.click()
    qtbot.waitUntil(lambda: "密码不对" in safety.pin.password.wrong())
    safety.pin.password.line.setText(PASSWORD)
    safety.pin.pin.line.setText("abcdef")
    safety.pin.keep_button.click()
    qtbot.waitUntil(lambda: "位数字" in safety.pin.pin.wrong())
    safety.pin.pin.line.setText("13572468")
    safety.pin.keep_button.click()
    qtbot.waitUntil(lambda: "已设 PIN" in said(safety.pin))
    assert house.pin == "13572468"
    button(safety.pin, "取消 PIN").click()
    assert not safety.pin.pin.isVisible()
    safety.pin.password.line.setText(PASSWORD)
    safety.pin.keep_button.click()
    qtbot.waitUntil(lambda: house.pin == "")


def test_a_recovery_code_is_shown_once_and_put_away(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    safety = part(page, "safety", SafetySection)
    qtbot.waitUntil(lambda: bool(safety.code.ask_button.text()))
    button(safety.code, "准备一个恢复码").click()
    safety.code.make_button.click()
    assert safety.code.password.wrong() != ""
    safety.code.password.line.setText(PASSWORD)
    safety.code.make_button.click()
    qtbot.waitUntil(safety.code.sheet.isVisible)
    assert safety.code.sheet.code().startswith("7K2MA-")
    safety.code.sheet.kept.click()
    assert not safety.code.sheet.isVisible()
    assert safety.code.sheet.code() == ""
    qtbot.waitUntil(lambda: "换一个恢复码" in safety.code.ask_button.text())


def test_a_backup_is_made_with_one_click(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    data = part(page, "data", DataSection)
    data.backup_button.click()
    qtbot.waitUntil(lambda: data.chooser.keys() == ("new", "old"))
    current = window_of(page).messages.current()
    assert current is not None
    assert "12.4 MB" in current.text


def test_a_full_disk_is_told_and_may_be_tried_again(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    data = part(page, "data", DataSection)
    house.trouble = DiskFull()
    data.backup_button.click()
    qtbot.waitUntil(lambda: window_of(page).messages.current() is not None)
    house.trouble = None
    window_of(page).messages.press_act()
    qtbot.waitUntil(lambda: data.chooser.keys()[0] == "new")


def test_restoring_says_first_what_happens(page: SettingsPage, house: PaperHousekeeping):
    data = part(page, "data", DataSection)
    assert not data.explained.isVisible()
    data.chooser.choose("old")
    settle(data)
    words = said(data.explained)
    assert "改名留在原处" in words
    assert "3 处修改没有上传" in words
    assert house.restored == []
    button(data.explained, "不恢复").click()
    assert not data.explained.isVisible()
    house.now = replace(house.now, waiting=0)
    data.chooser.choose("old")
    settle(data)
    assert "可以放心恢复" in said(data.explained)
    button(data.explained, "恢复这一份").click()
    assert [backup.key for backup in house.restored] == ["old"]


def test_no_backup_yet_is_said_with_the_way_to_one(page: SettingsPage, house: PaperHousekeeping, qtbot: QtBot):
    house.kept = []
    data = part(page, "data", DataSection)
    settle(data)
    assert "还没有备份" in said(data)
    data.back_up()
    qtbot.waitUntil(lambda: data.chooser.keys() == ("new",))


def test_a_folder_that_cannot_be_opened_is_named(page: SettingsPage, house: PaperHousekeeping, tmp_path: Path):
    house._folder = tmp_path / "nowhere"
    data = part(page, "data", DataSection)
    button(data, "打开备份文件夹").click()
    current = window_of(page).messages.current()
    assert current is not None
    assert str(tmp_path) in current.advice


def test_version_licences_and_help_are_found(page: SettingsPage):
    about = part(page, "about", AboutSection)
    assert "0.1.0" in said(about)
    button(about, "隐私要点").click()
    assert window_of(page).here == "help"


def test_another_page_opens_the_part_that_it_means(page: SettingsPage):
    window_of(page).go("settings", "data")
    assert page.choice.value() == "data"
    window_of(page).go("settings", "nonsense")
    assert page.choice.value() == "data"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_nothing_is_cut_off_and_everything_has_a_name(
    page: SettingsPage, theme: Theme, qtbot: QtBot, scale: float, width: int, height: int
):
    window = window_of(page)
    theme.set_scale(scale)
    window.resize(width, height)
    for key, _, _ in PARTS:
        section = page.choose(key)
        if isinstance(section, SafetySection):
            qtbot.waitUntil(lambda section=section: bool(section.code.ask_button.text()))
            section.code.open_form()
        if isinstance(section, DataSection):
            section.chooser.choose("old")
        settle(window)
        assert cut_off(section) == [], key
        assert nameless(section) == [], key
        assert section.horizontalScrollBar().maximum() == 0, key
