"""The parts that pages are built of. Sizes are design pixels everywhere; colours are tokens.

Layout      Row, Column, Flow (wraps)       layouts whose margins and gaps follow the size
            Card, Banner, Rule, Space       white box, coloured notice, hairline, empty room
            Scroll                          column that scrolls down; use for every tall stack
            fill, clear                     put several widgets into a layout; empty it
Words       Label(text, role, tone=)        plain text; roles h1 h2 strong second hint number …
            Elide                           one line that shortens with … and keeps a tooltip
            SectionTitle(text, count)       a card's heading; links go into ``.end``
            TabStrip(name, titles)          tabs; ``currentChanged`` carries the number
            KeyValue                        ``.put("电话", "139****7301")``, one pair a line
Buttons     PrimaryButton, QuietButton, TintButton, LinkButton, IconButton, Button(kind=)
            Check                           tick box
Choosing    SegmentedChoice                 上门/电话/路遇/来访: 2 to 5, all in sight
            ChipChoice(many=)               pills, one on or several: filters
            DateChoice(today)               3 天后 / 一周后 / 选日期
            DayCalendar(day)                a month; ``picked``; also for QDateEdit
            PhraseChips                     ready sentences: ``picked`` → TextBox.insert
Typing      Line, SearchField, TextBox      fields that respect the input method
            FormRow(title, field)           title, field, hint or what is wrong
Marks       Chip, TagChip, Tags             coloured words; Tags folds into +2
            Avatar(name), StatTile          circle with a character; number that opens a list
            IconLabel                       a drawing alone (from gridworker.ui.icons)
Lists       RowList, ListRow, CheckRow      short lists (up to ~50); longer: gridworker.ui.lists
            Timeline, Entry                 what happened, newest first
States      EmptyState                      icon, sentence, ways out
            ProgressStrip, Stepper          how far a job is; at which stage a case is
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from gridworker.ui.icons import IconLabel
from gridworker.ui.widgets.boxes import (
    Banner,
    Card,
    Column,
    Flow,
    Row,
    Rule,
    Scroll,
    Space,
    clear,
    fill,
)
from gridworker.ui.widgets.buttons import (
    Button,
    Check,
    IconButton,
    LinkButton,
    Pressable,
    PrimaryButton,
    QuietButton,
    TintButton,
)
from gridworker.ui.widgets.chips import (
    Chip,
    ChipChoice,
    DateChoice,
    PhraseChips,
    SegmentedChoice,
    TagChip,
    Tags,
)
from gridworker.ui.widgets.fields import FormRow, Line, SearchField, TextBox
from gridworker.ui.widgets.marks import Avatar, Badge, StatTile
from gridworker.ui.widgets.rows import CheckRow, ListRow, RowList
from gridworker.ui.widgets.text import Elide, KeyValue, Label, Marked, SectionTitle, TabStrip

if TYPE_CHECKING:
    from gridworker.ui.widgets.calendar import DayCalendar
    from gridworker.ui.widgets.states import EmptyState, ProgressStrip, Stepper
    from gridworker.ui.widgets.timeline import Entry, Timeline

__all__ = [
    "Avatar",
    "Badge",
    "Banner",
    "Button",
    "Card",
    "Check",
    "CheckRow",
    "Chip",
    "ChipChoice",
    "Column",
    "DateChoice",
    "DayCalendar",
    "Elide",
    "EmptyState",
    "Entry",
    "Flow",
    "FormRow",
    "IconButton",
    "IconLabel",
    "KeyValue",
    "Label",
    "Line",
    "LinkButton",
    "ListRow",
    "Marked",
    "PhraseChips",
    "Pressable",
    "PrimaryButton",
    "ProgressStrip",
    "QuietButton",
    "Row",
    "RowList",
    "Rule",
    "Scroll",
    "SearchField",
    "SectionTitle",
    "SegmentedChoice",
    "Space",
    "StatTile",
    "Stepper",
    "TabStrip",
    "TagChip",
    "Tags",
    "TextBox",
    "Timeline",
    "TintButton",
    "clear",
    "fill",
]

_LATER: Final = {
    "DayCalendar": "calendar",
    "EmptyState": "states",
    "Entry": "timeline",
    "ProgressStrip": "states",
    "Stepper": "states",
    "Timeline": "timeline",
}
"""What the first page never shows is loaded when it is first asked for: each costs Qt classes."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
