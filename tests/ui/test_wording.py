"""Dates, deadlines, addresses and names as a worker reads them."""

from __future__ import annotations

from datetime import date

import pytest

from gridworker.ui.wording import (
    ago_words,
    clock_words,
    day_of,
    day_words,
    due_words,
    last_visit_words,
    long_day,
    moment_words,
    part_of_day,
    shortened,
    state_chip,
    subject_names,
    tag_chips,
    way_order,
)
from tests.helpers.notebook import DAY, MORNING

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 2), "今天"),
        (date(2026, 3, 1), "昨天"),
        (date(2026, 1, 9), "1月9日"),
        (date(2025, 12, 31), "2025-12-31"),
        (date(2026, 3, 3), "3月3日"),
    ],
)
def test_a_day_is_said_as_short_as_it_may_be(day: date, words: str) -> None:
    assert day_words(day, TODAY) == words


def test_an_instant_is_chinas() -> None:
    assert moment_words(MORNING, TODAY) == "今天 09:14"
    assert moment_words(MORNING - DAY, TODAY) == "昨天 09:14"
    assert long_day(TODAY) == "3月2日 星期一"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 2, 26), ("逾期 4 天", "bad")),
        (date(2026, 3, 2), ("今天", "warn")),
        (date(2026, 3, 5), ("剩 3 天", "warn")),
        (date(2026, 3, 12), ("10 天后", "neutral")),
        (date(2026, 9, 1), ("2026-09-01", "neutral")),
        (None, None),
    ],
)
def test_a_deadline_says_how_far_it_is(due: date | None, words: tuple[str, str] | None) -> None:
    assert due_words(due, TODAY) == words


def test_the_last_visit_says_when_and_how_long_ago() -> None:
    assert last_visit_words(None, TODAY) == "还没走访过"
    assert last_visit_words(date(2026, 3, 1), TODAY) == "上次走访 昨天"
    assert last_visit_words(date(2025, 11, 28), TODAY) == "上次走访 2025-11-28（94 天前）"
    assert [ago_words(day, TODAY) for day in (TODAY, date(2026, 3, 1), date(2026, 2, 1))] == ["今天", "昨天", "29 天前"]


@pytest.mark.parametrize(("hours", "words"), [(-6, "夜深了"), (0, "上午好"), (4, "下午好"), (10, "晚上好")])
def test_one_is_greeted_by_the_hour(hours: int, words: str) -> None:
    assert part_of_day(MORNING + hours * 3_600_000) == words


def test_house_numbers_are_sorted_as_one_walks() -> None:
    addresses = ["马村10号", "马村9号", "马村9号后", "后岸2号", "马村"]
    assert sorted(addresses, key=way_order) == ["后岸2号", "马村", "马村9号", "马村9号后", "马村10号"]


def test_a_title_is_the_first_sentence_and_never_too_long() -> None:
    assert shortened("路灯坏了。晚上不安全。", 30) == "路灯坏了"
    assert shortened("一\n二", 30) == "一"
    assert shortened("好" * 50, 30) == "好" * 29 + "…"
    assert shortened("  ", 30) == ""


def test_names_tags_and_states() -> None:
    assert subject_names({"subjects": {"b": {"name": "乙"}, "a": {"name": "甲"}, "c": {}}}) == "甲、乙"
    assert subject_names({}) == ""
    assert tag_chips(["low_income", "unknown"]) == [("低保", "info"), ("unknown", "neutral")]
    assert tag_chips(None) == []
    assert state_chip("local") == ("仅在本机", "neutral")
    assert state_chip("durable") == ("中心已存妥", "ok")
    assert day_of(None) is None
    assert day_of("2026-03-02") == TODAY


@pytest.mark.parametrize(
    ("slow", "words"),
    [
        (6 * 60_000, "慢了 6 分钟"),
        (-90 * 60_000, "快了 90 分钟"),
        (3 * 3_600_000, "慢了 3 小时"),
        (-50 * 3_600_000, "快了 2 天"),
    ],
)
def test_a_wrong_clock_is_told_in_round_words(slow: int, words: str) -> None:
    assert clock_words(slow) == words
