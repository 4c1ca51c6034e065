"""What a command has to say, for a machine and for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Told:
    """One JSON document, and the lines that say the same."""

    document: dict[str, Any]
    lines: Sequence[str] = field(default_factory=tuple)
