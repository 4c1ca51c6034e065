"""同步: how it stands, what waits and why, what came back, what happened; and what the window says of it."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gridworker import errors
from gridworker.errors import (
    CentreUnreachable,
    DeviceRevoked,
    GridworkerError,
    ProxyInTheWay,
    SignInNeeded,
    SignInRefused,
)
from gridworker.protocol.sync import GroupResult
from gridworker.sync.report import Report
from gridworker.sync.schedule import AFTER_SAVE
from gridworker.ui.act_undo import undoable
from gridworker.ui.background import Background, Progress
from gridworker.ui.desktop import Desktop
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.sync_control import SyncControl, SyncView
from gridworker.ui.theme import Theme
from gridworker.ui.widgets import ListRow
from gridworker.ui.window import MainWindow
from tests.helpers.legible import cut_off, nameless, settle
from tests.helpers.mouse import Mouse, words_of, write
from tests.helpers.notebook import BUCKETS, standing
from tests.helpers.small_grid import GRID, HOME, MORNING, RETURNED_VISIT, SmallGrid, home_id

DEVICE = "01900000-0000-7000-8000-00000000ab12"
PASSWORD = "correct horse battery"


class Line:
    """The way to a centre: the test says what becomes of a sync, and of a sign-in."""

    def __init__(self) -> None:
        self.trouble: GridworkerError | None = None
        self.refusal: GridworkerError | None = None
        self.report = Report(ok=True)
        self.open = Event()
        self.open.set()
        self.steps: list[tuple[int, int, str]] = []
        self.passwords: list[str] = []
        self.syncs = 0

    def sync(self, progress: Progress) -> Report:
        self.syncs += 1
        for step in self.steps:
            progress.report(*step)
        while not self.open.wait(0.01):
            progress.check()
        if self.trouble is not None:
            raise self.trouble
        return self.report

    def sign_in(self, password: str, progress: Progress) -> None:
        self.passwords.append(password)
        if self.refusal is not None:
            raise self.refusal
        self.trouble = None


class Office:
    """王芳's window, with a line that the test holds."""

    def __init__(self, grid: SmallGrid, background: Background, qtbot: QtBot) -> None:
        self.grid, self.qtbot, self.line = grid, qtbot, Line()
        self.now = 0
        grid.store.set_metas({"device": DEVICE, "centre": "https://zx.example.cn", "last_success": MORNING})
        self.window = MainWindow(background)
        qtbot.addWidget(self.window)
        self.window.resize(1366, 768)
        self.control = SyncControl(background, self.line.sync, lambda: self.now, lambda: 0.0, parent=self.window)
        self.desktop = Desktop(self.window, grid.work, self.control, self.line.sign_in)
        self.desktop.start()
        self.window.show()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.mouse = Mouse(self.window)

    def sync(self) -> None:
        """Until it is over."""
        with self.qtbot.waitSignal(self.control.finished):
            self.control.ask()
        settle(self.window)

    def page(self) -> str:
        """What 同步 says."""
        self.window.go("sync")
        settle(self.window)
        return words_of(self.window)

    def rows(self) -> list[str]:
        """The rows of the page."""
        settle(self.window)
        return [row.accessibleName() for row in self.window.findChildren(ListRow) if row.isVisible()]

    def bar(self) -> str:
        """What the status bar says of the sync."""
        return self.window.status._sync.accessibleName()

    def said(self) -> str:
        """What the message bar says."""
        drawer = self.window.drawer
        message = (self.window.messages if drawer is None else drawer.messages).current()
        return "" if message is None else f"{message.text} {message.advice}"


@pytest.fixture
def office(grid: SmallGrid, background: Background, qtbot: QtBot, theme: Theme) -> Iterator[Office]:
    """王芳 at her desk."""
    office = Office(grid, background, qtbot)
    yield office
    office.line.open.set()
    office.control.close()


# ---------------------------------------------------------------------- how it stands


def test_when_all_is_sent_it_says_so_and_since_when(office: Office) -> None:
    words = office.page()
    assert "都已同步" in words
    assert "https://zx.example.cn·上次成功 今天 09:14" in words
    assert "没有等待上传的内容。" in words
    assert office.bar() == "已同步 09:14"


