"""What happened is said without a box in the way; errors wait until they were read."""

import pytest

from gridworker.ui.message_bar import SHOWN_MS, Message, MessageBar
from gridworker.ui.undo import Undoable, UndoStack


@pytest.fixture
def bar(qtbot, theme):
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def test_a_message_is_shown_and_goes_by_itself_after_eight_seconds(bar):
    bar.show_message(Message("已保存"))
    assert bar.isVisible()
    assert bar._timer.isActive()
    assert bar._timer.interval() == SHOWN_MS == 8000
    bar._timer.timeout.emit()
    assert not bar.isVisible()


@pytest.mark.parametrize("tone", ["warn", "bad"])
def test_what_must_be_acted_on_stays(bar, tone):
    bar.show_message(Message("保存失败：磁盘空间不足", tone, "草稿还在，请先腾出空间。"))
    assert not bar._timer.isActive()
    assert "草稿还在" in bar.accessibleName()


def test_one_is_seen_and_the_errors_under_it_are_counted_and_come_back(bar):
    first, second = Message("甲没有保存", "bad"), Message("乙没有保存", "bad")
    bar.show_message(first)
    bar.show_message(Message("已保存"))
    bar.show_message(second)
    assert bar.current() is second
    assert bar._more.text() == "还有 1 条"  # the passing one between them is not kept
    bar.dismiss()
    assert bar.current() is first
    bar.show_message(Message("甲没有保存", "bad"))
    assert bar._more.text() == ""


def test_the_button_does_its_act_and_the_message_goes(bar):
    done = []
    bar.show_message(Message("已移到回收站", act=("撤销", lambda: done.append("撤销"))))
    bar._act.click()
    assert done == ["撤销"]
    assert not bar.isVisible()


def test_a_message_whose_reason_is_gone_can_be_withdrawn(bar):
    told = Message("连不上中心", "bad")
    bar.show_message(told)
    bar.withdraw(told)
    assert not bar.isVisible()


class Book:
    """A record that is moved out and in again."""

    def __init__(self) -> None:
        self.out: list[str] = []

    def act(self, name: str) -> Undoable:
        self.out.append(name)
        return Undoable(
            f"已移走{name}",
            undo=lambda: self.out.remove(name),
            redo=lambda: self.out.append(name),
        )


def test_what_was_done_can_be_taken_back_and_done_again():
    book, stack = Book(), UndoStack()
    stack.push(book.act("甲"))
    stack.push(book.act("乙"))
    assert stack.undo() is not None
    assert book.out == ["甲"]
    assert stack.redo() is not None
    assert book.out == ["甲", "乙"]


def test_the_button_takes_back_its_own_act_and_only_once():
    book, stack = Book(), UndoStack()
    first = book.act("甲")
    stack.push(first)
    stack.push(book.act("乙"))
    assert stack.undo(first) is first
    assert book.out == ["乙"]
    assert stack.undo(first) is None


def test_a_new_act_ends_what_could_be_done_again():
    book, stack = Book(), UndoStack()
    stack.push(book.act("甲"))
    stack.undo()
    stack.push(book.act("乙"))
    assert stack.redo() is None


def test_with_nothing_done_there_is_nothing_to_take_back():
    assert UndoStack().undo() is None
