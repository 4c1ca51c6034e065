"""PostgreSQL refuses to run as root: the account of the system under which it runs instead."""

import contextlib
import os
import stat
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "gridworker"
"""The account that root makes for it; where that fails, ``nobody``."""

_ACL = "system.posix_acl_access"
_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF


@dataclass(frozen=True)
class Refuge:
    """An account without rights."""

    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Gives it a folder and everything in it."""
        for place, _, files in os.walk(folder):
            os.chown(place, self.uid, self.gid)
            for name in files:
                os.chown(os.path.join(place, name), self.uid, self.gid, follow_symlinks=False)

    def let_in(self, folder: Path) -> None:
        """Lets it pass through every folder on the way to ``folder``: pass, not list, and nobody else where the
        file system knows access lists.
        """
        for place in (folder, *folder.parents):
            found = place.stat()
            if found.st_uid != self.uid and not found.st_mode & stat.S_IXOTH:
                _let_pass(place, self.uid, found.st_mode)

    def let_read(self, folder: Path) -> None:
        """Lets it read and run what lies in ``folder``, though it was installed for root alone."""
        for place, _, files in os.walk(folder):
            _add_mode(Path(place), stat.S_IROTH | stat.S_IXOTH)
            for name in files:
                path = Path(place, name)
                if not path.is_symlink():
                    runs = path.stat().st_mode & stat.S_IXUSR
                    _add_mode(path, stat.S_IROTH | (stat.S_IXOTH if runs else 0))

    @property
    def as_user(self) -> dict[str, Any]:
        """For ``subprocess.run``."""
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/"}


def refuge(name: str = NAME) -> Refuge | None:
    """The account to run PostgreSQL under; None when we are not root and need none."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    return _find(name) or _made(name) or _find("nobody")


def _find(name: str) -> Refuge | None:
    if sys.platform == "win32":
        return None
    import pwd  # not on Windows

    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return Refuge(found.pw_uid, found.pw_gid)


def _made(name: str) -> Refuge | None:
    command = ("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent")
    with contextlib.suppress(OSError):
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, check=False)
    return _find(name)


def _let_pass(place: Path, uid: int, mode: int) -> None:
    try:
        os.setxattr(place, _ACL, _with_entry(_acl_of(place, mode), uid))
    except (OSError, AttributeError):  # a file system, or a system, without such lists
        place.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _acl_of(place: Path, mode: int) -> dict[tuple[int, int], int]:
    """The access list of a folder: (tag, id) to permission bits; acl(5), <linux/posix_acl_xattr.h>."""
    try:
        raw = os.getxattr(place, _ACL)
    except OSError:
        bits = {_USER_OBJ: mode >> 6 & 7, _GROUP_OBJ: mode >> 3 & 7, _OTHER: mode & 7}
        return {(tag, _NO_ID): right for tag, right in bits.items()}
    return {(tag, who): right for tag, right, who in struct.iter_unpack("<HHI", raw[4:])}


def _with_entry(acl: dict[tuple[int, int], int], uid: int) -> bytes:
    acl[_USER, uid] = acl.get((_USER, uid), 0) | 1
    inner = [right for (tag, _), right in acl.items() if tag not in (_USER_OBJ, _MASK, _OTHER)]
    mask = 0
    for right in inner:
        mask |= right
    acl[_MASK, _NO_ID] = mask
    entries = (struct.pack("<HHI", tag, right, who) for (tag, who), right in sorted(acl.items()))
    return struct.pack("<I", 2) + b"".join(entries)


def _add_mode(path: Path, mode: int) -> None:
    now = path.stat().st_mode
    if now & mode != mode:
        path.chmod(stat.S_IMODE(now) | mode)
