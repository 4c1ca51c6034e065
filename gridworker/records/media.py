"""Which sorts of file may be attached, and how their first bytes tell them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

HEAD = 16
"""So many first bytes tell a sort."""
PHOTO = "image/webp"


@dataclass(frozen=True)
class Sort:
    """One sort of file: what people call it, by which endings it goes, and how it begins."""

    title: str
    endings: tuple[str, ...]
    begins: Callable[[bytes], bool]


def _with(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


_ZIP = _with(b"PK\x03\x04")
_OLE = _with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OPEN_XML = "application/vnd.openxmlformats-officedocument."

SORTS: Mapping[str, Sort] = {
    PHOTO: Sort("照片", (), lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    "application/pdf": Sort("PDF", ("pdf",), _with(b"%PDF-")),
    _OPEN_XML + "wordprocessingml.document": Sort("文档", ("docx",), _ZIP),
    _OPEN_XML + "spreadsheetml.sheet": Sort("表格", ("xlsx",), _ZIP),
    "application/msword": Sort("文档", ("doc", "wps"), _OLE),
    "application/vnd.ms-excel": Sort("表格", ("xls", "et"), _OLE),
    "audio/mpeg": Sort("录音", ("mp3",), _with(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "audio/mp4": Sort("录音", ("m4a",), lambda head: head[4:8] == b"ftyp"),
    "audio/amr": Sort("录音", ("amr",), _with(b"#!AMR")),
    "audio/wav": Sort("录音", ("wav",), lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
}
"""By media type, as it stands in ``Files.media_type``."""


def of_ending(name: str, head: bytes) -> str | None:
    """The media type of a paper of this name that begins like this; None when it is none that may be attached."""
    ending = name.rpartition(".")[2].lower()
    found = (kind for kind, sort in SORTS.items() if ending in sort.endings and sort.begins(head))
    return next(found, None)


def fits(media_type: str, head: bytes) -> bool:
    """Whether bytes that begin like this may be of that sort; one that this version does not know may be anything."""
    sort = SORTS.get(media_type)
    return sort is None or sort.begins(head)


def title_of(media_type: str) -> str:
    """What people call it."""
    sort = SORTS.get(media_type)
    return sort.title if sort is not None else "文件"
