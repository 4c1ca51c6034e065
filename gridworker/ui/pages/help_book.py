"""The help pages as a book: read once, found by plain words, and which page fits where one is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from gridworker.ui.style import RESOURCES

FOLDER: Final = RESOURCES / "help"
FIRST: Final = "quick_start"
KEYS: Final = "shortcuts"
INDEX: Final = "index"

_FITS: Final[Mapping[str, str]] = {
    "today": "quick_start",
    "homes": "find",
    "household": "households",
    "visits": "visit",
    "matters": "matter",
    "disputes": "dispute",
    "cases": "dispute",
    "case": "dispute",
    "sync": "no_network",
    "conflict": "conflict",
    "conflicts": "conflict",
    "supervision": "review",
    "coverage": "review",
    "review": "review",
    "settings": "backup",
}
_DRAWERS: Final = (
    ("走访", "visit"),
    ("日记", "visit"),
    ("调解", "dispute"),
    ("纠纷", "dispute"),
    ("住户", "households"),
)

Sheet = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def fitting(page: str, drawer: str = "") -> str:
    """The help page for somebody on *page* with a drawer titled *drawer* open (empty: none)."""
    for word, topic in _DRAWERS:
        if word in drawer:
            return topic
    return _FITS.get(page, FIRST)


@dataclass(frozen=True)
class Topic:
    """One page of the book."""

    key: str
    title: str
    order: int
    keywords: str
    headings: str
    text: str
    """All its words, without marks."""
    source: str
    """As it stands in its file."""


@dataclass(frozen=True)
class Found:
    """A page that answers, and the piece of it that does."""

    topic: Topic
    excerpt: str


class _Reader(HTMLParser):
    """Takes title, meta lines, headings and words out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.words: dict[str, list[str]] = {"title": [], "heading": [], "body": []}
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "name" in given:
            self.meta[given["name"]] = given.get("content", "")
        elif tag in ("title", "h1", "h2", "body"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)
        if tag in ("p", "li", "td", "h1", "h2"):
            self.words["body"].append(" ")

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.words["title"].append(data)
        elif "h1" not in self._inside and "body" in self._inside:
            self.words["body"].append(data)
            if "h2" in self._inside:
                self.words["heading"].append(data + " ")

    def said(self, where: str) -> str:
        """The words of one place; blanks only between words of letters and between two blocks."""
        words = re.sub(r"\s+", " ", "".join(self.words[where]).replace("\xa0", ""))
        return re.sub(r" (?=[，。；：、）”])|(?<=[，。；：、（“]) ", "", words).strip()


def _read(path: Path) -> Topic:
    source = path.read_text(encoding="utf-8")
    reader = _Reader()
    reader.feed(source)
    return Topic(
        key=path.stem,
        title=reader.said("title"),
        order=int(reader.meta.get("order", "999")),
        keywords=reader.meta.get("keywords", ""),
        headings=reader.said("heading"),
        text=reader.said("body"),
        source=source,
    )


class HelpBook:
    """All pages of *folder*, in their order."""

    def __init__(self, folder: Path = FOLDER) -> None:
        read = sorted((_read(path) for path in folder.glob("*.html")), key=lambda topic: topic.order)
        self._topics = {topic.key: topic for topic in read}

    def topics(self) -> tuple[Topic, ...]:
        """All pages in order."""
        return tuple(self._topics.values())

    def has(self, key: str) -> bool:
        """Whether there is a page of this key."""
        return key in self._topics

    def topic(self, key: str) -> Topic:
        """One page; the first where *key* is unknown."""
        return self._topics.get(key) or self._topics[FIRST]

    def search(self, text: str) -> list[Found]:
        """The pages that answer *text*, best first; several words must all fit, a sentence in part."""
        words = text.lower().split()
        if not words:
            return [Found(topic, "") for topic in self.topics()]
        found = [(_score(topic, words), topic) for topic in self.topics()]
        if not any(score for score, _ in found):
            pieces = [piece for word in words for piece in _pairs(word)]
            found = [(_score_in_part(topic, pieces), topic) for topic in self.topics()]
            words = pieces
        ranked = sorted((pair for pair in found if pair[0]), key=lambda pair: (-pair[0], pair[1].order))
        return [Found(topic, _excerpt(topic.text, words)) for _, topic in ranked]

    def page(self, key: str, sheet: Sheet = ()) -> str:
        """The HTML of a page; the page of keys gets the whole *sheet*, ``index`` lists all pages."""
        if key == INDEX:
            lines = "".join(f'<p><a href="{each.key}.html">{html.escape(each.title)}</a></p>' for each in self.topics())
            return f"<h1>帮助</h1>{lines}"
        topic = self.topic(key)
        if topic.key == KEYS and sheet:
            return topic.source.replace("</body>", _keys(sheet) + "</body>")
        return topic.source


def _weight(topic: Topic, word: str) -> int:
    places = ((topic.title, 8), (topic.keywords, 5), (topic.headings, 3))
    # Between pages that name it alike, the one that speaks of it longer.
    return sum(weight for place, weight in places if word in place.lower()) + min(6, topic.text.lower().count(word))


def _score(topic: Topic, words: Iterable[str]) -> int:
    weights = [_weight(topic, word) for word in words]
    return sum(weights) if all(weights) else 0


def _score_in_part(topic: Topic, pieces: Sequence[str]) -> int:
    weights = [weight for piece in pieces if (weight := _weight(topic, piece))]
    # One piece of a long question fits anywhere by chance.
    return sum(weights) if len(weights) * 3 >= len(pieces) else 0


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _excerpt(text: str, words: Iterable[str]) -> str:
    """The sentence in which the first of *words* stands; the first sentence when none does."""
    low = text.lower()
    at = next((place for word in words if (place := low.find(word)) >= 0), 0)
    start = max(text.rfind(end, 0, at) for end in "。；：？") + 1
    return text[start : start + 60].strip()


def _keys(sheet: Sheet) -> str:
    groups = []
    for title, keys in sheet:
        lines = "".join(
            f'<tr><td width="34%"><span class="key">&nbsp;{html.escape(shown)}&nbsp;</span></td>'
            f"<td>{html.escape(words)}</td></tr>"
            for words, shown in keys
        )
        table = f'<table width="100%" cellpadding="6" cellspacing="0">{lines}</table>'
        groups.append(f"<h2>{html.escape(title)}</h2>{table}")
    return "".join(groups)
