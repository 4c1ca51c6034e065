"""The command line's part of the stick: packages out, packages and receipts in, receipts back."""

import argparse
from typing import TYPE_CHECKING

from gridworker.cli.answer import Answer
from gridworker.protocol.courier import PACKAGE

if TYPE_CHECKING:
    from gridworker.app.stick import StickOf


def export(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Writes what waits into a package."""
    written = stick.export(asked.path)
    if written is None:
        return Answer({"file": "", "changes": 0, "left": 0}, ["没有等待上传的内容，不用导出。"])
    path, package = written
    words = [f"已导出 {package.changes} 处修改：{path}"]
    if package.left:
        words.append(f"还有 {package.left} 处没有装下，收到回执后再导出一次。")
    return Answer({"file": str(path), "changes": package.changes, "left": package.left}, words)


def take(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Takes in a package of another desk, or the receipt of one's own."""
    taken = stick.take(asked.path)
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


def receipts(stick: "StickOf", asked: argparse.Namespace) -> Answer:
    """Writes the receipts of carried packages into a folder."""
    written = stick.receipts(asked.path)
    return Answer({"files": [str(path) for path in written]}, [f"已导出回执 {len(written)} 份"])
