"""The card that says which photos and papers wait, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from gridworker.ui.file_control import FileControl
from gridworker.ui.photo_view import size_words
from gridworker.ui.widgets import Card, Label, ProgressStrip, SectionTitle

if TYPE_CHECKING:
    from gridworker.ledger.files import WaitingFile

REASONS: Final[Mapping[str, str]] = {
    "": "排队等候，文字同步完成后自动上传",
    "text": "等文字先上传",
    "refused": "所在的记录被退回，改好重交以后再传",
    "full": "中心的存储空间不足，请告诉管理员；照片都留在本机",
    "throttled": "同时上传的太多，稍后自动再传",
    "media": "文件的内容和格式不符，中心不收；请删掉后重新附上",
    "checksum": "几次都没有传对，下次同步再试；一直不行，请删掉后重新附上",
    "too_big": "文件太大，中心不收",
    "not_allowed": "这条记录已不在您的范围内，请联系管理员",
    "locked": "正由另一个窗口上传",
}
"""By code: why a file waits, as a worker reads it."""
_OTHER: Final = "中心暂时没有收，下次同步再试"


class FilesCard(Card):
    """How many wait, how large they are, for what; progress with 取消 while they go up."""

    def __init__(self, control: FileControl) -> None:
        super().__init__(gap=8)
        self._control = control
        self._title = SectionTitle("照片和文件")
        self._words = Label("", "second", wrap=True)
        self._error = Label("", "second", wrap=True)
        self._error.set_tone("warn")
        self._progress = ProgressStrip(control.cancel)
        for part in (self._title, self._words, self._error, self._progress):
            self.body.addWidget(part)

    def show_waiting(self, waiting: Sequence[WaitingFile]) -> None:
        """How it stands now; the card is hidden when nothing waits."""
        view = self._control.view
        self.setVisible(bool(waiting) or view.running)
        size = size_words(sum(each.link.size for each in waiting))
        self._title.set_text(f"照片和文件：{len(waiting)} 个待上传，共 {size}" if waiting else "照片和文件")
        counts = Counter(REASONS.get(each.reason, _OTHER) for each in waiting)
        self._words.setText("\n".join(f"{count} 个：{words}。" for words, count in counts.most_common()))
        self._words.setVisible(bool(waiting) and not view.running)
        error = view.error
        self._error.setText("" if error is None else f"{error.title}：{error.remedy}")
        self._error.setVisible(error is not None)
        self._progress.setVisible(view.running)
        if view.running:
            told = f"{view.words}（{size_words(view.done)} / {size_words(view.total)}）"
            self._progress.show_progress(view.done, view.total, told)
