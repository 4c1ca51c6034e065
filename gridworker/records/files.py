"""Attached files as a field: the list of them travels with the record, their bytes by themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from gridworker.records.fields import Field, Merge, Moment, Privacy, Text, Whole
from gridworker.records.several import Entries
from gridworker.records.wrong import Wrong

MOST_BYTES = 20 * 1024 * 1024
"""Bytes of one file; a photo is shrunk to a hundredth of it before it gets here."""

STATES: Mapping[str, str] = {"waiting": "待上传", "stored": "已上传", "durable": "已存妥"}
"""How far a file has come, as a person reads it."""

SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, kw_only=True)
class Digest(Text):
    """The SHA-256 of a file's bytes, in hex."""

    type: ClassVar[str] = "digest"
    limit: int = 64

    def _checked(self, value: Any) -> str:
        if not isinstance(value, str) or not SHA256.match(value):
            raise Wrong(f"{self.title}：不是文件的校验值。")
        return value


_FIELDS: tuple[Field, ...] = (
    Digest("sha256", "校验", required=True, merge=Merge.FIXED),
    Whole("size", "大小", required=True, least=1, most=MOST_BYTES, merge=Merge.FIXED),
    Text("media_type", "格式", required=True, limit=100, merge=Merge.FIXED),
    Text("caption", "说明", limit=200, privacy=Privacy.B),
    Moment("taken_at", "拍摄时间", merge=Merge.FIXED),
    Whole("stored", "入库序号", least=1, most=2**53, merge=Merge.CENTRE),
)


@dataclass(frozen=True, kw_only=True)
class Files(Entries):
    """A list of attached files, each known by the SHA-256 of its bytes.

    ``stored`` is the number that the centre gave the file when it had all of its bytes; before, it is missing. What
    a backup covers is covered up to a number (``Standing.files_durable``): one change tells both receipts.
    """

    type: ClassVar[str] = "files"
    privacy: Privacy = Privacy.B
    fields: tuple[Field, ...] = _FIELDS
    most: int = 30


def state_of(entry: Mapping[str, Any], durable: int) -> str:
    """``waiting``, ``stored`` or ``durable``; ``durable``: up to which number a backup covers the files."""
    stored = entry.get("stored")
    if not isinstance(stored, int):
        return "waiting"
    return "durable" if stored <= durable else "stored"
