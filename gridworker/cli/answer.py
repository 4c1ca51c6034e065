"""What a command answers: a document for programs, lines for people."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """The same twice."""

    document: dict[str, Any]
    lines: Sequence[str]


class Misused(Exception):
    """The command was used wrongly; the text is Chinese and says how it is used."""


STATES = {
    "local": "仅在本机",
    "accepted": "中心已收到",
    "durable": "中心已存妥",
    "conflict": "需要核对",
    "attention": "被退回",
    "": "",
}
