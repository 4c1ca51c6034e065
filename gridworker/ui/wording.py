"""Dates, deadlines and states as a worker reads them; pure, so that every wording is a line in a test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from gridworker.records.codes import HOUSEHOLD_TAGS, TAG_TONES
from gridworker.ui.civil import china_now
from gridworker.ui.tokens import Tone

WEEKDAYS: Final = "一二三四五六日"

RECORD_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "local": ("仅在本机", "neutral"),
    "accepted": ("中心已收到", "info"),
    "durable": ("中心已存妥", "ok"),
    "conflict": ("需要核对", "warn"),
    "attention": ("被退回", "bad"),
}
"""What the record's state is called, and the colour of its chip."""


def day_words(day: date, today: date) -> str:
    """``今天``, ``11月24日``, or with the year when it is another."""
    if day == today:
        return "今天"
    if (day - today).days == -1:
        return "昨天"
    if day.year == today.year:
        return f"{day.month}月{day.day}日"
    return day.isoformat()


def moment_words(at: int, today: date) -> str:
    """An instant (ms UTC) as ``今天 10:32`` or ``11月24日 14:30``."""
    civil = china_now(at)
    return f"{day_words(civil.date(), today)} {civil:%H:%M}"


def clock_words(slow: int) -> str:
    """How far a clock is off (ms behind the centre's): ``慢了 23 分钟``, ``快了 2 天``."""
    minutes = max(1, abs(slow) // 60_000)
    if minutes < 120:
        far = f"{minutes} 分钟"
    elif minutes < 48 * 60:
        far = f"{minutes // 60} 小时"
    else:
        far = f"{minutes // 1440} 天"
    return f"{'慢' if slow > 0 else '快'}了 {far}"


def lease_words(left: int) -> str:
    """How long it still is (ms): ``再过 3 天``, ``一天之内``."""
    days = left // 86_400_000
    return f"再过 {days} 天" if days else "一天之内"


LOADING: Final = "资料下载中"
"""What a running sync says while large buckets come: its numbers are bytes then."""


def progress_words(done: int, total: int, words: str) -> str:
    """How far a sync is: ``正在上传 3 / 20``, ``资料下载中 43%（5.2 / 12.1 MB）``."""
    if words == LOADING and total:
        return f"{words} {share_words(done, total)}"
    if total:
        return f"{words} {done:,} / {total:,}"
    return f"{words} {done:,} 条" if done else words


def share_words(done: int, total: int) -> str:
    """``43%（5.2 / 12.1 MB）``; never 100% before it is whole."""
    return f"{min(99, done * 100 // total) if done < total else 100}%（{_megabytes(done)} / {size_words(total)}）"


def size_words(size: int) -> str:
    """Bytes as ``2.2 MB``; anything at all is at least ``0.1 MB``."""
    return f"{_megabytes(size)} MB"


def _megabytes(size: int) -> str:
    return f"{max(size / 1_000_000, 0.1 if size else 0):.1f}"


def long_day(day: date) -> str:
    """``11月21日 星期六``."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"


def due_words(due: date | None, today: date, *, soon: int = 3) -> tuple[str, Tone] | None:
    """How far a deadline is, with the colour that goes with it; None without one."""
    if due is None:
        return None
    days = (due - today).days
    if days < 0:
        return f"逾期 {-days} 天", "bad"
    if days == 0:
        return "今天", "warn"
    if days <= soon:
        return f"剩 {days} 天", "warn"
    if days <= 60:
        return f"{days} 天后", "neutral"
    return due.isoformat(), "neutral"


def ago_words(day: date, today: date) -> str:
    """``今天``, ``昨天``, ``94 天前``."""
    days = (today - day).days
    if days <= 0:
        return "今天"
    return "昨天" if days == 1 else f"{days} 天前"


def state_chip(state: str) -> tuple[str, Tone]:
    """The chip of a record's state."""
    return RECORD_STATES.get(state, (state, "neutral"))


def part_of_day(at: int) -> str:
    """The greeting for an instant (ms UTC)."""
    hour = china_now(at).hour
    if hour < 5:
        return "夜深了"
    if hour < 12:
        return "上午好"
    return "下午好" if hour < 18 else "晚上好"


def day_of(text: str | None) -> date | None:
    """A civil date as records keep it; None for none."""
    return date.fromisoformat(text) if text else None


def last_visit_words(last: date | None, today: date) -> str:
    """``上次走访 8月19日（94 天前）``."""
    if last is None:
        return "还没走访过"
    return f"上次走访 {day_words(last, today)}" + (f"（{ago_words(last, today)}）" if (today - last).days > 1 else "")


def way_order(address: str) -> tuple[tuple[int, str], ...]:
    """Sorts addresses as one walks them: 9号 before 10号."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", address) if part)


def tag_chips(tags: Iterable[str] | None) -> list[tuple[str, Tone]]:
    """Key tags of a household or person, each with its colour."""
    return [(HOUSEHOLD_TAGS.get(tag, tag), TAG_TONES.get(tag, "neutral")) for tag in tags or ()]  # type: ignore[misc]


def subject_names(visit: Mapping[str, Any]) -> str:
    """Whom a visit was to: ``王桂英、马建国``; "" for nobody named."""
    subjects = visit.get("subjects") or {}
    names = (str(subjects[entry].get("name") or "") for entry in sorted(subjects))
    return "、".join(name for name in names if name)


def shortened(text: str, most: int) -> str:
    """The first sentence of a text, as a title of at most *most* characters."""
    sentence = text.strip()
    for ending in "。！？；\n":
        sentence = sentence.partition(ending)[0]
    return sentence.strip() if len(sentence.strip()) <= most else sentence.strip()[: most - 1] + "…"
