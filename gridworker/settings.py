"""What a desk remembers outside its encrypted stores: how it looks, and where each worker's centre is."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gridworker.errors import of_the_system

VERSION = "0.1.0"
"""Of this program, as it tells the centre."""

FILE = "settings.json"
TEXT_SIZES = (1.0, 1.2, 1.4, 1.6, 2.0)
THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Enrolment:
    """Where a worker's store belongs; needed before the store can be opened."""

    centre: str
    """Address of the centre."""
    device: str
    """Id of the device at the centre."""
    ca: str = ""
    """Path of the private authority's certificate, inside the home; "" for the public ones."""


@dataclass(frozen=True)
class Settings:
    """Preferences of this machine. Never holds names of residents, passwords or keys."""

    text_size: float = 1.0
    theme: str = "system"
    centre: str = ""
    """The address that was typed last, offered at the next first sign-in."""
    machine: str = ""
    """Groups the devices of one machine; random, made once."""
    enrolments: Mapping[str, Enrolment] = field(default_factory=dict)
    """Login name to where it belongs."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What a newer version wrote; kept as it is."""

    def enrolled(self, user: str, enrolment: Enrolment) -> "Settings":
        """The same, with one worker's centre noted."""
        return replace(self, centre=enrolment.centre, enrolments={**self.enrolments, user: enrolment})


def default_home(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> Path:
    """Where a desk keeps everything unless told otherwise with ``--home``."""
    if platform == "win32":
        base = environment.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData/Local") / "Gridworker"
    if platform == "darwin":
        return Path.home() / "Library/Application Support/Gridworker"
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local/share") / "gridworker"


def load(home: Path) -> Settings:
    """The settings in ``home``; a missing or damaged file gives the defaults, a bad value its own."""
    try:
        kept = json.loads((home / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return Settings()
    return _from_json(kept) if isinstance(kept, dict) else Settings()


def save(home: Path, settings: Settings) -> None:
    """Writes the file whole or not at all, its owner's alone. Raises ``StoreError`` for a full or bad disk."""
    kept = {**settings.extra, **{k: v for k, v in asdict(settings).items() if k != "extra"}}
    try:
        _write(home, json.dumps(kept, ensure_ascii=False, indent=1))
    except OSError as fault:
        if (ours := of_the_system(fault)) is None:
            raise
        raise ours from None


def _write(home: Path, text: str) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = home / f"{FILE}.{os.getpid()}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, home / FILE)
    if sys.platform != "win32":
        folder = os.open(home, os.O_RDONLY)
        os.fsync(folder)  # a new name outlives a power cut when its folder was synced
        os.close(folder)


def with_machine(home: Path, new_id: Callable[[], str]) -> Settings:
    """The settings in ``home``, with this machine's id made and saved if there was none."""
    settings = load(home)
    if not settings.machine:
        settings = replace(settings, machine=new_id())
        save(home, settings)
    return settings


def _from_json(kept: Mapping[str, Any]) -> Settings:
    known = {each.name for each in fields(Settings)} - {"extra"}
    texts = {k: v for k in ("centre", "machine") if isinstance(v := kept.get(k), str)}
    return Settings(
        text_size=kept["text_size"] if kept.get("text_size") in TEXT_SIZES else 1.0,
        theme=kept["theme"] if kept.get("theme") in THEMES else "system",
        enrolments=_enrolments(kept.get("enrolments")),
        extra={k: v for k, v in kept.items() if k not in known},
        **texts,
    )


def _enrolments(kept: Any) -> dict[str, Enrolment]:
    found = {}
    for user, each in kept.items() if isinstance(kept, dict) else ():
        words = each if isinstance(each, dict) else {}
        centre, device, ca = (words.get(name, "") for name in ("centre", "device", "ca"))
        if centre and all(isinstance(word, str) for word in (centre, device, ca)):
            found[user] = Enrolment(centre, device, ca)
    return found
