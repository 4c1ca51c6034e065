"""Whoever does not know what to do finds it written down, without a line and in plain words."""

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gridworker.ui.actions import STANDARD
from gridworker.ui.background import Background
from gridworker.ui.drawer import Drawer
from gridworker.ui.pages.help import HelpPage, bind_help
from gridworker.ui.pages.help_book import FOLDER, INDEX, HelpBook, fitting
from gridworker.ui.pages.help_browser import HelpBrowser
from gridworker.ui.pages.help_overlay import HelpOverlay
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import EmptyState
from gridworker.ui.window import MainWindow
from tests.helpers.legible import cut_off, nameless, settle
from tests.ui.conftest import SomePage

ASKED_FOR = {
    "visit": "记一次走访",
    "no_network": "没有网怎么办",
    "states": "三种状态是什么意思",
    "conflict": "需要核对怎么处理",
    "returned": "被退回的日记",
    "dispute": "纠纷怎么登记和调解",
    "shared_computer": "共用一台电脑",
    "forgot_password": "忘记密码",
    "backup": "备份与恢复",
    "shortcuts": "快捷键",
    "privacy": "隐私要点",
    "quick_start": "三分钟教程",
}


@pytest.fixture(scope="module")
def book() -> HelpBook:
    return HelpBook()


@pytest.fixture
def helped(qtbot: QtBot, theme: Theme, background: Background) -> tuple[MainWindow, HelpPage]:
    window = MainWindow(background)
    qtbot.addWidget(window)
    page = HelpPage()
    for other in (SomePage("today", "今日"), SomePage("homes", "住户"), SomePage("disputes", "纠纷"), page):
        window.add_page(other)
    bind_help(window)
    window.go("today")
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    return window, page


def test_every_page_that_was_asked_for_is_there(book: HelpBook):
    titles = {topic.key: topic.title for topic in book.topics()}
    assert ASKED_FOR.items() <= titles.items()


def test_pages_need_no_network_and_lead_nowhere_wrong(book: HelpBook):
    for topic in book.topics():
        assert not re.search(r"https?:(?!//\s)", topic.source.replace("https:// ", "")), topic.key
        for target in re.findall(r'href="([^"]+)"', topic.source):
            assert book.has(target.removesuffix(".html")), f"{topic.key} leads to {target}"
        assert len(topic.text) > 150, topic.key
        assert topic.keywords, topic.key


def test_pages_name_only_keys_that_exist(book: HelpBook):
    known = {keys.replace("Return", "Enter") for act in STANDARD for keys in (*act.keys, act.told)}
    for topic in book.topics():
        for shown in re.findall(r'class="key">&nbsp;([^<]+?)&nbsp;<', topic.source):
            assert shown in known, f"{topic.key}: {shown}"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("没有网", "no_network"),
        ("断网", "no_network"),
        ("密码忘了怎么办", "forgot_password"),
        ("恢复码", "forgot_password"),
        ("已存妥", "states"),
        ("两个人同时改", "conflict"),
        ("退回", "returned"),
        ("热键", "shortcuts"),
        ("家暴", "privacy"),
        ("恢复 损坏", "backup"),
        ("换人", "shared_computer"),
        ("登记码", "connect"),
    ],
)
def test_plain_words_find_the_page(book: HelpBook, words: str, first: str):
    assert book.search(words)[0].topic.key == first


def test_words_that_mean_nothing_find_nothing(book: HelpBook):
    assert book.search("qqqq") == []
    assert len(book.search("  ")) == len(book.topics())


@pytest.mark.parametrize("page", ["today", "homes", "household", "visits", "matters", "disputes", "case", "sync", "x"])
def test_there_is_a_fitting_page_for_wherever_one_is(book: HelpBook, page: str):
    assert book.has(fitting(page))
    assert fitting(page, "记走访：王桂英") == "visit"


def test_f1_opens_the_page_that_fits(helped: tuple[MainWindow, HelpPage], qtbot: QtBot):
    window, page = helped
    window.go("disputes")
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.here == "help"
    assert page.browser.key == "dispute"


def test_f1_in_a_drawer_leaves_the_drawer_open(helped: tuple[MainWindow, HelpPage], qtbot: QtBot):
    window, _ = helped
    window.open_drawer(Drawer("记走访"))
    window.acts.trigger("help")
    overlay = window.findChild(HelpOverlay)
    assert overlay.isVisible()
    assert overlay.browser.key == "visit"
    assert window.drawer is not None
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(HelpOverlay))
    assert window.drawer is not None


