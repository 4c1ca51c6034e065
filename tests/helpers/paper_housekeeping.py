"""What the settings page asks of the desk, answered by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridworker.errors import GridworkerError, WeakPassword, WrongPassword
from gridworker.storage.wish import Town
from gridworker.sync.reach import Reach, Step
from gridworker.ui.background import Progress
from gridworker.ui.pages.settings_port import About, Protection, Standing
from gridworker.ui.pages.unlock_door import KnownBackup
from tests.helpers.paper_door import MORNING

STANDING = Standing(
    user="lixl",
    name="李秀兰",
    role_title="网格员",
    places=("谷来镇 · 马村 · 第2网格",),
    centre="https://minqing.example",
    last_success=MORNING,
    waiting=3,
)


class PaperPreferences:
    """Choices on paper; *writes* counts how often one was kept."""

    def __init__(self, **kept: Any) -> None:
        self.kept: dict[str, Any] = kept
        self.writes = 0

    def get(self, key: str, default: Any = None) -> Any:
        return self.kept.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self.kept[key] = value
        self.writes += 1


def _wanted(town: Town, wanted: bool) -> str:
    if wanted:
        return "live" if town.here >= town.bytes else "loading"
    return "leaving" if town.here else "absent"


class PaperHousekeeping:
    """Does on paper what the desk does; *trouble* is raised instead while it is set."""

    def __init__(self, folder: Path) -> None:
        self.now = STANDING
        self.guard = Protection(keyring=True)
        self.password = "mingqing2026"
        self.pin = ""
        self.automatic = True
        self.minutes = 10
        self.kept = [KnownBackup("old", MORNING - 86_400_000, 11_900_000, "升级前自动备份")]
        self.restored: list[KnownBackup] = []
        self.way = Reach(True, Step.LOGIN)
        self.trouble: GridworkerError | None = None
        self.connecting = False
        self.places: list[Town] = []
        self.wanted: list[str] | None = None
        self._folder = folder

    def standing(self) -> Standing:
        return self.now

    def towns(self) -> list[Town]:
        return self.places

    def want_towns(self, towns: Sequence[str]) -> None:
        self.wanted = list(towns)
        order = {region: place for place, region in enumerate(towns)}
        self.places = sorted(
            (replace(each, state=_wanted(each, each.region in order)) for each in self.places),
            key=lambda each: order.get(each.region, len(order)),
        )

    def set_automatic_sync(self, automatic: bool) -> None:
        self.automatic = automatic

    def set_lock_minutes(self, minutes: int) -> None:
        self.minutes = minutes

    def reach(self, progress: Progress) -> Reach:
        return self.way

    def move_centre(self, address: str, progress: Progress) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.now = replace(self.now, centre=address)

    def connect(self) -> None:
        self.connecting = True

    def protection(self, progress: Progress) -> Protection:
        return self.guard

    def change_password(self, old: str, new: str, progress: Progress) -> None:
        self._check(old)
        if len(set(new)) < 4:
            raise WeakPassword("密码太容易猜到，请至少用 4 个不同的字符。")
        self.password = new

    def set_pin(self, password: str, pin: str, progress: Progress) -> None:
        self._check(password)
        if pin and not pin.isdecimal():
            raise WeakPassword("PIN 应为 6 到 9 位数字。")
        self.pin = pin
        self.guard = replace(self.guard, pin=bool(pin))

    def new_recovery_code(self, password: str, progress: Progress) -> str:
        self._check(password)
        self.guard = replace(self.guard, recovery_code=True)
        return "7K2MA-9QPXB-4TNWC-HH3DD-8VCBE-ZE6RF-3M9KG"

    def backups(self) -> Sequence[KnownBackup]:
        return self.kept

    def back_up(self, progress: Progress) -> KnownBackup:
        if self.trouble is not None:
            raise self.trouble
        progress.report(1, 2, "正在备份…")
        self.kept.insert(0, KnownBackup("new", MORNING, 12_400_000))
        return self.kept[0]

    def restore(self, backup: KnownBackup) -> None:
        self.restored.append(backup)

    def folder(self) -> Path:
        return self._folder

    def about(self) -> About:
        return About("0.1.0", "Fluent UI System Icons, MIT")

    def _check(self, password: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        if password != self.password:
            raise WrongPassword
