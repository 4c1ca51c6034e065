"""How a whole bucket becomes one file, and rows again: like beside like, and what cannot be packed apart.

A file is a line with its name, a line that is a ``SnapshotHead``, and blocks. Of the first form a block holds rows:
lines of JSON as the feed sends them, with the stamp of the change that made a row told once. Of the second form it
holds sheets (``sheets``): columns, which whoever lays them need not take apart row by row. In both the ids stand
outside of the text (``ids_apart``). The same rows make the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import orjson
from pydantic import ValidationError

from gridworker.protocol import SNAPSHOT_FORM, ids_apart
from gridworker.protocol.codec import NotReadable, read_lines
from gridworker.protocol.sheets import Sheet, read_sheets, sheets_of
from gridworker.protocol.sync import SnapshotHead, Wire
from gridworker.protocol.told_once import told_again, told_once

BLOCK_ROWS = 4_000
BLOCK_TEXT = 2 * 1024 * 1024
"""A block ends when it has so many rows, or so many bytes of text: whoever reads it needs a few times as much."""

_NAME = b"gridworker snapshot %d\n"
_LONGEST_HEAD = 10_000


def head_of(head: SnapshotHead, form: int = SNAPSHOT_FORM) -> bytes:
    """The beginning of a file."""
    return _NAME % form + orjson.dumps(head.model_dump(exclude={"form"})) + b"\n"


def blocks_of(rows: Iterable[Wire], level: int, form: int = SNAPSHOT_FORM) -> Iterator[bytes]:
    """The rest of it. Never more than a block is in memory. ``level``: of zstd, how hard to try."""
    some: list[Wire] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(orjson.dumps(row))
        if len(some) >= BLOCK_ROWS or size >= BLOCK_TEXT:
            yield _block(some, level, form)
            some, size = [], 0
    if some:
        yield _block(some, level, form)


def read_head(file: IO[bytes]) -> SnapshotHead:
    """The head of a file; the blocks follow. Raises ``NotReadable``."""
    name = file.readline(len(_NAME % SNAPSHOT_FORM))
    form = next((form for form in range(1, SNAPSHOT_FORM + 1) if name == _NAME % form), None)
    if form is None:
        raise NotReadable("no snapshot")
    try:
        return SnapshotHead.model_validate_json(file.readline(_LONGEST_HEAD)).model_copy(update={"form": form})
    except ValidationError:
        raise NotReadable("no head") from None


def read_parts(file: IO[bytes], some: int, form: int = SNAPSHOT_FORM) -> Iterator[Sheet | Sequence[Wire]]:
    """The rows behind the head, about ``some`` at a time, as they come. Raises ``NotReadable``."""
    while (block := ids_apart.unpack(file)) is not None:
        rows, text, ids = block
        if form == 1:
            lines = _lines(rows, text, ids)
            yield from (told_again(read_lines(lines[start : start + some])) for start in range(0, rows, some))
            continue
        for part in read_sheets(rows, text, ids):
            yield from (part[start : start + some] for start in range(0, len(part), some))


def read_blocks(file: IO[bytes], some: int, form: int = SNAPSHOT_FORM) -> Iterator[Sequence[Wire]]:
    """The same as rows, whatever they came as."""
    for part in read_parts(file, some, form):
        yield part.wires() if isinstance(part, Sheet) else part


def _block(rows: Sequence[Wire], level: int, form: int) -> bytes:
    columns: list[bytes] = []
    if form == 1:
        text = b"\n".join(orjson.dumps(told_once(row)) for row in rows)
    else:
        text, columns = sheets_of(rows)
    used = [*ids_apart.ID.findall(text), *columns]
    return ids_apart.pack(len(rows), ids_apart.ID.sub(ids_apart.HOLE, text), used, level)


def _lines(rows: int, text: bytes, ids: Sequence[str]) -> list[bytes]:
    whole, left = ids_apart.filled(text, ids)
    lines = whole.split(b"\n")
    if left or len(lines) != rows:
        raise NotReadable("rows")
    return lines
