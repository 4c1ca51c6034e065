"""A diary to read, with what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.kinds.review import ACTS, LEVELS
from gridworker.records.kinds.visit import STATES
from gridworker.ui.album import Album
from gridworker.ui.forms.files import FileStrip
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    Chip,
    EmptyState,
    Flow,
    KeyValue,
    Label,
    LinkButton,
    Scroll,
    SectionTitle,
    clear,
)
from gridworker.ui.wording import moment_words, state_chip, subject_names

Fields = Mapping[str, Any]

STATE_TONES: Mapping[str, Tone] = {"submitted": "info", "read": "ok", "returned": "warn"}


class DiaryReader(Card):
    """Whom it was to, when, what was found, and the reviews; scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(margins=(18, 14, 8, 12), gap=8, parent=parent)
        self._scroll = Scroll(margins=(0, 0, 10, 0), gap=10)
        self.body.addWidget(self._scroll, 1)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        clear(self._scroll.body)
        self._scroll.body.addWidget(EmptyState("book_open", "在左边选一篇日记。"))

    def show_diary(
        self,
        visit: Fields,
        reviews: Sequence[Fields],
        names: Mapping[str, str],
        today: date,
        act: tuple[str, Callable[[], object]] | None = None,
        album: Album | None = None,
    ) -> None:
        """One diary with what was said of it; *act*: what its reader may do with it, beside the title."""
        clear(self._scroll.body)
        body = self._scroll.body
        heading = SectionTitle(subject_names(visit) or "走访日记")
        if act is not None:
            heading.end.addWidget(LinkButton(*act, icon_name="edit"))
        body.addWidget(heading)
        body.addWidget(self._chips(visit))
        body.addWidget(self._pairs(visit, names, today))
        if visit.get("_ahead"):
            words = "走访时间比中心收到日记的时间晚一天以上，可能是填写时电脑的时间不对，请与填写人核对。"
            body.addWidget(Label(words, "second", wrap=True))
        told = "没有见到人。" if visit.get("met") is False else "（没有写情况）"
        body.addWidget(Label(str(visit.get("text") or told), "body", wrap=True))
        for name in ("handled", "promise", "hazard"):
            if visit.get(name):
                title = KINDS["visit"].by_name[name].title
                body.addWidget(Label(f"{title}：{visit[name]}", "second", wrap=True))
        if album is not None and visit.get("photos"):
            strip = FileStrip(album)
            strip.show_entries(visit["photos"])
            body.addWidget(strip)
        for review in reviews:
            body.addWidget(self._review(review, names, today))
        body.addStretch(1)

    def _chips(self, visit: Fields) -> QWidget:
        holder = QWidget()
        holder.setObjectName("clear")
        flow = Flow(holder, gap=6)
        state = str(visit.get("state"))
        flow.addWidget(Chip(STATES.get(state, state), STATE_TONES.get(state, "neutral")))
        flow.addWidget(Chip(*state_chip(str(visit.get("_state", "local")))))
        kind = KINDS["visit"]
        if visit.get("met") is False:
            flow.addWidget(Chip("未遇", "warn"))
        if visit.get("_ahead"):
            flow.addWidget(Chip("走访时间有误", "warn"))
        for name in ("situation", "safety", "purposes"):
            for tag in visit.get(name) or ():
                flow.addWidget(Chip(kind.by_name[name].shown([tag]), "neutral"))
        return holder

    def _pairs(self, visit: Fields, names: Mapping[str, str], today: date) -> KeyValue:
        pairs = KeyValue()
        pairs.put("填写人", names.get(str(visit.get("visitor")), ""))
        pairs.put("走访时间", moment_words(int(visit["visited_at"]), today))
        pairs.put("方式", KINDS["visit"].by_name["mode"].shown(visit.get("mode")))
        if visit.get("met_whom"):
            pairs.put("见到谁", str(visit["met_whom"]))
        if visit.get("follow_up"):
            done = "（已跟进）" if visit.get("follow_up_done") else ""
            pairs.put("跟进日期", f"{visit['follow_up']}{done}")
        return pairs

    def _review(self, review: Fields, names: Mapping[str, str], today: date) -> QWidget:
        box = Card(sunken=True, gap=4, margins=(14, 10, 14, 10))
        who = names.get(str(review.get("reviewer")), "")
        act, level = ACTS.get(str(review.get("act")), ""), LEVELS.get(str(review.get("level")), "")
        head = "·".join(part for part in (who, act, level, moment_words(int(review["reviewed_at"]), today)) if part)
        box.body.addWidget(Label(head, "strong", wrap=True))
        if review.get("comment"):
            box.body.addWidget(Label(str(review["comment"]), "second", wrap=True))
        return box
