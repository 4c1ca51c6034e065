"""The code that is printed at the first sign-in and opens a store when nothing else does.

Seven groups of five signs, 140 random bits: ``K7QMX-…``. The fifth sign of a group checks the four
before it and the group's place, so that a slip of the pen is told by its group.
"""

from gridworker.errors import WrongPassword

GROUPS = 7
RANDOM_BYTES = 18
"""144 bits, of which 140 are used."""

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like another or like a digit."""
_MEANT = str.maketrans("OIL", "011")
_WEIGHTS = (1, 3, 5, 7)
"""Odd, so that no single wrong sign keeps the sum."""


def new_code(chance: bytes) -> str:
    """A code from ``RANDOM_BYTES`` random bytes, as it is printed."""
    number = int.from_bytes(chance[:RANDOM_BYTES], "big")
    groups = [[number >> 20 * place + 5 * sign & 31 for sign in range(4)] for place in range(GROUPS)]
    return "-".join(_printed(place, signs) for place, signs in enumerate(groups))


def read_code(typed: str) -> bytes:
    """What a code stands for, from what a person typed: blanks, dashes and small letters are forgiven.

    Raises ``WrongPassword``, naming the group where it can.
    """
    signs = "".join(each for each in typed.upper() if each.isalnum()).translate(_MEANT)
    if len(signs) != GROUPS * 5:
        raise WrongPassword("recovery code", advice=f"恢复码有 {GROUPS} 组，每组 5 个字符，请核对有没有漏掉或多出。")
    groups = [signs[start : start + 5] for start in range(0, len(signs), 5)]
    wrong = [place for place, group in enumerate(groups) if not _fits(place, group)]
    if wrong:
        places = "、".join(str(place + 1) for place in wrong)
        raise WrongPassword("recovery code", advice=f"恢复码第 {places} 组抄错了，请对照纸上核对。")
    return "".join(group[:4] for group in groups).encode()


def _printed(place: int, values: list[int]) -> str:
    return "".join(_SIGNS[value] for value in (*values, _check(place, values)))


def _fits(place: int, group: str) -> bool:
    values = [_SIGNS.find(sign) for sign in group]
    return min(values) >= 0 and _check(place, values[:4]) == values[4]


def _check(place: int, values: list[int]) -> int:
    return (sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True)) + place) % 32