def test_what_waits_is_listed_with_what_was_done(office: Office) -> None:
    office.grid.ledger.save("household", {"phone": "13805759999", "members": 3}, HOME)
    removed = office.grid.ledger.remove("household", home_id(2))
    office.window.redraw(removed.changed.kinds)
    words = office.page()
    assert "有 3 处修改待上传" in words
    assert office.rows() == [
        "住户：王桂英，修改联系电话、人口·今天 09:14",
        "住户：马建国，移除·今天 09:14",
    ]
    assert office.bar() == "上次同步 09:14"


def test_a_row_that_waits_leads_to_its_record(office: Office) -> None:
    office.grid.ledger.save("household", {"members": 3}, HOME)
    office.page()
    office.mouse.click(office.mouse.row("住户：王桂英"))
    assert office.window.here == "household"


def test_a_running_sync_shows_how_far_it_is_and_can_be_cancelled(qtbot: QtBot, office: Office) -> None:
    office.page()
    office.line.open.clear()
    office.line.steps = [(4, 9, "正在上传")]
    office.control.ask()
    qtbot.waitUntil(lambda: office.control.view.total == 9)
    settle(office.window)
    assert "正在上传 4 / 9" in words_of(office.window)
    assert office.bar() == "正在同步 4/9"
    with qtbot.waitSignal(office.control.finished):
        office.mouse.press("取消")
    settle(office.window)
    assert "已取消这次同步" in words_of(office.window)
    assert office.said() == "", "who cancels knows it"


def test_a_line_that_is_down_is_no_alarm(office: Office) -> None:
    office.line.trouble = CentreUnreachable()
    office.window.go("today")
    office.sync()
    assert office.said() == ""
    assert office.bar() == "离线，已存本机"
    assert "连不上中心" in office.page()
    office.line.trouble = None
    with office.qtbot.waitSignal(office.control.finished):
        office.mouse.press("立即重试")


def test_a_login_page_in_the_way_is_said_once(office: Office) -> None:
    office.line.trouble = ProxyInTheWay()
    office.sync()
    assert "网络需要先登录" in office.said()
    office.window.messages.dismiss()
    office.sync()
    assert office.said() == ""
    assert office.bar() == "同步出错，1 分钟后重试"


def test_a_clock_that_is_wrong_is_said_once_and_stands_on_the_page_until_it_is_right(office: Office) -> None:
    office.grid.store.set_meta("clock_offsets", [0, 23 * 60_000])
    office.sync()
    assert "这台电脑的时间不对，慢了 23 分钟" in office.said()
    office.window.messages.dismiss()
    office.sync()
    assert office.said() == ""
    assert "这台电脑的时间慢了 23 分钟" in office.page()
    office.grid.store.set_meta("clock_offsets", [23 * 60_000, 0])
    office.sync()
    assert "慢了" not in office.page()


@pytest.mark.parametrize(
    ("days_ago", "words"), [(10, ""), (12, "再过 2 天还没有连接中心"), (13.5, "一天之内还没有连接中心")]
)
def test_before_the_lease_ends_the_worker_is_told(
    grid: SmallGrid, background: Background, qtbot: QtBot, theme: Theme, days_ago: float, words: str
) -> None:
    grid.store.set_metas({"lease_days": 14, "lease_from": int(MORNING - days_ago * 86_400_000)})
    office = Office(grid, background, qtbot)
    assert office.said() == "", "with the first sync it may be over"
    office.line.trouble = CentreUnreachable()
    office.sync()
    assert words in office.said()
    assert bool(office.said()) is bool(words)
    office.window.messages.dismiss()
    office.sync()
    assert office.said() == "", "once is enough"
    office.control.close()


def test_receipts_promise_no_more_than_the_centre_does(office: Office) -> None:
    assert "中心已收到" not in office.page(), "nothing was handed in yet"
    office.grid.ledger.save("household", {"members": 3, "phone": "13805759999"}, HOME)
    _take(office)
    assert "中心已收到 2 处。中心未设备份，所以暂时不能显示“中心已存妥”" in office.page()
    office.grid.store.set_meta("backup", True)
    office.window.go("today")
    assert "中心已收到 2 处，中心已存妥 0 处" in office.page()


def _take(office: Office) -> None:
    """The centre takes everything that waits."""
    changes = office.grid.waiting()
    numbers = [change.n for change in changes]
    result = GroupResult(tx=changes[0].tx, verdict="ok", numbers=numbers, seqs={BUCKETS["grid"][0]: 999})
    office.grid.store.settle([result], standing(backup=False), MORNING)


