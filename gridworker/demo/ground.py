"""Where the demo lies on the disk, and the machine and the line that its desks use."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gridworker.app.desk import Desk, this_machine
from gridworker.demo.centre_process import CentreDown, CentreProcess
from gridworker.demo.founding import PASSWORD, Founded, Player, found
from gridworker.errors import CentreUnreachable
from gridworker.sync import enrol
from gridworker.sync.centre import Centre
from gridworker.sync.enrol import Opened
from gridworker.sync.machine import Machine

CHINA_HOURS = 8
Told = Callable[[str], object]


class Line:
    """The line between the demo's desks and their centre, with a switch."""

    def __init__(self) -> None:
        self.cut = False

    def connect(self, place: str, **how: Any) -> Centre:
        """As ``sync.centre.Centre``. Raises ``CentreUnreachable`` while the line is cut."""
        if self.cut:
            raise CentreUnreachable("the demo's line is cut")
        return Centre(place, **how)


@dataclass(frozen=True)
class DemoMachine(Machine):
    """A machine without a keyring: the demo leaves no secrets in anybody's system."""

    def new_secret(self, store: str) -> bytes | None:
        """None: the password guards alone."""
        return None

    def secret(self, store: str) -> bytes | None:
        """None: the password guards alone."""
        return None


class Ground:
    """The demo's folder: ``pristine`` as it was founded, and one or more copies in which somebody plays."""

    def __init__(self, home: Path, line: Line) -> None:
        self._home = home
        self._line = line

    @property
    def is_founded(self) -> bool:
        """Whether the district is there already."""
        return self._note.exists()

    @property
    def _note(self) -> Path:
        return self._home / "founded.json"

    @property
    def _pristine(self) -> Path:
        return self._home / "pristine"

    def machine(self, desks: Path) -> DemoMachine:
        """The machine whose desks lie in ``desks``."""
        real = this_machine(desks)
        return DemoMachine(
            home=desks,
            clock=real.clock,
            new_id=real.new_id,
            chance=real.chance,
            connect=self._line.connect,
        )

    def founded(self, tell: Told) -> Founded:
        """The district; founded now when it is not there yet."""
        kept = Founded.read(self._note)
        if kept is not None:
            return kept
        shutil.rmtree(self._home, ignore_errors=True)
        self._pristine.mkdir(parents=True, mode=0o700)
        tell("启动中心和数据库")
        centre = CentreProcess(self._pristine / "centre")
        try:
            today = (datetime.now(UTC) + timedelta(hours=CHINA_HOURS)).date()
            made = found(centre, self.machine(self._pristine / "desks"), today, tell)
        finally:
            centre.stop()
        made.save(self._note)
        return made

    def fresh(self, name: str) -> Path:
        """A new copy of the district as it was founded."""
        place = self._home / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._pristine, place, symlinks=True)
        return place

    def kept(self, name: str) -> Path:
        """The copy of this name; made when it is not there."""
        place = self._home / name
        return place if (place / "desks").exists() else self.fresh(name)

    def centre(self, place: Path, founded: Founded, tell: Told) -> CentreProcess:
        """The centre of a copy, running. When its port is taken, on another, which the desks are told."""
        try:
            return CentreProcess(place / "centre", founded.port)
        except CentreDown:
            tell("端口被占用，换一个端口")
        centre = CentreProcess(place / "centre")
        machine = self.machine(place / "desks")
        for player in founded.players:
            with Desk(machine, self.opened(machine, player)) as desk:
                desk.move_centre(centre.address)
        return centre

    def opened(self, machine: Machine, player: Player) -> Opened:
        """A player's store, unlocked."""
        return enrol.unlock(machine, player.user, PASSWORD)


def has_display(platform: str, environment: dict[str, str]) -> bool:
    """Whether windows can be shown to a person."""
    if platform in ("win32", "darwin"):
        return True
    offscreen = environment.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal")
    return not offscreen and bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def told_on(stream: Any = sys.stdout) -> Told:
    """Says each thing on a line of its own, at once."""
    return lambda words: print(words, file=stream, flush=True)
