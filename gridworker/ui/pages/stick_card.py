"""用U盘交接: for villages that no line reaches, what waits goes along on a stick and the receipt comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from PySide6.QtWidgets import QFileDialog, QWidget

from gridworker.errors import DeviceWiped, GridworkerError
from gridworker.ui.background import Job, Progress
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.stick_drawer import StickDrawer
from gridworker.ui.photo_view import size_words
from gridworker.ui.widgets import Button, Card, Label, ProgressStrip, Row, SectionTitle

if TYPE_CHECKING:
    from gridworker.sync.courier import Taken
    from gridworker.sync.crates import Exported, Load

T = TypeVar("T")
PACKAGES: Final = "民情日记的文件 (*.gwp *.gwc *.gwr *.gwo)"


class Stick(Protocol):
    """What the card asks for; each runs in the local lane and raises ``GridworkerError``."""

    def look(self, folder: Path, progress: Progress) -> Load:
        """How much waits, and how much room there is."""

    def export(self, path: Path, progress: Progress, *, files: bool = False) -> Exported:
        """Write what waits into the folder *path*, with photos and papers or without."""

    def take(self, path: Path, progress: Progress) -> Taken:
        """Take in another desk's package or crate, or the receipt of one's own."""

    def receipts(self, folder: Path, progress: Progress) -> list[Path]:
        """Write the receipts of what was carried into *folder*."""


class StickCard(Card):
    """What it is for, and three buttons; those that would do nothing are not there."""

    def __init__(
        self,
        stick: Stick,
        frame: Frame,
        redraw: Callable[[frozenset[str]], object],
        cleared: Callable[[GridworkerError], object],
        parent: QWidget | None = None,
    ) -> None:
        """*cleared*: what was brought was the centre's order to destroy the store, and it is destroyed."""
        super().__init__(gap=10, parent=parent)
        self._stick, self._frame, self._redraw, self._cleared = stick, frame, redraw, cleared
        self._files = 0
        self._job: Job[Any] | None = None
        self.body.addWidget(SectionTitle("没有网？用U盘交接"))
        self._words = Label("", "second", wrap=True)
        self.body.addWidget(self._words)
        row = Row(gap=10)
        self._export = Button("导出数据包", self.ask_export, kind="quiet", icon_name="save")
        self._take = Button("收下U盘里的文件", self.ask_take, kind="quiet", icon_name="folder")
        self._back = Button("导出回执", self.ask_receipts, kind="quiet", icon_name="arrow_export")
        self._buttons = (self._export, self._take, self._back)
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self._progress = ProgressStrip(self.cancel)
        self._progress.hide()
        self.body.addWidget(self._progress)

    def show_counts(self, waiting: int, files: int, carried: int, receipts: int) -> None:
        """*waiting*: own changes; *files*: own photos and papers; *carried*: packages of others to hand in;
        *receipts*: to be carried back."""
        self._files = files
        words = [
            "把待上传的内容和照片装进U盘，带到有网的电脑上或直接交给中心；带回的回执在这里收下。文件是加密的，别人打不开。"
        ]
        if carried:
            words.append(f"这台电脑代别人带着 {carried} 个数据包，联网同步时会交给中心。")
        if receipts:
            words.append(f"有 {receipts} 份回执要带回给原来的电脑。")
        self._words.setText("".join(words))
        self._export.setVisible(waiting > 0 or files > 0)
        self._back.setVisible(receipts > 0)

    @property
    def can_export(self) -> bool:
        """Whether there is something to export."""
        return not self._export.isHidden()

    # ------------------------------------------------------------------ asking where

    def ask_export(self) -> None:
        """Into which folder."""
        self._ask(QFileDialog.FileMode.Directory, "数据包放在哪里", self.export)

    def ask_take(self) -> None:
        """Which files."""
        self._ask(QFileDialog.FileMode.ExistingFiles, "U盘里的数据包、照片包或回执（可以选多个）", self.take)

    def ask_receipts(self) -> None:
        """Into which folder."""
        self._ask(QFileDialog.FileMode.Directory, "回执放在哪里", self.receipts)

    def _ask(self, mode: QFileDialog.FileMode, title: str, then: Callable[..., object]) -> None:
        several = mode is QFileDialog.FileMode.ExistingFiles
        dialog = QFileDialog(self, title, "", PACKAGES if several else "")
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(lambda chosen: then(*chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # ------------------------------------------------------------------ doing it

    def export(self, folder: str) -> None:
        """Write the package into *folder*; with photos waiting, ask first whether they go along."""
        if self._files:
            self._run(
                lambda progress: self._stick.look(Path(folder), progress), lambda load: self._ask_files(folder, load)
            )
        else:
            self._write(folder, files=False)

    def _ask_files(self, folder: str, load: Load) -> None:
        def run(files: bool) -> None:
            self._frame.close_drawer()
            self._write(folder, files=files)

        if load.files:
            self._frame.open_drawer(StickDrawer(load, run, self._frame))
        else:  # the line was quicker
            run(False)

    def _write(self, folder: str, *, files: bool) -> None:
        self._run(lambda progress: self._stick.export(Path(folder), progress, files=files), self._exported)

    def take(self, *paths: str) -> None:
        """Take in the files at *paths*, one after the other."""
        self._run(lambda progress: [self._stick.take(Path(path), progress) for path in sorted(paths)], self._taken)

    def receipts(self, folder: str) -> None:
        """Write the receipts into *folder*."""
        self._run(lambda progress: self._stick.receipts(Path(folder), progress), self._carried_back)

    def cancel(self) -> None:
        """Stop it; what was complete by then stays."""
        if self._job is not None:
            self._job.cancel()

    def _run(self, work: Callable[[Progress], T], then: Callable[[T], object]) -> None:
        """In the local lane, one at a time."""

        def ended(result: T) -> None:
            self._rest()
            then(result)

        if self._job is not None:
            return
        for button in self._buttons:
            button.setEnabled(False)
        self._job = self._frame.background.run(
            work, then=ended, failed=self._failed, progress=self._show_progress, lane="local"
        )

    def _show_progress(self, done: int, total: int, words: str) -> None:
        self._progress.show()
        told = f"{words}（{size_words(done)} / {size_words(total)}）"
        self._progress.show_progress(done >> 10, max(total >> 10, 1), told)

    def _rest(self) -> None:
        self._job = None
        self._progress.hide()
        for button in self._buttons:
            button.setEnabled(True)

    def _exported(self, written: Exported) -> None:
        if written.package is None and not written.crates:
            self._frame.say(Message("没有等待上传的内容", "info", "不用导出数据包。"))
            return
        told = [f"{written.changes} 处修改"] if written.package is not None else []
        told += [f"{written.files} 个照片和文件"] if written.files else []
        names = [path.name for path in (written.package, *written.crates) if path is not None]
        advice = "请安全弹出U盘，带到有网的电脑上，在“同步”里收下。回执带回来以前，这些内容仍显示“仅在本机”或“待上传”。"
        if len(names) > 1:
            advice = f"U盘上共 {len(names)} 个文件，要一起带走、逐个收下。" + advice
        if written.left:
            advice += f"还有 {written.left} 处没有装下，收到回执后再导出一次。"
        self._frame.say(Message(f"已导出 {'、'.join(told)}：{names[0]}", "ok", advice))
        self._redraw(frozenset({"outbox"}))

    def _taken(self, taken: Sequence[Taken]) -> None:
        if len(taken) == 1:
            self._say_taken(taken[0])
        else:
            self._frame.say(_all_taken(taken))
        self._redraw(frozenset({"outbox"}))

    def _say_taken(self, taken: Taken) -> None:
        from gridworker.protocol.courier import PACKAGE
        from gridworker.protocol.crates import CRATE

        if taken.form == CRATE:
            advice = "联网同步以后会在后台交给中心，然后在这里导出回执带回去。"
            self._frame.say(Message("已收下别的电脑的照片包", "ok", advice))
        elif taken.files:
            self._say_files(taken)
        elif taken.form == PACKAGE:
            self._frame.say(Message("已收下别的电脑的数据包", "ok", "联网同步时会交给中心，然后在这里导出回执带回去。"))
        elif taken.again:
            self._frame.say(Message("中心请这台电脑重新导出一份数据包", "warn", "中心或本机恢复过备份，内容都还在。"))
        else:
            done = f"中心已收到 {taken.accepted} 处"
            rest = f"被退回 {taken.refused} 处，原因在下面。" if taken.refused else "回执已经核对。"
            self._frame.say(Message(done, "warn" if taken.refused else "ok", rest))

    def _say_files(self, taken: Taken) -> None:
        stored = sum(each.stored > 0 for each in taken.files)
        left = len(taken.files) - stored
        rest = f"还有 {left} 个中心没有收，原因见上面的“照片和文件”。" if left else "备份以后显示“已存妥”。"
        self._frame.say(Message(f"中心已收到照片和文件 {stored} 个", "warn" if left else "ok", rest))

    def _carried_back(self, written: list[Path]) -> None:
        words = f"已导出 {len(written)} 份回执"
        self._frame.say(Message(words, "ok", "带回原来的电脑，在“同步”里收下。"))

    def _failed(self, error: GridworkerError) -> None:
        self._rest()
        if isinstance(error, DeviceWiped):
            self._cleared(error)
            return
        self._frame.say_error(error)


def _all_taken(taken: Sequence[Taken]) -> Message:
    """Several files at once."""
    from gridworker.protocol.courier import RECEIPT

    accepted, refused = sum(each.accepted for each in taken), sum(each.refused for each in taken)
    files = [said for each in taken for said in each.files]
    stored = sum(said.stored > 0 for said in files)
    told = [f"中心已收到 {accepted} 处修改"] if accepted else []
    told += [f"被退回 {refused} 处"] if refused else []
    told += [f"照片和文件 {stored} 个已在中心"] if stored else []
    told += [f"{len(files) - stored} 个中心没有收"] if len(files) > stored else []
    carried = sum(not each.files and each.form != RECEIPT for each in taken)
    told += [f"代别人带着 {carried} 个，联网同步以后会交给中心"] if carried else []
    return Message(
        f"已收下 {len(taken)} 个文件", "warn" if refused or len(files) > stored else "ok", "，".join(told) + "。"
    )
