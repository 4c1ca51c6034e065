"""The command line's part of the stick: packages out, packages and receipts in, receipts back."""

import argparse
from typing import TYPE_CHECKING

from gridworker.cli.answer import Answer
from gridworker.protocol.courier import PACKAGE
from gridworker.protocol.crates import CRATE

if TYPE_CHECKING:
    from gridworker.app.stick import StickOf


def look(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """How much would go on the stick, and how much room there is."""
    load = stick.look(asked.path)
    document: dict[str, object] = {
        "changes": load.changes,
        "files": load.files,
        "bytes": load.size,
        "parts": load.parts,
    }
    document |= {"free": load.free, "fits": load.fits}
    words = [f"等待上传：修改 {load.changes} 处，照片和文件 {load.files} 个，共 {_megabytes(load.size)}"]
    words += [f"照片分 {load.parts} 份装；U盘剩余 {_megabytes(load.free)}，{'够' if load.fits else '不够'}"]
    return Answer(document, words)


def export(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Writes what waits into a package, and files into crates."""
    written = stick.export(asked.path, files=asked.files)
    document: dict[str, object] = {"file": str(written.package or ""), "changes": written.changes, "left": written.left}
    document |= {"crates": [str(path) for path in written.crates], "files": written.files}
    words = []
    if written.package is not None:
        words.append(f"已导出 {written.changes} 处修改：{written.package}")
    if written.left:
        words.append(f"还有 {written.left} 处没有装下，收到回执后再导出一次。")
    if written.files:
        words.append(f"已导出照片和文件 {written.files} 个，共 {len(written.crates)} 份")
    return Answer(document, words or ["没有等待上传的内容，不用导出。"])


def take(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Takes in a package of another desk, or the receipt of one's own."""
    taken = stick.take(asked.path)
    if taken.form == CRATE:
        return Answer({"form": "crate"}, ["已收下别的电脑的照片包，联网同步以后会交给中心。"])
    if taken.form == PACKAGE:
        return Answer({"form": "package"}, ["已收下别的电脑的数据包，联网同步时会交给中心。"])
    document: dict[str, object] = {
        "form": "receipt",
        "accepted": taken.accepted,
        "refused": taken.refused,
        "conflicts": taken.conflicts,
        "again": taken.again,
    }
    if taken.files:
        stored = sum(each.stored > 0 for each in taken.files)
        document |= {"files": stored, "files_left": len(taken.files) - stored}
        return Answer(document, [f"中心已收到照片和文件 {stored} 个，没有收 {len(taken.files) - stored} 个"])
    words = [f"中心已收到 {taken.accepted} 处，需要核对 {taken.conflicts}，被退回 {taken.refused}"]
    return Answer(document, [*words, *(["中心请这台电脑重新导出一份数据包。"] if taken.again else [])])


def receipts(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Writes the receipts of carried packages into a folder."""
    written = stick.receipts(asked.path)
    return Answer({"files": [str(path) for path in written]}, [f"已导出回执 {len(written)} 份"])


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
