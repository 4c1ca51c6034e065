"""Civil time is China's wherever the machine stands."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gridworker.ui.civil import china_day, china_now, instant
from tests.helpers.notebook import MORNING


def test_an_instant_and_its_civil_time_are_one() -> None:
    assert china_now(MORNING).strftime("%Y-%m-%d %H:%M") == "2026-03-02 09:14"
    assert instant(datetime(2026, 3, 2, 9, 14)) == MORNING


def test_the_day_changes_at_chinas_midnight() -> None:
    midnight = instant(datetime(2026, 3, 3))
    assert china_day(midnight) == date(2026, 3, 3)
    assert china_day(midnight - 1) == date(2026, 3, 2)


@pytest.mark.parametrize("year", [1949, 1988, 2026])
def test_years_with_and_without_summer_time_come_back(year: int) -> None:
    civil = datetime(year, 7, 1, 8, 30)
    assert china_now(instant(civil)).replace(tzinfo=None) == civil