def test_a_desk_without_a_centre_is_shown_the_way_to_one(office: Office) -> None:
    office.grid.store.set_metas({"device": "", "last_success": 0, "centre": ""})
    office.line.trouble = SignInNeeded("not enrolled")
    office.sync()
    assert "这台电脑还没有连接中心" in office.said()
    assert office.bar() == "尚未连接中心"


# ---------------------------------------------------------------------- sign in again


def test_a_desk_that_must_sign_in_asks_for_the_password_and_goes_on(qtbot: QtBot, office: Office) -> None:
    office.line.trouble = SignInNeeded()
    office.sync()
    assert office.bar() == "请重新登录"
    assert "请重新登录" in office.said()
    office.window.messages.press_act()
    settle(office.window)
    drawer = office.window.drawer
    assert drawer is not None
    write(office.mouse.field(QLineEdit, "密码", drawer), PASSWORD)
    with qtbot.waitSignal(office.control.finished):
        office.mouse.press("登录", drawer)
    assert office.line.passwords == [PASSWORD]
    assert office.window.drawer is None
    assert office.line.syncs == 2, "what waited goes out at once"
    assert office.control.view.error is None


def test_a_wrong_password_is_said_at_the_field_and_nothing_closes(qtbot: QtBot, office: Office) -> None:
    office.line.trouble, office.line.refusal = SignInNeeded(), SignInRefused()
    office.sync()
    office.page()
    office.mouse.press("重新登录")
    drawer = office.window.drawer
    assert drawer is not None
    field = office.mouse.field(QLineEdit, "密码", drawer)
    write(field, "wrong")
    office.mouse.press("登录", drawer)
    qtbot.waitUntil(lambda: "中心没有接受登录" in words_of(drawer))
    assert office.window.drawer is drawer
    office.line.refusal = None
    field.clear()
    write(field, PASSWORD)
    with qtbot.waitSignal(office.control.finished):
        office.mouse.press("登录", drawer)
    assert office.line.passwords == ["wrong", PASSWORD]


def test_an_empty_password_is_not_sent(office: Office) -> None:
    office.desktop.open_sign_in()
    drawer = office.window.drawer
    assert drawer is not None
    office.mouse.press("登录", drawer)
    assert "请输入密码。" in words_of(drawer)
    assert office.line.passwords == []


def test_a_desk_that_was_cut_off_is_not_asked_for_a_password(office: Office) -> None:
    office.line.trouble = DeviceRevoked()
    office.sync()
    assert "这台电脑已被停用" in office.said()
    message = office.window.messages.current()
    assert message is not None
    assert message.act is None or message.act[0] != "重新登录"
    assert office.bar() == "中心不接受登录"


# ---------------------------------------------------------------------- saves


def test_every_save_on_any_page_is_sent_ten_seconds_later(qtbot: QtBot, office: Office) -> None:
    office.sync()
    office.now = 60_000
    office.window.go("today")
    saved = office.grid.ledger.save("household", {"members": 4}, HOME)
    office.window.redraw(saved.changed.kinds)
    assert office.control.view.next_in == AFTER_SAVE
    assert "待上传 1" in office.window.status._waiting.accessibleName()


def test_taking_back_is_a_save_too(office: Office) -> None:
    office.sync()
    saved = office.grid.ledger.save("household", {"members": 4}, HOME)
    office.window.redraw(saved.changed.kinds)
    office.sync()
    office.now = 100_000
    undone = office.grid.ledger.undo(saved.act)
    office.window.redraw(undone.changed.kinds)
    assert office.control.view.next_in == AFTER_SAVE


def test_what_somebody_has_built_on_is_not_taken_back_and_the_window_says_why(office: Office) -> None:
    ledger = office.grid.ledger
    saved = ledger.save("household", {"members": 4}, HOME)
    office.window.offer_undo(undoable(ledger, office.window, "已修改", saved))
    ledger.save("household", {"members": 5}, HOME)
    office.window.undo_last()
    assert "之后又有修改，不能撤销" in office.said()
    assert "已撤销" not in office.said()
    assert ledger.get("household", HOME)["members"] == 5


