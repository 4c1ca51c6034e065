"""Several acts of an administrator one after the other: one start of the program, one connection."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from gridserver.errors import CommandFailed, Refused

Line = tuple[int, list[str]]


def lines_of(file: Path) -> Iterator[Line]:
    """The acts in ``file`` (``-``: standard input), one a line, as they would be typed; ``#`` begins a remark.

    Raises ``CommandFailed`` when the file cannot be read.
    """
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file}: cannot be read ({type(error).__name__})") from None
    for number, line in enumerate(text.splitlines(), 1):
        if words := shlex.split(line, comments=True):
            yield number, words


def run(
    file: Path, parse: Callable[[list[str]], argparse.Namespace], act: Callable[[argparse.Namespace], object]
) -> int:
    """Does every act; how many. The first that fails ends it, and its line is named: what came before stays done."""
    done = 0
    for number, words in lines_of(file):
        try:
            act(parse(words))
        except Refused as refused:
            raise CommandFailed(f"line {number}: {refused.reason}") from None
        except CommandFailed as failed:
            raise CommandFailed(f"line {number}: {failed}") from None
        done += 1
    return done
