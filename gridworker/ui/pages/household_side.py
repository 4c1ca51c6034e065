"""The right column of a household's file: sensitive tags, what must not be forgotten, the last visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gridworker.records import KINDS
from gridworker.ui.page import Frame
from gridworker.ui.pages.home_forms import HomeForms
from gridworker.ui.pages.home_preview import recent_entries
from gridworker.ui.pages.reveal import Reveal
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Banner,
    Card,
    Chip,
    Column,
    IconButton,
    Label,
    LinkButton,
    Row,
    SectionTitle,
    Timeline,
    TintButton,
)
from gridworker.ui.wording import day_of, due_words
from gridworker.ui.work import Work

RECENT: Final = 3

Fields = Mapping[str, Any]


def tags_card(
    work: Work, frame: Frame, forms: HomeForms, home: Fields, *, whole: bool, show: Callable[[], object]
) -> Card | None:
    """Sensitive tags: how many there are, and which only after a reason was given; None for whom it is no matter."""
    household = str(home["id"])
    alike = work.ledger.alike("household", household)
    tags = work.ledger.find("key_group_tag", where=(("household", "in", alike),))
    may_add = forms.may("create", "key_group_tag")
    if not tags and not may_add:
        return None
    card = Card(gap=10)
    title = SectionTitle("敏感标签", f"{len(tags)} 项" if tags else "")
    if tags and not whole:
        title.end.addWidget(Reveal(work, frame, "household", household, show, words="查看"))
    if may_add:
        title.end.addWidget(LinkButton("添加", lambda: forms.new_tag(frame, home), icon_name="add"))
    card.body.addWidget(title)
    if not tags:
        card.body.addWidget(Label("没有敏感标签。", "second"))
    elif not whole:
        card.body.addWidget(Label("内容已隐藏，查看时会记录原因。", "second", wrap=True))
    else:
        for tag in tags:
            card.body.addLayout(_tag_row(work, frame, forms, tag))
    return card


def _tag_row(work: Work, frame: Frame, forms: HomeForms, tag: Fields) -> Row:
    kind = KINDS["key_group_tag"].by_name
    name = kind["tag"].shown(tag.get("tag"))
    row = Row(gap=8)
    words = Column(gap=4)
    chips = Row(gap=6)
    chips.addWidget(Chip(name, "violet"))
    if tag.get("level"):
        chips.addWidget(Chip(str(tag["level"]), "neutral"))
    chips.addStretch(1)
    words.addLayout(chips)
    person = work.ledger.get("person", str(tag.get("person") or "")) or {}
    until = f"到 {tag['valid_to']}" if tag.get("valid_to") else f"{tag.get('valid_from') or ''} 起"
    facts = (str(person.get("name") or ""), until, str(tag.get("source") or ""), str(tag.get("note") or ""))
    words.addWidget(Label("　".join(fact for fact in facts if fact), "second", wrap=True))
    row.addLayout(words, 1)
    if forms.may("remove", "key_group_tag"):
        take_out = IconButton(
            "delete", f"移除敏感标签：{name}", lambda: forms.remove(frame, "key_group_tag", str(tag["id"]), name)
        )
        row.addWidget(take_out)
    return row


STANDING: Final[Mapping[str, tuple[Tone, str, str]]] = {
    "conflict": ("warn", "这一户有两边都改过的内容，请您核对。", "去核对"),
    "attention": ("bad", "这一户有修改被退回，内容还在本机。", "去看看"),
}
"""States of the record that ask for a person."""


def reminders_card(work: Work, frame: Frame, home: Fields, follow: Callable[[str], object]) -> Card:
    """What is to be checked, follow-ups, hazards, an agreed day; *follow* opens a diary with something to do."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("重点提醒"))
    lines = 0
    standing = STANDING.get(work.ledger.state_of("household", str(home["id"])))
    if standing is not None:
        card.body.addWidget(_notice(standing[0], standing[1], standing[2], lambda: frame.go("sync")))
        lines += 1
    for visit in work.ledger.follow_ups(str(home["id"])):
        due = due_words(day_of(visit.get("follow_up")), work.today())
        said = f"要跟进{f'（{due[0]}）' if due else ''}：{visit.get('promise') or visit.get('text') or '上次走访的事'}"
        tone: Tone = "warn" if due is not None and due[1] != "neutral" else "info"
        card.body.addWidget(_notice(tone, said, "去看", lambda visit=visit: follow(str(visit["id"]))))  # type: ignore[misc]
        lines += 1
    if home.get("safety_notes"):
        card.body.addWidget(Label(f"安全隐患：{home['safety_notes']}", "second", wrap=True))
        lines += 1
    if home.get("next_visit"):
        card.body.addWidget(Label(f"约定 {home['next_visit']} 再去。", "second", wrap=True))
        lines += 1
    if not lines:
        card.body.addWidget(Label("没有需要特别提醒的事。", "second"))
    return card


def _notice(tone: Tone, words: str, act: str, run: Callable[[], object]) -> Banner:
    banner = Banner(tone)
    banner.body.addWidget(Label(words, "second", wrap=True), 1)
    banner.body.addWidget(TintButton(act, run))
    return banner


def recent_card(work: Work, household: str, opened: Callable[[object], object]) -> Card:
    """The last visits."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("最近走访"))
    entries = recent_entries(work, household, RECENT)
    if entries:
        timeline = Timeline(entries)
        timeline.opened.connect(opened)
        card.body.addWidget(timeline)
    else:
        card.body.addWidget(Label("还没有走访记录。", "second"))
    return card
