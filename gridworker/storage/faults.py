"""The one border at which faults of the encrypted file become errors that a person can act on."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from sqlcipher3 import dbapi2

from gridworker.errors import (
    BAD_DISK,
    READ_ONLY,
    DiskFull,
    StoreBusy,
    StoreDamaged,
    StoreError,
    of_the_system,
)

T = TypeVar("T")

# SQLCipher brings its own classes of error: ``except sqlite3.Error`` never sees them.
FAULTS = dbapi2.Error
BROKEN_ROW = (
    dbapi2.IntegrityError,
    dbapi2.InterfaceError,
    dbapi2.DataError,
    dbapi2.ProgrammingError,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    OverflowError,
)
"""What a row raises that is not shaped as its kind says; the disk and the file are not to blame."""

_BY_NAME: tuple[tuple[str, type[StoreError], str], ...] = (
    ("SQLITE_BUSY", StoreBusy, ""),
    ("SQLITE_LOCKED", StoreBusy, ""),
    ("SQLITE_FULL", DiskFull, ""),
    ("SQLITE_NOTADB", StoreDamaged, ""),
    ("SQLITE_CORRUPT", StoreDamaged, ""),
    ("SQLITE_READONLY", StoreError, READ_ONLY),
    ("SQLITE_CANTOPEN", StoreError, "资料文件打不开，请检查文件夹是否存在、有没有权限。"),
    ("SQLITE_PERM", StoreError, "资料文件打不开，请检查文件夹的权限。"),
    ("SQLITE_IOERR", StoreError, BAD_DISK),
)


def store_error(error: BaseException) -> StoreError | None:
    """The error of ours that says what happened to the file; None for what is a bug."""
    if isinstance(error, OSError):
        return of_the_system(error)
    if not isinstance(error, FAULTS):
        return None
    name = str(getattr(error, "sqlite_errorname", "") or "")
    for start, ours, advice in _BY_NAME:
        if name.startswith(start):
            return ours(name, advice=advice)
    return None


def at_the_border(cls: type[T]) -> type[T]:
    """Every public method of ``cls`` raises ``StoreError`` for faults of the file, and bugs as they are."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod):
            setattr(cls, name, classmethod(turned(member.__func__)))
        elif inspect.isfunction(member):
            setattr(cls, name, turned(member))
    return cls


def turned(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with faults of the file turned into ``StoreError``."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (FAULTS, OSError) as fault:
            ours = store_error(fault)
            if ours is None:
                raise
            # The fault's own words may quote a value; its name is in the detail.
            raise ours from None

    return guarded
