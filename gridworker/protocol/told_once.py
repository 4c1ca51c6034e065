"""What a row says twice, told once: the change that made it names a time, which the stamp's is near, and mostly that
change is the last one, too."""

from typing import Any

from gridworker.protocol.ids_apart import WRITTEN
from gridworker.protocol.sync import Wire

_NEAR = 1 << 53


def told_once(row: Wire) -> Wire:
    """The row in fewer words."""
    writers = row.get("w")
    stamp = writers.get("") if isinstance(writers, dict) else None
    began = time_of(stamp)
    if writers is None or stamp is None or began is None or len(stamp) != 3:
        return row
    near = stamp[2] - began
    short = {**row, "w": {**writers, "": [stamp[0], stamp[1], near] if abs(near) < _NEAR else [*stamp, 1]}}
    if row.get("m") == stamp[0]:
        del short["m"]
    return short


def told_again(rows: list[Wire]) -> list[Wire]:
    """What ``told_once`` was given, of many rows: half of the time that a row takes is the calling."""
    for row in rows:
        try:
            stamp = row["w"][""]
            change, _, hlc, *flag = stamp
            if type(hlc) is not int or len(change) != WRITTEN:
                continue
            began = int(change[:8] + change[9:13], 16) << 16
        except (KeyError, TypeError, ValueError):
            continue
        if flag:
            del stamp[3]
        else:
            stamp[2] = hlc + began
        if "m" not in row:
            row["m"] = change
    return rows


def time_of(stamp: Any) -> int | None:
    """The hybrid time at which the change of a stamp was named; None when it has no such name."""
    try:
        change, _, hlc, *_ = stamp
        if type(hlc) is int and len(change) == WRITTEN:
            return int(change[:8] + change[9:13], 16) << 16
    except (TypeError, ValueError):
        pass
    return None