def test_drawing_anew_without_a_save_hurries_nothing(office: Office) -> None:
    office.sync()
    before = office.control.view.next_in
    office.window.redraw(frozenset({"household", "draft"}))
    office.grid.ledger.keep_draft("visit:new", "visit", "记走访", {"text": "在"})
    office.window.redraw(frozenset({"draft"}))
    assert office.control.view.next_in == before
    assert before is not None
    assert before > AFTER_SAVE


def test_what_a_sync_brings_is_drawn_and_is_no_save(office: Office) -> None:
    office.line.report = Report(ok=True, pulled=3, kinds={"household"})
    office.sync()
    assert office.control.view.next_in != AFTER_SAVE


def test_a_sync_tells_what_was_changed_on_both_sides_and_what_came_back(office: Office) -> None:
    office.line.report = Report(ok=True, conflicts=2, kinds={"household"})
    office.sync()
    assert "有 2 处两边都改过，请您核对" in office.said()
    office.window.messages.press_act()
    assert office.window.here == "sync"
    office.line.report = Report(ok=True, refused=1, kinds={"household"})
    office.sync()
    assert "有 1 处修改被退回" in office.said()


# ---------------------------------------------------------------------- what came back


def _refuse(office: Office, reason: str = "这个网格已不归您管理，请联系管理员。") -> None:
    """The centre refuses everything that waits."""
    groups: dict[str, list[int]] = {}
    for change in office.grid.waiting():
        groups.setdefault(change.tx, []).append(change.n)
    results = [
        GroupResult(tx=tx, verdict="refused", numbers=numbers, code="not_allowed", reason=reason)
        for tx, numbers in groups.items()
    ]
    office.grid.store.settle(results, standing(), MORNING)


def test_what_came_back_shows_its_whole_reason(office: Office) -> None:
    office.grid.ledger.save("household", {"members": 9}, HOME)
    _refuse(office)
    words = office.page()
    assert "被退回" in words
    assert "这个网格已不归您管理，请联系管理员。" in words
    assert "住户：王桂英" in words
    assert office.grid.ledger.get("household", HOME)["members"] == 2
    office.desktop.show_sync()
    assert "1" in office.window.rail._items["sync"].accessibleName(), "the rail counts it"


def test_what_came_back_or_was_put_off_says_what_to_do(office: Office) -> None:
    ledger, store = office.grid.ledger, office.grid.store
    told = {"unlawful_move": "refused", "a_reason_of_next_year": "refused", "unknown_target": "held"}
    for n, (code, verdict) in enumerate(told.items()):
        ledger.save("household", {"members": 5 + n}, HOME)
        (change,) = office.grid.waiting()
        store.settle([GroupResult(tx=change.tx, verdict=verdict, numbers=[change.n], code=code)], standing(), MORNING)
    words = office.page()
    assert "请打开记录看看现在办到哪里" in words
    assert "被退回（原因代码：a_reason_of_next_year）" in words, "a reason of a later centre says at least what helps"
    assert "“等所指的记录”：它提到的那一条还在别的电脑上。请同事同步一次就会接上" in words


def on_the_way() -> list[GridworkerError]:
    """Everything that a sync may meet, the busiest centre and the fullest disk included."""
    found = [errors.CentreError, errors.SignInError, errors.StoreError, errors.DiskFull, errors.StoreBusy]
    found += [*errors.CentreError.__subclasses__(), *errors.CentreUnreachable.__subclasses__()]
    found += errors.SignInError.__subclasses__()
    return [each("detail") for each in found]


def test_every_trouble_on_the_way_is_said_with_what_to_do_and_fits(office: Office, theme: Theme) -> None:
    theme.set_scale(1.4)
    office.page()
    for trouble in on_the_way():
        office.control._show(SyncView(error=trouble))
        words = office.page()
        assert trouble.title in words
        assert trouble.remedy in words
        assert cut_off(office.window) == [], trouble.title


def test_who_has_switched_the_sync_off_is_not_promised_that_it_comes(office: Office) -> None:
    office.grid.ledger.save("household", {"members": 9}, HOME)
    assert "保存后会自动上传" in office.page()
    office.control.set_automatic(False)
    assert "自动同步已经关掉了" in office.page()


def test_what_came_back_can_be_handed_in_again(qtbot: QtBot, office: Office) -> None:
    office.grid.ledger.save("household", {"members": 9}, HOME)
    _refuse(office)
    office.page()
    with qtbot.waitSignal(office.control.finished):
        office.mouse.press("再交一次")
    assert office.line.syncs == 1
    assert [change.path for change in office.grid.waiting()] == ["members"]
    assert office.grid.ledger.get("household", HOME)["members"] == 9


