"""Small files that are written whole or not at all, and are their owner's alone."""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from gridworker.errors import of_the_system


def write_json(path: Path, value: Any) -> None:
    """Put ``value`` in the place of ``path``, mode 0600, on disk when this returns. Raises ``StoreError``."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def write(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``, mode 0600, on disk when this returns. Raises ``StoreError`` for a disk
    that is full, bad or read-only."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        make_folder(path.parent)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
        sync_folder(path.parent)
    except OSError as fault:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        if (ours := of_the_system(fault)) is not None:
            raise ours from None
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in ``path``; None when there is no such file or no object in it."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def shred(path: Path) -> None:
    """Write over ``path`` and remove it.

    The disk or its file system may keep the old blocks all the same: whoever relies on this must
    see to it that what was in the file is worth nothing alone.
    """
    try:
        with open(path, "r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink()
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """A folder that is its owner's alone, and whose name outlives a power cut like what will lie in it."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Let a new name in ``folder`` outlive a power cut; Windows does it by itself."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
