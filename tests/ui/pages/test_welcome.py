"""A worker's first two minutes on a machine: from the size of the letters to his own grids."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gridworker.errors import (
    BrokenAnswer,
    CentreUnreachable,
    DiskFull,
    GridworkerError,
    InsecureAddress,
    NameNotFound,
    NotAccepted,
    NotTheCentre,
    ProxyInTheWay,
    SignInRefused,
    TlsFailed,
    TooManyTries,
    WeakPassword,
    WrongPassword,
)
from gridworker.storage import keys
from gridworker.sync.reach import Reach, Step
from gridworker.ui.background import Background, Progress
from gridworker.ui.pages import welcome_offline, welcome_protect
from gridworker.ui.pages.help_overlay import HelpOverlay
from gridworker.ui.pages.welcome import CONNECT, DOWNLOAD, LOOK, OFFLINE, PROTECT, WelcomePage
from gridworker.ui.pages.welcome_door import Application, Downloaded, Enrolled
from gridworker.ui.theme import Theme
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.paper_door import PaperDoor, paper_worker

ADDRESS = "https://minqing.example"
PASSWORD = "mingqing2026"


@pytest.fixture
def door() -> PaperDoor:
    return PaperDoor()


@pytest.fixture
def page(door: PaperDoor, background: Background, shown: Callable[[QWidget], QWidget]) -> Iterator[WelcomePage]:
    page = WelcomePage(door, background)
    page.resize(1366, 690)
    shown(page)
    yield page
    door.before = lambda: None


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


def button(root: QWidget, words: str) -> QPushButton:
    """The visible button that says *words*."""
    return next(each for each in root.findChildren(QPushButton) if each.isVisible() and words in each.text())


def fill(page: WelcomePage, *, code: str = "ABCD-EFGH", password: str = PASSWORD) -> None:
    """What an administrator gave, in its fields."""
    step = page.connect_step
    step.code.setText(code)
    step.address.setText(ADDRESS)
    step.user.setText("lixl")
    step.password.line.setText(password)


def at_protection(page: WelcomePage, qtbot: QtBot, **given: str) -> None:
    """Go on to the third step."""
    page.go(CONNECT)
    fill(page, **given)
    page.forward()
    qtbot.waitUntil(lambda: page.here == PROTECT and not page.protect_step.busy)


def test_from_first_to_last_by_keyboard_alone(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    door.rows = 300
    assert page.here == LOOK
    press(qtbot, Qt.Key.Key_Return)
    assert page.here == CONNECT
    type_in(qtbot, f"abcd-efgh@{ADDRESS}")
    press(qtbot, Qt.Key.Key_Tab)
    assert page.connect_step.address.text() == ADDRESS
    press(qtbot, Qt.Key.Key_Tab)
    type_in(qtbot, "lixl")
    press(qtbot, Qt.Key.Key_Tab)
    type_in(qtbot, PASSWORD)
    door.code = "abcd-efgh"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.here == PROTECT and not page.protect_step.busy)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.download_step.finished)
    with qtbot.waitSignal(page.opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    assert opened.args == ["session of the newcomer"]
    assert door.asked == ["reach", "has_keyring", "enrol", "download"]
    taken = door.applications[0]
    assert (taken.address, taken.user, taken.password, taken.new_password) == (ADDRESS, "lixl", PASSWORD, "")


def test_the_role_is_told_and_never_asked(page: WelcomePage, qtbot: QtBot):
    at_protection(page, qtbot)
    page.forward()
    qtbot.waitUntil(lambda: page.download_step.finished)
    said = " ".join(label.text() for label in page.download_step.findChildren(QLabel))
    assert "李秀兰" in said
    assert "第2网格" in said
    assert page.download_step._role.text() == "网格员"


def test_size_and_theme_come_first_and_change_the_sample_at_once(page: WelcomePage, theme: Theme):
    choices = page.look_step.choices
    choices.size_choice.button("1.4").click()
    assert theme.scale == 1.4
    choices.theme_choice.button("dark").click()
    assert theme.scheme == "dark"
    theme.set_scale(1.0)
    assert choices.size_choice.value() == "1"
    assert page.here == LOOK


def test_what_is_missing_is_said_at_each_field(page: WelcomePage, door: PaperDoor):
    page.go(CONNECT)
    page.forward()
    step = page.connect_step
    for field in (step.code, step.address, step.user, step.password.line):
        assert field.accessibleDescription() != ""
    assert QApplication.focusWidget() is step.code
    assert door.asked == []


@pytest.mark.parametrize(
    ("step", "error", "title"),
    [
        (Step.ADDRESS, InsecureAddress(), "地址不安全"),
        (Step.DNS, NameNotFound(), "找不到中心的地址"),
        (Step.TCP, CentreUnreachable(), "连不上中心"),
        (Step.TLS, TlsFailed(), "中心的证书不可信"),
        (Step.PROXY, ProxyInTheWay(), "网络需要先登录"),
        (Step.CENTRE, NotTheCentre(), "这个地址不是中心"),
        (Step.CENTRE, BrokenAnswer(), "网络中断"),
    ],
)
def test_the_test_tells_where_the_way_ends(
    page: WelcomePage, door: PaperDoor, qtbot: QtBot, step: Step, error: GridworkerError, title: str
):
    page.go(CONNECT)
    fill(page)
    door.way = Reach(False, step, error)
    with qtbot.waitSignal(page.connect_step.reach.ended) as ended:
        page.connect_step.test_button.click()
    assert ended.args == [False]
    reach = page.connect_step.reach
    assert title in reach.verdict()
    said = {key: label.accessibleName() for key, (_, label) in reach._marks.items()}
    assert [key for key, words in said.items() if words.endswith("没有通过")] == [step]
    before = list(said)[: list(said).index(step)]
    assert all(said[key].endswith("：通过") for key in before)
    assert page.here == CONNECT
    assert page.forward_button.isEnabled()


def test_a_way_that_is_not_free_holds_the_worker_back(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    page.go(CONNECT)
    fill(page)
    door.way = Reach(False, Step.DNS, NameNotFound())
    with qtbot.waitSignal(page.connect_step.reach.ended):
        page.forward()
    assert page.here == CONNECT
    page.connect_step.address.setText("https://other.example")
    page.connect_step.address.textEdited.emit("https://other.example")
    assert page.connect_step.reach.verdict() == ""
    door.way = Reach(True, Step.LOGIN)
    page.forward()
    qtbot.waitUntil(lambda: page.here == PROTECT)


def test_the_test_can_be_broken_off(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    go_on = threading.Event()
    door.before = lambda: go_on.wait(10)
    page.go(CONNECT)
    fill(page)
    page.forward()
    qtbot.waitUntil(lambda: "reach" in door.asked)
    assert page.forward_button.text() == "正在测试…"
    assert not page.forward_button.isEnabled()
    button(page.connect_step, "取消").click()
    go_on.set()
    qtbot.waitUntil(lambda: page.forward_button.isEnabled())
    assert page.here == CONNECT


def test_a_refused_sign_in_leads_back_to_where_it_was_typed(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot, code="WRONG")
    page.forward()
    qtbot.waitUntil(lambda: page.here == CONNECT)
    assert "中心没有接受登录" in page.connect_step.notice.words()
    assert page.connect_step.code.text() == "WRONG"
    page.connect_step.code.setText("ABCD-EFGH")
    page.forward()
    qtbot.waitUntil(lambda: page.here == PROTECT)
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (NotAccepted("这不是登记码。", field="code"), "code"),
        (NotAccepted("请填写中心的地址。", field="address"), "address"),
        (TooManyTries(), "notice"),
        (SignInRefused(), "notice"),
    ],
)
def test_what_the_centre_says_stands_where_it_belongs(
    page: WelcomePage, door: PaperDoor, qtbot: QtBot, error: GridworkerError, where: str
):
    at_protection(page, qtbot)
    door.trouble = error
    page.forward()
    qtbot.waitUntil(lambda: page.here == CONNECT)
    step = page.connect_step
    said = {
        "code": step.code.accessibleDescription(),
        "address": step.address.accessibleDescription(),
        "notice": step.notice.words(),
    }
    assert error.remedy in said[where]


@pytest.mark.parametrize("error", [CentreUnreachable(), DiskFull()])
def test_a_broken_line_while_signing_in_is_told_and_tried_again(
    page: WelcomePage, door: PaperDoor, qtbot: QtBot, error: GridworkerError
):
    at_protection(page, qtbot)
    door.trouble = error
    page.forward()
    qtbot.waitUntil(page.protect_step.notice.isVisible)
    assert error.title in page.protect_step.notice.words()
    door.trouble = None
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)


def test_the_page_asks_for_no_shorter_a_password_than_the_key_slots():
    assert welcome_protect.LEAST_WITH_KEYRING == keys.SHORTEST
    assert welcome_protect.LEAST_ALONE == keys.SHORTEST_ALONE
    assert welcome_offline.LEAST == keys.SHORTEST


def test_with_a_keyring_the_password_may_stay(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot, password="eightchr")
    said = " ".join(label.text() for label in page.protect_step.findChildren(QLabel) if label.isVisible())
    assert "有系统钥匙串" in said
    assert not page.protect_step.new_password.isVisible()
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)
    assert door.applications[0].new_password == ""


def test_without_a_keyring_a_short_password_must_be_replaced(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    door.keyring = False
    at_protection(page, qtbot, password="eightchr")
    step = page.protect_step
    assert step.new_password.isVisible()
    assert QApplication.focusWidget() is step.new_password.first.line
    type_in(qtbot, "ninechars")
    press(qtbot, Qt.Key.Key_Return)
    assert "至少 10 个字符，现在是 9 个" in step.new_password.first.wrong()
    assert door.applications == []
    step.new_password.first.line.setText("tencharsss")
    step.new_password.second.line.setText("tencharsss")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)
    assert door.applications[0].new_password == "tencharsss"
    assert door.applications[0].password == "eightchr"


def test_without_a_keyring_a_long_password_may_stay(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    door.keyring = False
    at_protection(page, qtbot)
    assert not page.protect_step.new_password.isVisible()
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)


def test_a_new_password_that_is_too_easy_is_told_at_its_field(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot)
    step = page.protect_step
    step.change.click()
    step.new_password.first.line.setText("aaaaaaaaaa")
    step.new_password.second.line.setText("aaaaaaaaaa")
    door.trouble = WeakPassword("请至少用 4 个不同的字符。")
    page.forward()
    qtbot.waitUntil(lambda: "4 个不同" in step.new_password.first.wrong())
    assert page.here == PROTECT


def test_the_recovery_code_must_be_on_paper_before_it_goes_on(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot)
    page.protect_step.recovery.click()
    page.forward()
    qtbot.waitUntil(page.protect_step.code.isVisible)
    assert page.protect_step.code.code().startswith("7K2M-")
    assert not page.forward_button.isEnabled()
    assert not page.back_button.isVisible()
    page.protect_step.code.print_button.click()
    said = " ".join(label.text() for label in page.protect_step.code.findChildren(QLabel))
    assert "没有找到打印机" in said
    assert QApplication.focusWidget() is page.protect_step.code.kept
    press(qtbot, Qt.Key.Key_Space)
    page.forward()
    assert page.here == DOWNLOAD
    assert page.protect_step.code.code() == ""
    assert page.connect_step.password.text() == ""


def test_signing_in_can_be_broken_off_and_taken_up_again(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot)
    go_on = threading.Event()
    door.before = lambda: go_on.wait(10)
    page.forward()
    qtbot.waitUntil(lambda: "enrol" in door.asked)
    assert not page.back_button.isVisible()
    button(page.protect_step, "取消").click()
    go_on.set()
    qtbot.waitUntil(lambda: not page.protect_step.busy)
    assert page.here == PROTECT
    assert page.back_button.isVisible()
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)


def test_the_download_counts_rows_and_says_what_came(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    told: list[tuple[int, int, str]] = []
    page.download_step._strip.show_progress = lambda *step: told.append(step)  # type: ignore[method-assign]
    door.rows = 300
    at_protection(page, qtbot)
    page.forward()
    qtbot.waitUntil(lambda: page.download_step.finished)
    assert (200, 300, "已收到 200 条") in told
    names = [each.accessibleName() for each in page.download_step._counts_box.findChildren(QWidget)]
    assert "住户 312" in names
    assert "走访 1,204" in names
    assert not any(name.startswith("纠纷") for name in names)
    assert page.forward_button.text() == "开始工作"


def test_a_broken_download_goes_on_where_it_stopped(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot)

    def cut() -> None:
        if door.asked[-1] == "download" and door.asked.count("download") == 1:
            raise BrokenAnswer

    door.before = cut
    page.forward()
    qtbot.waitUntil(page.download_step.notice.isVisible)
    assert page.forward_button.text() == "再试一次"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.download_step.finished)
    assert page.download_step.notice.words() == ""


def test_who_cannot_wait_goes_in_and_the_rest_comes_later(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    at_protection(page, qtbot)
    go_on = threading.Event()
    door.before = lambda: None if door.asked[-1] != "download" else go_on.wait(10)
    page.forward()
    qtbot.waitUntil(lambda: "download" in door.asked)
    with qtbot.waitSignal(page.opened) as opened:
        page.download_step.skip.click()
    go_on.set()
    assert opened.args == ["session of the newcomer"]


def test_an_empty_centre_is_no_error(
    door: PaperDoor, background: Background, shown: Callable[[QWidget], QWidget], qtbot
):
    class NewCentre(PaperDoor):
        def download(self, session: object, progress: Progress) -> Downloaded:
            return Downloaded((("住户", 0),))

    page = WelcomePage(NewCentre(), background)
    shown(page)
    page.download_step.welcome(Enrolled("s", "李秀兰", "网格员"))
    page.go(DOWNLOAD)
    qtbot.waitUntil(lambda: page.download_step.finished)
    assert "还没有您网格的资料" in page.download_step._words.text()


def test_back_goes_one_step_and_keeps_what_was_typed(page: WelcomePage, qtbot: QtBot):
    at_protection(page, qtbot)
    press(qtbot, Qt.Key.Key_Escape)
    assert page.here == CONNECT
    assert page.connect_step.user.text() == "lixl"
    page.back()
    assert page.here == LOOK
    assert not page.back_button.isVisible()
    page.back()
    assert page.here == LOOK


def test_on_a_shared_laptop_the_first_step_leads_back_to_the_names(
    background: Background, shown: Callable[[QWidget], QWidget], qtbot: QtBot
):
    page = WelcomePage(PaperDoor(paper_worker()), background)
    shown(page)
    with qtbot.waitSignal(page.left):
        button(page, "返回").click()


def test_without_a_line_it_says_what_that_means_and_keeps_drafts(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    page.go(CONNECT)
    button(page, "先不联网").click()
    assert page.here == OFFLINE
    said = " ".join(label.text() for label in page.offline_step.findChildren(QLabel))
    assert "草稿" in said
    assert "还不能正式保存" in said
    press(qtbot, Qt.Key.Key_Return)
    assert page.offline_step.name.accessibleDescription() != ""
    page.offline_step.name.setText("李秀兰")
    page.offline_step.user.setText("lixl")
    page.offline_step.new_password.first.line.setText(PASSWORD)
    page.offline_step.new_password.second.line.setText(PASSWORD)
    with qtbot.waitSignal(page.opened) as opened:
        page.forward()
    assert opened.args == ["drafts of 李秀兰"]
    assert door.asked == ["begin_offline"]


@pytest.mark.parametrize("error", [WeakPassword("至少 10 个字符。"), DiskFull()])
def test_a_place_for_drafts_that_cannot_be_made_is_told(
    page: WelcomePage, door: PaperDoor, qtbot: QtBot, error: GridworkerError
):
    page.go(OFFLINE)
    step = page.offline_step
    step.name.setText("李秀兰")
    step.user.setText("lixl")
    step.new_password.first.line.setText("eightchr")
    step.new_password.second.line.setText("eightchr")
    door.trouble = error
    page.forward()
    qtbot.waitUntil(lambda: error.remedy in step.new_password.first.wrong() + step.notice.words())
    page.back()
    assert page.here == CONNECT


def test_who_began_without_a_line_connects_and_keeps_his_drafts(
    background: Background, shown: Callable[[QWidget], QWidget], qtbot: QtBot
):
    door = PaperDoor(paper_worker())
    page = WelcomePage(door, background)
    shown(page)
    page.connect_worker("lixl")
    assert page.here == CONNECT
    step = page.connect_step
    assert step.local_password.isVisible()
    fill(page, password="short")
    step.local_password.line.setText("drafts2026x")
    door.keyring = False
    page.forward()
    qtbot.waitUntil(lambda: page.here == PROTECT and not page.protect_step.busy)
    assert not page.protect_step.new_password.isVisible()
    door.trouble = WrongPassword()
    page.forward()
    qtbot.waitUntil(lambda: page.here == CONNECT)
    assert step.local_password.wrong() != ""
    door.trouble = None
    page.forward()
    qtbot.waitUntil(lambda: page.here == PROTECT)
    page.forward()
    qtbot.waitUntil(lambda: page.here == DOWNLOAD)
    assert door.applications[-1].local_password == "drafts2026x"


def test_a_tutorial_and_a_practice_wait_with_the_worker(page: WelcomePage, door: PaperDoor, qtbot: QtBot):
    page.go(OFFLINE)
    button(page.offline_step, "三分钟教程").click()
    assert page.findChild(HelpOverlay).browser.key == "quick_start"
    assert page.help_topic == "connect"
    assert not page.offline_step.practise_button.isVisible()


def test_practice_is_offered_where_there_is_one(
    background: Background, shown: Callable[[QWidget], QWidget], qtbot: QtBot
):
    door = PaperDoor()
    door.practice = True
    page = WelcomePage(door, background)
    shown(page)
    page.go(OFFLINE)
    with qtbot.waitSignal(page.practise):
        page.offline_step.practise_button.click()


def test_a_private_authority_is_chosen_without_a_modal_loop(page: WelcomePage, tmp_path: Path):
    page.go(CONNECT)
    button(page, "中心用自己的证书").click()
    dialog = page.connect_step.findChild(QFileDialog)
    assert dialog.isVisible()
    dialog.reject()
    page.connect_step.take_ca(str(tmp_path / "root.pem"))
    assert page.application().ca == tmp_path / "root.pem"
    assert button(page, "root.pem")


def test_the_address_of_last_time_is_there_already(background: Background, qtbot: QtBot):
    door = PaperDoor()
    door.remembered = ADDRESS
    page = WelcomePage(door, background)
    qtbot.addWidget(page)
    assert page.application() == Application(ADDRESS, "", "", "")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 640)])
@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_nothing_is_cut_off_and_the_buttons_stay_in_sight(
    page: WelcomePage, door: PaperDoor, theme: Theme, qtbot: QtBot, scale: float, width: int, height: int
):
    door.keyring = False
    at_protection(page, qtbot, password="short")
    page.protect_step.enrolled = None
    page.download_step.welcome(Enrolled("s", "李秀兰", "网格员", ("谷来镇 · 马村 · 第2网格",)))
    theme.set_scale(scale)
    page.resize(width, height)
    for step in (LOOK, CONNECT, OFFLINE, PROTECT, DOWNLOAD):
        page.go(step)
        settle(page)
        assert cut_off(page) == [], step
        assert nameless(page) == [], step
        bottom = page.forward_button.mapTo(page, page.forward_button.rect().bottomRight())
        assert page.rect().contains(bottom), step
