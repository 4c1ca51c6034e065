"""The parts of a page, as hands, keys and ears meet them."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from gridworker.ui.widgets import (
    Avatar,
    Button,
    CheckRow,
    Chip,
    ChipChoice,
    Column,
    DateChoice,
    DayCalendar,
    Elide,
    EmptyState,
    Entry,
    Flow,
    FormRow,
    KeyValue,
    Label,
    Line,
    ListRow,
    PhraseChips,
    ProgressStrip,
    Row,
    RowList,
    Scroll,
    SearchField,
    SectionTitle,
    SegmentedChoice,
    StatTile,
    Stepper,
    Tags,
    TextBox,
    Timeline,
    clear,
)
from gridworker.ui.widgets.marks import tone_of

TODAY = date(2026, 11, 21)


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def spelled(field: QWidget, letters: str, commit: str = "") -> None:
    event = QInputMethodEvent(letters, [])
    event.setCommitString(commit)
    QApplication.sendEvent(field, event)


# Words


def test_a_long_line_is_shortened_and_keeps_its_whole_text_within_reach(shown):
    line = shown(Elide("建设路 18 号 3 栋 2 单元 501 上次走访 8月19日"))
    line.resize(400, 24)
    assert line.toolTip() == ""
    line.resize(80, 24)
    assert line.toolTip() == line.accessibleName() == "建设路 18 号 3 栋 2 单元 501 上次走访 8月19日"
    assert line.minimumSizeHint().width() < 60


def test_what_a_record_contains_is_never_markup(shown):
    label = shown(Label("<b>王桂英</b><img src=x>"))
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_pair_is_added_once_and_changed_after(shown):
    pairs = KeyValue()
    pairs.put("电话", "139****7301")
    shown(pairs)
    pairs.put("电话", "")
    assert pairs.value("电话") == "—"
    assert len(pairs.findChildren(Label)) == 2


def test_a_heading_counts_only_when_there_is_something_to_count(shown):
    title = shown(SectionTitle("今天要走访", "8 户"))
    assert title.findChild(Chip).isVisible()
    title.set_count("")
    assert not title.findChild(Chip).isVisible()


# Pressing


def test_the_ring_is_drawn_for_the_keyboard_and_not_for_the_pointer(shown, theme, qtbot):
    holder = QWidget()
    row = Row(holder)
    button = Button("打印")
    row.addWidget(Line("先"))
    row.addWidget(button)
    shown(holder)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert theme.colour("primary").name() not in colours(button.grab().toImage())
    button.setFocus(Qt.FocusReason.TabFocusReason)
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert theme.colour("primary").name() in colours(button.grab().toImage())


def test_a_folded_button_keeps_its_words_for_tooltip_and_screen_reader(shown):
    button = shown(Button("记走访", icon_name="notebook_add"))
    button.fold(True)
    assert (button.text(), button.toolTip(), button.accessibleName()) == ("", "记走访", "记走访")
    button.fold(False)
    assert (button.text(), button.toolTip()) == ("记走访", "")


def test_at_the_large_size_a_button_is_large_enough_for_an_old_thumb(shown, theme):
    button = shown(Button("保存", kind="primary"))
    theme.set_scale(1.2)
    assert button.sizeHint().height() >= 44


# Choosing


def test_one_way_of_visiting_is_chosen(shown, qtbot):
    how = shown(SegmentedChoice("方式", [("door", "上门", "home"), ("phone", "电话", "call")]))
    assert how.value() == ""
    how.choose("door")
    with qtbot.waitSignal(how.chosen) as chosen:
        qtbot.mouseClick(how.button("phone"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["phone"]
    assert how.value() == "phone"
    assert how.button("phone").accessibleName() == "方式：电话"


def test_filters_may_be_several_and_survive_new_options(shown, qtbot):
    tags = shown(ChipChoice("标签", [("a", "独居老人"), ("b", "低保")], many=True))
    for key in ("a", "b"):
        qtbot.mouseClick(tags.button(key), Qt.MouseButton.LeftButton)
    assert tags.values() == {"a", "b"}
    tags.set_options([("b", "低保"), ("c", "残疾")])
    assert tags.values() == {"b"}
    tags.set_values(frozenset())
    assert tags.values() == frozenset()


def test_chips_go_on_the_next_line_when_the_first_is_full(shown):
    holder = QWidget()
    flow = Flow(holder, gap=8)
    for word in ("独居老人", "困境家庭", "社区矫正", "留守儿童"):
        flow.addWidget(Button(word, kind="chip"))
    shown(holder)
    one_line = flow.heightForWidth(2000)
    assert flow.heightForWidth(200) >= 2 * one_line
    assert flow.count() == 4
    clear(flow)
    assert flow.count() == 0


def test_a_follow_up_is_set_for_a_week_later_or_for_any_day(shown, qtbot):
    when = shown(DateChoice(TODAY))
    assert when.value() is None
    week = next(b for b in when.findChildren(Button) if b.text() == "一周后")
    with qtbot.waitSignal(when.changed) as changed:
        qtbot.mouseClick(week, Qt.MouseButton.LeftButton)
    assert changed.args == [date(2026, 11, 28)]
    when.set_value(date(2026, 12, 3))
    assert [b.text() for b in when.findChildren(Button) if b.isChecked()] == ["12月3日"]
    when.set_value(None)
    assert not any(b.isChecked() for b in when.findChildren(Button))


def test_the_calendar_opens_and_takes_a_day(shown, qtbot):
    when = shown(DateChoice(TODAY))
    other = next(b for b in when.findChildren(Button) if b.text() == "选日期")
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    calendar = when.findChild(DayCalendar)
    assert calendar.isVisible()
    calendar._emit(calendar.selectedDate().addDays(40))
    assert when.value() == date(2026, 12, 31)
    qtbot.waitUntil(lambda: when.findChild(DayCalendar) is None)


def test_a_phrase_is_written_at_the_cursor_and_can_be_taken_back(shown, qtbot):
    holder = QWidget()
    column = Column(holder)
    text, phrases = TextBox("情况"), PhraseChips(["一切正常", "已提醒注意用火用电安全和防范诈骗电话"])
    column.addWidget(text)
    column.addWidget(phrases)
    phrases.picked.connect(text.insert)
    shown(holder)
    first, second = phrases.findChildren(Button)
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert text.text() == "一切正常"
    assert text.hasFocus()
    assert len(second.text()) == 12
    assert second.toolTip() == "已提醒注意用火用电安全和防范诈骗电话"
    text.undo()
    assert text.text() == ""


# Typing


def test_a_search_waits_for_the_pause_and_for_the_word_to_be_spelled(shown, qtbot):
    field, told = shown(SearchField("姓名或地址")), []
    field.searched.connect(told.append)
    spelled(field, "wang gui ying")
    qtbot.wait(200)
    assert told == []
    spelled(field, "", commit="王桂英")
    qtbot.waitUntil(lambda: told == ["王桂英"])


def test_a_search_is_told_once_and_return_does_not_wait(shown, qtbot):
    field, told = shown(SearchField("姓名或地址")), []
    field.searched.connect(told.append)
    qtbot.keyClicks(field, "wgy")
    assert told == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.wait(200)
    assert told == ["wgy"]


def test_escape_and_the_cross_empty_the_search(shown, qtbot):
    field, told = shown(SearchField("姓名或地址")), []
    field.searched.connect(told.append)
    cross = field.findChild(Button)
    field.set_quietly("wgy")
    assert cross.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert not cross.isVisible()
    field.set_quietly("wxy")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    field.search_now()
    assert told == [""]


def test_a_text_grows_with_its_lines_to_a_limit_and_with_the_size(shown, theme):
    text = shown(TextBox("情况", least=3, most=6))
    least = text.height()
    text.set_text("一\n二\n三\n四\n五")
    grown = text.height()
    assert grown > least
    text.set_text("\n" * 50)
    most = text.height()
    line = text.fontMetrics().lineSpacing()
    assert most - least == 3 * line
    theme.set_scale(1.4)
    assert text.height() > most


def test_a_draft_is_offered_when_typing_pauses_or_the_field_is_left(shown, qtbot):
    holder = QWidget()
    column = Column(holder)
    text, other = TextBox("情况"), Line("电话")
    column.addWidget(text)
    column.addWidget(other)
    shown(holder)
    text.setFocus()
    qtbot.keyClicks(text, "a")
    with qtbot.waitSignal(text.paused, timeout=500):
        other.setFocus()
    qtbot.keyClicks(text, "b")
    assert text._pause.interval() == 1000
    text._pause.setInterval(10)
    text._pause.start()
    with qtbot.waitSignal(text.paused, timeout=1500):
        pass
    text.set_text("从草稿里来")
    with qtbot.assertNotEmitted(text.paused, wait=50):
        pass


def test_what_is_wrong_is_said_under_the_field_and_to_screen_readers(shown):
    field = Line()
    row = shown(FormRow("身份证号", field, hint="18 位", required=True))
    assert field.accessibleName() == "身份证号"
    row.set_wrong("第 18 位对不上，请核对。")
    words = [label.text() for label in row.findChildren(Label) if label.isVisible()]
    assert words == ["身份证号 *", "第 18 位对不上，请核对。"]
    assert field.accessibleDescription() == "第 18 位对不上，请核对。"
    assert field.property("wrong") is True
    row.set_wrong("")
    assert "18 位" in [label.text() for label in row.findChildren(Label)]


# Marks


def test_the_same_name_has_the_same_colour_every_day():
    assert tone_of("王桂英") == tone_of("王桂英")
    assert len({tone_of(name) for name in ("王桂英", "陈志强", "周玉梅", "吴建国", "何晓霞")}) > 1


def test_an_avatar_and_a_chip_are_painted_in_their_tone(shown, theme):
    avatar, chip = shown(Avatar("王", tone="violet")), shown(Chip("逾期 4 天", "bad"))
    assert theme.colour("violet_bg").name() in colours(avatar.grab().toImage())
    assert theme.colour("bad_bg").name() in colours(chip.grab().toImage())
    chip.set_text("今天", "warn")
    assert theme.colour("warn_bg").name() in colours(chip.grab().toImage())
    assert chip.accessibleName() == chip.text() == "今天"


def test_tags_without_room_are_counted_and_all_are_spoken(shown, theme):
    tags = shown(Tags([("独居老人", "warn"), ("低保", "info"), ("残疾", "violet")]))
    tags.resize(tags.sizeHint())
    assert theme.colour("violet_bg").name() in colours(tags.grab().toImage())
    tags.resize(110, 24)
    assert theme.colour("violet_bg").name() not in colours(tags.grab().toImage())
    assert tags.accessibleName() == "独居老人、低保、残疾"


def test_a_tile_says_its_number_opens_its_list_and_gives_up_its_icon_when_narrow(shown, qtbot, theme):
    tile = shown(StatTile("今日待走访", "calendar_checkmark", "info"))
    tile.show_count(8, "2 户已逾期")
    assert tile.accessibleName() == "今日待走访 8，2 户已逾期"
    tile.resize(300, 86)
    assert theme.colour("info_bg").name() in colours(tile.grab().toImage())
    tile.resize(200, 86)
    assert theme.colour("info_bg").name() not in colours(tile.grab().toImage())
    with qtbot.waitSignal(tile.clicked):
        qtbot.keyClick(tile, Qt.Key.Key_Space)


# Rows


@pytest.fixture
def due(shown):
    rows = RowList()
    for name in ("王桂英", "陈志强"):
        row = ListRow(name, tags=[("高龄", "warn")], line="建设路 18 号", due=("今天", "warn"))
        row.add_side_act("call", "打电话", lambda: None)
        row.add_act("记走访", lambda: None, icon_name="notebook_add")
        rows.add(row)
    rows.resize(758, 146)
    return shown(rows)


def test_a_row_opens_by_click_return_and_space(due, qtbot):
    row = due.rows()[0]
    for press in (
        lambda: qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(200, 30)),
        lambda: qtbot.keyClick(row, Qt.Key.Key_Return),
        lambda: qtbot.keyClick(row, Qt.Key.Key_Space),
    ):
        with qtbot.waitSignal(row.opened):
            press()


def test_arrows_walk_from_row_to_row(due, qtbot):
    first, second = due.rows()
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Down)
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Up)
    assert first.hasFocus()


def test_a_narrow_row_folds_its_acts_and_loses_no_meaning(due):
    row = due.rows()[0]
    call, act = row.findChildren(Button)
    assert call.isVisible()
    assert act.text() == "记走访"
    due.resize(560, 146)
    QApplication.processEvents()
    assert not call.isVisible()
    assert act.text() == ""
    assert act.toolTip() == "记走访"


def test_rows_are_72_high_at_the_usual_size(due, theme):
    assert due.rows()[0].height() == 72
    theme.set_scale(1.4)
    assert due.rows()[0].height() == 101
    due.clear()
    assert due.rows() == ()


def test_a_task_is_ticked(shown, qtbot):
    row = shown(CheckRow("回访：周玉梅家下水道返味", "今天·来自 9月22日走访"))
    box = row.findChild(QAbstractButton)
    assert box.accessibleName() == "回访：周玉梅家下水道返味"
    with qtbot.waitSignal(row.ticked) as ticked:
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Space)
    assert ticked.args == [True]
    assert row.is_ticked()


# What happened, and how far


def test_the_story_of_a_case_is_read_entry_by_entry(shown, qtbot):
    story = shown(
        Timeline(
            [
                Entry("第 1 次调解", "11月18日 19:00", "分歧在金额", (("笔录 1 份", "neutral"),), key="m1"),
                Entry("登记", "11月14日 17:40", icon_name="flag"),
            ]
        )
    )
    first = next(w for w in story.findChildren(QWidget) if w.accessibleName().startswith("11月18日"))
    with qtbot.waitSignal(story.opened) as opened:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert opened.args == ["m1"]
    story.set_entries([])
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    assert not [w for w in story.findChildren(QWidget) if w.accessibleName().startswith("11月")]


def test_the_stage_of_a_case_is_spoken(shown, theme):
    steps = shown(Stepper(("登记", "受理", "调解", "归档"), 2))
    assert steps.accessibleName() == "进度：调解（3/4）"
    assert theme.colour("bad").name() not in colours(steps.grab().toImage())
    steps.set_steps(("登记", "受理", "调解", "未达成"), 3, failed=True)
    assert theme.colour("bad").name() in colours(steps.grab().toImage())


def test_progress_is_told_and_can_be_cancelled(shown, qtbot):
    stopped = []
    strip = shown(ProgressStrip(lambda: stopped.append(1)))
    strip.show_progress(4, 9, "已上传 4 / 9 条")
    assert strip._bar.accessibleName() == "已上传 4 / 9 条"
    assert (strip._bar.value(), strip._bar.maximum()) == (4, 9)
    qtbot.mouseClick(strip.findChild(Button), Qt.MouseButton.LeftButton)
    assert stopped == [1]


def test_an_empty_place_offers_ways_out(shown, qtbot):
    done = []
    empty = shown(
        EmptyState("home_person", "还没有住户。", ways_out=[("导入", lambda: done.append(1)), ("新建", lambda: None)])
    )
    first, second = empty.findChildren(Button)
    assert (first.kind, second.kind) == ("tint", "quiet")
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert done == [1]


def test_a_tall_stack_scrolls_down_and_never_sideways(shown):
    scroll = Scroll()
    for n in range(40):
        scroll.body.addWidget(Label(f"第 {n} 行"))
    scroll.body.addWidget(Button("一个说明很长的按钮，不能被切掉一半"))
    shown(scroll)
    QApplication.processEvents()
    scroll.resize(60, 200)
    assert not scroll.widget().autoFillBackground()
    assert scroll.verticalScrollBar().maximum() > 0
    assert scroll.minimumWidth() >= scroll.widget().minimumSizeHint().width()
