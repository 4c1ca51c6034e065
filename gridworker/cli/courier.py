"""The command line's part of the stick: packages out, packages and receipts in, receipts back."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.cli.answer import Answer
from gridworker.errors import DiskFull, NotFound, NotThisFile
from gridworker.protocol.courier import MOST_FILE, PACKAGE, name_of

if TYPE_CHECKING:
    from gridworker.app.desk import Desk


def export(desk: "Desk", asked: argparse.Namespace) -> Answer:
    """Writes what waits into a package."""
    from gridworker.sync import courier

    package = desk.pack()
    if package is None:
        raise NotFound("nothing waits", advice="没有等待上传的内容，不用导出。")
    path: Path = asked.path
    if path.is_dir():
        path = path / courier.file_name(PACKAGE, str(desk.store.meta("device")), name_of(package.file))
    write(path, package.file)
    words = [f"已导出 {package.changes} 处修改：{path}"]
    if package.left:
        words.append(f"还有 {package.left} 处没有装下，收到回执后再导出一次。")
    return Answer({"file": str(path), "changes": package.changes, "left": package.left}, words)


def take(desk: "Desk", asked: argparse.Namespace) -> Answer:
    """Takes in a package of another desk, or the receipt of one's own."""
    taken = desk.take(read(asked.path))
    if taken.form == PACKAGE:
        return Answer({"form": "package"}, ["已收下别的电脑的数据包，联网同步时会交给中心。"])
    document = {
        "form": "receipt",
        "accepted": taken.accepted,
        "refused": taken.refused,
        "conflicts": taken.conflicts,
        "again": taken.again,
    }
    words = [f"中心已收到 {taken.accepted} 处，需要核对 {taken.conflicts}，被退回 {taken.refused}"]
    return Answer(document, [*words, *(["中心请这台电脑重新导出一份数据包。"] if taken.again else [])])


def receipts(desk: "Desk", asked: argparse.Namespace) -> Answer:
    """Writes the receipts of carried packages into a folder."""
    written = [asked.path / name for name, _ in desk.receipts()]
    for path, (_, file) in zip(written, desk.receipts(), strict=True):
        write(path, file)
    return Answer({"files": [str(path) for path in written]}, [f"已导出回执 {len(written)} 份"])


def read(path: Path) -> bytes:
    """A file from a stick; never more than any package holds."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE + 1)
    except OSError as error:
        raise NotThisFile(type(error).__name__, advice="读不出这个文件，请检查U盘和文件名。") from None


def write(path: Path, file: bytes) -> None:
    """Whole or not at all, and truly on the stick when this returns."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as sink:
            sink.write(file)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DiskFull(type(error).__name__, advice="没有写到U盘上，请检查U盘是否写保护、空间是否够。") from None