@pytest.mark.parametrize(
    ("kind", "fields", "changed"),
    [
        ("household", {"head_name": "赵大川", "address": "马村9号"}, ("address", "马村8号")),
        ("visit", {"text": "走访了赵大川"}, ("text", "走访了赵小川")),
        ("matter", {"title": "路灯不亮", "content": "村口第三盏"}, ("content", "村口第二盏")),
    ],
)
def test_what_was_refused_when_it_was_new_is_filled_in_again(
    office: Office, kind: str, fields: dict[str, str], changed: tuple[str, str]
) -> None:
    record = office.grid.ledger.save(kind, {"grid": GRID, **fields}).id
    _refuse(office, "请核对后再交。")
    assert next(iter(fields.values()))[:4] in office.page(), "it has its name, though nothing of it is in the ledger"
    office.mouse.press("修改后再交")
    drawer = office.window.drawer
    assert isinstance(drawer, FormDrawer)
    assert "请核对后再交。" in words_of(drawer)
    assert drawer.form.values()[changed[0]] == fields[changed[0]]
    drawer.form.set_values({**drawer.form.values(), changed[0]: changed[1]})
    office.mouse.press("保存", drawer)
    settle(office.window)
    assert office.window.drawer is None, office.said()
    (again,) = office.grid.waiting()
    assert (again.record, again.value[changed[0]]) == (record, changed[1])
    assert office.grid.ledger.outbox(("attention",)) == []
    assert office.grid.ledger.get(kind, record)[changed[0]] == changed[1]


def test_giving_up_asks_once_and_keeps_the_words_in_the_history(office: Office) -> None:
    office.grid.ledger.save("household", {"note": "写了很久的话"}, HOME)
    _refuse(office)
    office.page()
    office.mouse.press("放弃")
    drawer = office.window.drawer
    assert drawer is not None
    assert "原文仍留在这条记录的历史里" in words_of(drawer)
    assert office.grid.ledger.outbox(("attention",)), "nothing has happened yet"
    office.mouse.press("放弃", drawer)
    assert office.grid.ledger.outbox(("attention",)) == []
    assert "写了很久的话" in str(office.grid.ledger.show("household", HOME).history)


# ---------------------------------------------------------------------- what happened


def test_the_last_syncs_are_told_with_their_counts(office: Office) -> None:
    office.grid.store.log_sync(MORNING, {"ok": True, "result": "完成", "pushed": 3, "pulled": 1200, "conflicts": 1})
    office.grid.store.log_sync(MORNING, {"ok": False, "result": "连不上中心", "pushed": 0, "pulled": 0})
    words = office.page()
    assert "完成·上传 3·下载 1,200·需要核对 1" in words
    assert "连不上中心·上传 0·下载 0" in words


def test_people_and_places_are_read_again_when_a_sync_brought_new_ones(office: Office) -> None:
    office.grid.ledger.names()
    office.line.report = Report(ok=True, kinds={"staff_member"})
    before = office.grid.ledger._names
    office.sync()
    assert office.grid.ledger._names is not before


def test_a_returned_diary_written_anew_waits_for_the_centre_like_everything_else(office: Office) -> None:
    office.grid.ledger.save("visit", {"text": "老人每天一片降压药。"}, RETURNED_VISIT)
    office.page()
    assert office.rows()[0].startswith("走访：老人每天一片降压药。，修改情况")


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1366), (1.4, 1366), (1.0, 1024)])
def test_everything_can_be_read_and_has_a_name(office: Office, theme: Theme, scale: float, width: int) -> None:
    office.grid.ledger.save("household", {"members": 9}, HOME)
    _refuse(office, "这个网格已不归您管理，请联系管理员。" * 3)
    office.grid.ledger.save("household", {"phone": "13805759999"}, home_id(2))
    office.line.trouble = SignInNeeded()
    office.sync()
    office.page()
    theme.set_scale(scale)
    office.window.resize(width, 690)
    settle(office.window)
    assert cut_off(office.window) == []
    assert nameless(office.window) == []
    office.desktop.open_sign_in()
    settle(office.window)
    assert cut_off(office.window) == []
    assert nameless(office.window) == []
