"""Attached photos and papers: keeping one here, finding its bytes, and how far each has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotFound
from gridworker.records.files import state_of
from gridworker.storage.cabinet import Cabinet
from gridworker.storage.file_links import FileLink
from gridworker.storage.outbox import WAITS
from gridworker.storage.store import Store


@dataclass(frozen=True)
class WaitingFile:
    """A file of one's own that the centre lacks. ``reason``: text, refused, full, media, …; "" when it is in line."""

    link: FileLink
    reason: str


class Files:
    """The cabinet, as far as a person has to do with it; opened when the first file is asked for."""

    def __init__(self, store: Store, cabinet: Callable[[], Cabinet], clock: Callable[[], int]) -> None:
        self._store = store
        self._open = cabinet
        self._clock = clock
        self._opened: Cabinet | None = None

    def keep(
        self, body: bytes, media_type: str, thumb: bytes | None, *, caption: str = "", taken_at: int | None = None
    ) -> dict[str, Any]:
        """Keep a file here; what a list of files says of it. It waits for the record that will speak of it."""
        kept = self._cabinet.put([body], media_type, thumb, self._clock())
        entry = {"sha256": kept.sha256, "size": kept.size, "media_type": media_type}
        more = {"caption": caption or None, "taken_at": taken_at}
        return entry | {name: value for name, value in more.items() if value is not None}

    def thumb(self, sha256: str) -> bytes | None:
        """The small picture; None when none is here."""
        return self._cabinet.thumb(sha256)

    def content(self, sha256: str) -> bytes:
        """The bytes. Raises ``NotFound`` when they are not all here."""
        if not self.is_here(sha256):
            raise NotFound("file")
        self._cabinet.used(sha256, self._clock())
        return self._cabinet.content(sha256)

    def is_here(self, sha256: str) -> bool:
        """Whether all bytes are here."""
        kept = self._cabinet.about(sha256)
        return kept is not None and kept.whole

    def state(self, entry: Mapping[str, Any]) -> str:
        """waiting, stored or durable. A centre without a backup promises nothing."""
        durable = int(self._store.meta("files_durable", 0)) if self._store.meta("backup", False) else 0
        if entry.get("stored") is None and (told := self._told(entry)) is not None:
            entry = {**entry, "stored": told}  # a receipt was quicker than the feed
        return state_of(entry, durable)

    def link(self, sha256: str) -> FileLink | None:
        """Where a record speaks of it, rather one that the centre has it for."""
        links = sorted(self._store.file_links(sha256), key=lambda link: link.stored is None)
        return links[0] if links else None

    def waiting(self) -> list[WaitingFile]:
        """One's own files that the centre lacks, and why, small ones first."""
        unstored = self._store.unstored_files()
        if not unstored:
            return []
        trouble = self._store.meta("files_trouble", {})
        epoch = str(self._store.meta("epoch", ""))
        found: dict[tuple[str, str], WaitingFile] = {}
        for link in unstored:
            kept = self._cabinet.about(link.sha256)
            if kept is None or not kept.mine or self._cabinet.is_handed_in(link.sha256, link.bucket, epoch):
                continue
            reason = self._text(link) or str(trouble.get(link.sha256, ""))
            found.setdefault((link.bucket, link.sha256), WaitingFile(link, "" if reason == "not_found" else reason))
        return sorted(found.values(), key=lambda each: each.link.size)

    def close(self) -> None:
        """Let go of the cabinet."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _told(self, entry: Mapping[str, Any]) -> int | None:
        return self._cabinet.number_of(str(entry.get("sha256")), str(self._store.meta("epoch", "")))

    def _text(self, link: FileLink) -> str:
        states = {change.state for change in self._store.own_changes(link.record)}
        return "refused" if "attention" in states else "text" if states.intersection(WAITS) else ""

    @property
    def _cabinet(self) -> Cabinet:
        if self._opened is None:
            self._opened = self._open()
        return self._opened