def test_a_page_key_is_understood_as_its_help(helped: tuple[MainWindow, HelpPage]):
    window, page = helped
    window.go("help", "sync")
    assert page.browser.key == "no_network"
    window.go("help", "privacy")
    assert page.browser.key == "privacy"


def test_typing_narrows_the_list_and_colours_the_words(helped: tuple[MainWindow, HelpPage], qtbot: QtBot):
    window, page = helped
    window.go("help")
    field = window.page_head("help").search_field
    assert field is not None
    qtbot.keyClicks(field, "Caps Lock")
    field.search_now()
    assert page.chooser.keys() == ("shared_computer",)
    assert page.browser.key == "shared_computer"
    assert page.browser.extraSelections()
    field.clear()
    field.search_now()
    assert len(page.chooser.keys()) == len(HelpBook().topics())
    assert not page.browser.extraSelections()


def test_nothing_found_says_so_and_shows_the_way_out(helped: tuple[MainWindow, HelpPage]):
    window, page = helped
    window.go("help")
    page.search("qqqq")
    empty = next(each for each in window.findChildren(EmptyState) if each.isVisible())
    button = next(each for each in empty.findChildren(QWidget) if each.accessibleName() == "看全部帮助")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not empty.isVisible()
    assert page.browser.key == "quick_start"


def test_links_lead_from_page_to_page(helped: tuple[MainWindow, HelpPage]):
    window, page = helped
    window.go("help", "visit")
    page.browser.wanted.emit("dispute")
    assert page.browser.key == "dispute"
    assert page.chooser.value() == "dispute"


def test_the_page_of_keys_shows_every_key_that_works_now(helped: tuple[MainWindow, HelpPage]):
    window, page = helped
    window.go("help", "shortcuts")
    shown = page.browser.toPlainText().replace("\xa0", "")
    for _, keys in window.acts.sheet():
        for words, key in keys:
            assert words in shown
            assert key in shown


def test_pages_take_the_colours_and_the_size_of_the_window(qtbot: QtBot, theme: Theme):
    browser = HelpBrowser(HelpBook())
    qtbot.addWidget(browser)
    browser.resize(700, 500)
    browser.show()
    browser.show_page("states")
    light = browser.toHtml()
    theme.set_mode("dark")
    assert theme.colour("ok_bg").name() in browser.toHtml().lower()
    assert browser.toHtml() != light
    before = browser.document().size().height()
    theme.set_scale(1.4)
    assert browser.document().size().height() > before * 1.2


def test_the_list_of_all_pages_leads_to_each(book: HelpBook):
    listed = book.page(INDEX)
    assert all(f'href="{topic.key}.html"' in listed for topic in book.topics())


def test_pages_lie_in_the_resources_and_name_no_colour(book: HelpBook):
    for path in (*FOLDER.glob("*.html"), *FOLDER.glob("*.css")):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")), path.name


def test_in_the_largest_letters_the_list_is_a_page_of_its_own(
    helped: tuple[MainWindow, HelpPage], theme: Theme, qtbot: QtBot
):
    window, page = helped
    theme.set_scale(2.0)
    window.resize(1024, 640)
    window.go("help")
    settle(window)
    assert not page.chooser.isVisible()
    contents = next(each for each in window.findChildren(QWidget) if each.accessibleName() == "目录")
    QTest.mouseClick(contents, Qt.MouseButton.LeftButton)
    assert "隐私要点" in page.browser.toPlainText()
    page.browser.wanted.emit("privacy")
    assert page.browser.key == "privacy"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_nothing_is_cut_off(helped: tuple[MainWindow, HelpPage], theme: Theme, scale: float, width: int, height: int):
    window, page = helped
    window.go("help", "no_network")
    theme.set_scale(scale)
    window.resize(width, height)
    settle(window)
    body = page.browser.window()
    assert [words for words in cut_off(body) if "TopicRow" not in words] == []
    assert nameless(body) == []
    assert page.browser.horizontalScrollBar().maximum() == 0


def test_the_overlay_closes_by_its_button_and_gives_the_focus_back(shown: Callable[[QWidget], QWidget], qtbot: QtBot):
    from gridworker.ui.widgets import Line

    below = QWidget()
    field = Line(name="密码", parent=below)
    below.resize(900, 700)
    shown(below)
    field.setFocus()
    overlay = HelpOverlay(below, "forgot_password")
    overlay.open_over()
    assert QApplication.focusWidget() is overlay.browser
    overlay.left.emit()
    qtbot.waitUntil(lambda: not below.findChildren(HelpOverlay))
    assert QApplication.focusWidget() is field
