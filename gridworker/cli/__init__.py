"""The desk's command line: every act of a worker, a script or a check, without a window.

Exit codes: 0 done; 1 refused or failed, with the reason on stderr; 2 used wrongly. ``--json`` prints one
document and nothing else. Passwords come from ``GRIDWORKER_PASSWORD`` or a prompt.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.cli.parser import parsed
from gridworker.errors import GridworkerError

if TYPE_CHECKING:
    from gridworker.sync.machine import Machine

__all__ = ["main"]


def main(arguments: Sequence[str], machine_of: "Callable[[Path], Machine] | None" = None) -> int:
    """Does what the arguments say; without a command it opens the window. Returns the exit code.

    ``machine_of``: by its home, the machine that commands work on, instead of the one that the program runs on.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        asked = parsed(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    return _window(asked) if asked.command is None else _done(asked, machine_of)


def _done(asked: argparse.Namespace, machine_of: "Callable[[Path], Machine] | None") -> int:
    """Does a command, tells how it went, and returns the exit code."""
    from gridworker.cli import commands  # what a command needs is imported after --help had its say

    try:
        answer = commands.run(asked, machine_of)
    except commands.Misused as misused:
        print(misused, file=sys.stderr)
        return 2
    except GridworkerError as error:
        print(error, file=sys.stderr)
        if asked.json:
            print(json.dumps({"ok": False, "error": type(error).__name__, "reason": str(error)}, ensure_ascii=False))
        return 1
    except KeyboardInterrupt:
        print("已取消：已经完成的部分都保存好了。", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    if answer is not None:
        print(json.dumps(answer.document, ensure_ascii=False) if asked.json else "\n".join(answer.lines))
    return 0


def _window(asked: argparse.Namespace) -> int:
    """The window comes without what the commands load: the first frame would wait for it."""
    from gridworker import settings
    from gridworker.app.window import open_window

    if not _has_display(sys.platform, os.environ):
        print("这里没有图形界面，窗口打不开。命令行可以照常使用：python main.py --help", file=sys.stderr)
        return 1
    return open_window((asked.home or settings.default_home()).absolute(), asked.user)


def _has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Without one Qt would end the program without a word that a person understands."""
    return platform != "linux" or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
