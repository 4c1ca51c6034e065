"""Citizen numbers after GB 11643-1999: checked, read, masked, never repaired."""

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_digit(first17: str) -> str:
    """The 18th sign that belongs to 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def check_id_number(number: str) -> str:
    """Why ``number`` cannot be a citizen's number, in Chinese; "" when it can."""
    if re.fullmatch(r"\d{15}", number):
        return "" if _birthday("19" + number[6:12]) else "出生日期部分不对，请对照证件核对。"
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return f"应为 18 位，现有 {len(number)} 位或含有其他字符，请对照证件核对。"
    if number[0] != "9" and _birthday(number[6:14]) is None:
        return "出生日期部分不对，请对照证件核对。"
    if check_digit(number[:17]) != number[17]:
        return "校验位不对，可能有一位抄错了，请对照证件核对。"
    return ""


def birth_date(number: str) -> date | None:
    """The date of birth in a citizen's number of 15 or 18 places; None when it has none."""
    if len(number) == 15:
        return _birthday("19" + number[6:12])
    if len(number) == 18 and number[0] != "9":
        return _birthday(number[6:14])
    return None


def sex(number: str) -> str | None:
    """GB/T 2261.1: "1" male, "2" female; None when the number does not tell."""
    place = number[14:15] if len(number) == 15 else number[16:17]
    return ("1" if int(place) % 2 else "2") if place.isdigit() else None


def masked_id(number: str) -> str:
    """``330683********1235``."""
    return number if len(number) < 11 else number[:6] + "*" * (len(number) - 10) + number[-4:]


def masked_phone(number: str) -> str:
    """``138****5678``; short numbers keep their last two digits."""
    if len(number) == 11:
        return number[:3] + "****" + number[-4:]
    return "*" * max(len(number) - 2, 0) + number[-2:]


def _birthday(digits: str) -> date | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return day if day.year >= 1890 else None
