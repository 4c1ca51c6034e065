"""What lists of files ask of the desk: make a photo small and keep it, show it, bring it here when it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from gridworker.errors import GridworkerError, NotAccepted, NotFound
from gridworker.records.files import STATES
from gridworker.ui.background import Background, Job, Progress, Told
from gridworker.ui.tokens import Tone

if TYPE_CHECKING:
    from gridworker.ledger import Ledger
    from gridworker.storage.file_links import FileLink

Entry = Mapping[str, Any]
Fetch = Callable[["FileLink", Callable[[bytes], bytes | None], Progress], None]
"""Brings a file here; runs in the network lane."""

_TONES: Final[Mapping[str, Tone]] = {"waiting": "warn", "stored": "info", "durable": "ok"}
_NO_CENTRE: Final = "这台电脑还没有连接中心，照片和文件要从中心取。"


class Album(QObject):
    """One per window. ``came``: the bytes of this hash are here now."""

    came = Signal(str)

    def __init__(
        self,
        ledger: Ledger,
        background: Background,
        lane_ledger: Callable[[], Ledger],
        fetch: Fetch | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        assert ledger.files is not None, "the window has an album only when the desk has a cabinet"
        self._ledger, self._files, self._background = ledger, ledger.files, background
        self._lane_ledger, self._fetch = lane_ledger, fetch

    def add(
        self,
        source: Path | QImage,
        then: Callable[[dict[str, Any]], object],
        failed: Callable[[GridworkerError], object],
    ) -> Job[dict[str, Any]]:
        """Make it small and keep it, in the local lane; *then* gets what the list says of it."""
        lane_ledger = self._lane_ledger

        def keep(progress: Progress) -> dict[str, Any]:
            from gridworker.ui import pictures

            made = pictures.of_path(source) if isinstance(source, Path) else pictures.of_image(source)
            progress.check()
            files = lane_ledger().files
            assert files is not None, "a lane has what the window has"
            return files.keep(made.body, made.media_type, made.thumb, caption=made.caption, taken_at=made.taken_at)

        return self._background.run(keep, then=then, failed=failed)

    def bring(
        self, sha256: str, failed: Callable[[GridworkerError], object], progress: Told | None = None
    ) -> Job[None] | None:
        """Bring a file here that is not; ``came`` follows. None when that cannot even be tried."""
        link, fetch = self._files.link(sha256), self._fetch
        if link is None or fetch is None:
            failed(NotFound("file", advice=_NO_CENTRE if fetch is None else ""))
            return None

        def work(handed: Progress) -> None:
            from gridworker.ui import pictures

            fetch(link, lambda body: pictures.thumb_of_bytes(link.media_type, body), handed)

        came = self.came
        return self._background.run(
            work, then=lambda _: came.emit(sha256), failed=failed, progress=progress, lane="network"
        )

    def is_here(self, entry: Entry) -> bool:
        """Whether all of its bytes are on this desk."""
        return self._files.is_here(str(entry["sha256"]))

    def export(self, entry: Entry, path: Path) -> None:
        """Save it where somebody wants it, unencrypted; that is noted. Raises ``NotAccepted``, ``NotFound``."""
        content = self._files.content(str(entry["sha256"]))
        try:
            path.write_bytes(content)
        except OSError:
            raise NotAccepted("存不到那里，请换一个文件夹，或检查磁盘空间和权限。") from None
        if (link := self._files.link(str(entry["sha256"]))) is not None:
            self._ledger.audit("export", record_kind=link.kind, record=link.record, reason="照片和文件另存为")

    def thumb(self, entry: Entry) -> QPixmap | None:
        """Its small picture."""
        return _pixmap(self._files.thumb(str(entry["sha256"])))

    def picture(self, entry: Entry) -> QPixmap | None:
        """The photo itself; None when it is not here, or no photo."""
        return _pixmap(self._files.content(str(entry["sha256"]))) if self.is_here(entry) else None

    def state(self, entry: Entry) -> tuple[str, Tone]:
        """待上传, 已上传 or 已存妥, and its tone."""
        state = self._files.state(entry)
        return STATES[state], _TONES[state]


def _pixmap(body: bytes | None) -> QPixmap | None:
    if body is None:
        return None
    found = QPixmap()
    return found if found.loadFromData(body) else None
