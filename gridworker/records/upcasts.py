"""What a former version of the catalogue called otherwise: its changes, as this version understands them.

Additions need no step: an old desk does not know a new field and cannot erase it, a new field or kind is kept by
whoever does not know it. A step is for what got another name, place or unit; it is kept for eighteen months at
the least, since a laptop may lie in a drawer for so long. The change itself, its bytes and their hash, stays what
it was: only what is laid on the row is another.
"""

from collections.abc import Callable
from typing import Final

from gridworker.records import schema
from gridworker.records.change import Change

Step = Callable[[Change], Change]

STEPS: Final[dict[tuple[str, int], Step]] = {}
"""(kind, n): from version n to n + 1 of that kind."""


def upcast(change: Change) -> Change:
    """The change as the present version has it; one of a later version is left as it is."""
    if change.schema >= schema.SCHEMA:
        return change
    for version in range(change.schema, schema.SCHEMA):
        step = STEPS.get((change.kind, version))
        if step is not None:
            change = step(change)
    return change._replace(schema=schema.SCHEMA)
