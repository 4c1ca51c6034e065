"""What an administrator can do, one function an act."""

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gridserver.author import Author
from gridserver.cli import courier, drill, quarantine, safekeeping, script, standing
from gridserver.cli.arguments import parser
from gridserver.cli.standing import moment
from gridserver.cli.told import Told
from gridserver.cli.world import World, clock, environment_database, new_id, opened
from gridserver.errors import CommandFailed, Refused
from gridserver.keys import Keys
from gridserver.people import grids, regions
from gridserver.people.passwords import Passwords
from gridserver.people.staff import Staff
from gridserver.settings import CODE_LASTS, PasswordCost, Settings
from gridserver.storage import devices, lease, people, watch
from gridserver.storage.engine import Connection, transaction
from gridserver.sync import following, restricting


def run(asked: argparse.Namespace) -> Told:
    """Does what is asked. Raises ``CommandFailed``."""
    settings = Settings(data=asked.data, database=asked.database or environment_database())
    if asked.act == "restore":
        return safekeeping.restore(settings, asked)
    if asked.act in ("backup", "drill"):
        make = safekeeping.backup if asked.act == "backup" else drill.drill
        with opened(settings) as world:
            return make(settings, world, asked)
    with opened(settings) as world:
        if asked.act in _OVER_ALL:
            return _OVER_ALL[asked.act](world, asked)
        return _in_one_transaction(world, asked)


def _script(world: World, asked: argparse.Namespace) -> Told:
    """Each act in a transaction of its own; their answers in order."""
    answers: list[dict[str, Any]] = []

    def do(line: argparse.Namespace) -> None:
        if line.act not in _ACTS:
            raise CommandFailed(f"'{line.act}' has no place in a script")
        answers.append(_in_one_transaction(world, line).document)

    done = script.run(asked.file, _parsed, do)
    return Told({"done": done, "answers": answers}, [f"{done} acts done"])


def _parsed(words: list[str]) -> argparse.Namespace:
    try:
        return parser().parse_args(["centre", *words])
    except SystemExit:
        raise CommandFailed("not understood") from None


def _in_one_transaction(world: World, asked: argparse.Namespace) -> Told:
    with transaction(world.engine, limits=False) as conn:
        return _ACTS[asked.act](_Hand(conn, world.keys), asked)


@dataclass(frozen=True)
class _Hand:
    """What the acts have in hand."""

    conn: Connection
    keys: Keys | None
    """The centre's own; None when the folder with them was not named."""

    @property
    def author(self) -> Author:
        return Author(self.conn, clock(), new_id)

    @property
    def staff(self) -> Staff:
        return Staff(self.conn, clock(), new_id, secrets.token_bytes, Passwords(PasswordCost()))


def _import_divisions(hand: _Hand, asked: argparse.Namespace) -> Told:
    done = regions.bring_in(hand.author, regions.read_divisions(asked.file))
    return Told(asdict(done), [f"{done.added} added, {done.renamed} renamed, {done.unchanged} unchanged"])


def _add_grid(hand: _Hand, asked: argparse.Namespace) -> Told:
    code = regions.add_grid(hand.author, asked.village.strip(), asked.name)
    return Told({"code": code}, [code])


def _move_grid(hand: _Hand, asked: argparse.Namespace) -> Told:
    code = grids.move_grid(hand.author, asked.grid.strip(), asked.to.strip())
    return Told({"code": code}, [code])


def _split_grid(world: World, asked: argparse.Namespace) -> Told:
    """In many short transactions; broken off, it goes on when it is said again."""
    numbers = _lines(asked.numbers) if asked.numbers else []
    households = 0
    while True:
        with transaction(world.engine, limits=False) as conn:
            author = _Hand(conn, world.keys).author
            went = grids.split_grid(author, asked.grid.strip(), asked.to.strip(), asked.group, numbers)
        if not went:
            break
        households += went
    followed = following.follow(world.engine, clock, new_id)
    words = f"{households} households went, and {followed} records after them"
    return Told({"households": households, "followed": followed}, [words])


def _merge_grid(world: World, asked: argparse.Namespace) -> Told:
    following.follow(world.engine, clock, new_id)  # what an earlier one, broken off, had left to do
    with transaction(world.engine, limits=False) as conn:
        names = grids.merge_grid(_Hand(conn, world.keys).staff, asked.grid.strip(), asked.into.strip())
    went = following.follow(world.engine, clock, new_id)
    lines = [f"{went} records went", *(f"{name}: assigned to {asked.into}" for name in names)]
    return Told({"records": went, "people": names}, lines)


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandFailed(f"{path.name} is not UTF-8") from None


def _add_account(hand: _Hand, asked: argparse.Namespace) -> Told:
    person = hand.staff.add_account(asked.name, asked.role, asked.region, _password())
    return Told({"id": person, "name": asked.name, "role": asked.role}, [f"{asked.name}: account made ({asked.role})"])


def _enrol(hand: _Hand, asked: argparse.Namespace) -> Told:
    code = str(hand.staff.enrol(asked.name, asked.address))
    return Told({"code": code, "until": clock() + CODE_LASTS}, [code])


def _assign(hand: _Hand, asked: argparse.Namespace) -> Told:
    act = hand.staff.unassign if asked.remove else hand.staff.assign
    changed = act(asked.name, asked.region)
    words = "region taken away" if asked.remove else "region assigned"
    return Told({"changed": changed}, [f"{asked.name}: {words if changed else 'nothing to change'}"])


def _set_role(hand: _Hand, asked: argparse.Namespace) -> Told:
    changed = hand.staff.set_role(asked.name, asked.role)
    words = f"is {asked.role} now" if changed else "nothing to change"
    return Told({"changed": changed}, [f"{asked.name}: {words}"])


def _restrict_case(hand: _Hand, asked: argparse.Namespace) -> Told:
    """An administrator names anybody, and need not see the case himself."""
    if bool(asked.to) == asked.lift:
        raise CommandFailed("name who may see it (--to NAME), or lift it (--lift)")
    accounts = {name: people.account_of(hand.conn, name.strip()) for name in asked.to}
    strangers = [name for name, account in accounts.items() if account is None]
    if strangers:
        raise CommandFailed(f"there is no account {strangers[0]}; see list-accounts")
    named = [account for account in accounts.values() if account is not None]
    county = named[0].county if named else ""
    try:
        restricting.restrict(hand.author, asked.case, [each.id for each in named], county or "")
    except Refused as refused:
        raise CommandFailed(f"{refused.error}: {refused.reason}") from None
    watch.note(hand.conn, "lift_case" if asked.lift else "restrict_case", now=clock(), code=asked.case)
    words = "all who hold the town's cases see it" if asked.lift else f"{len(named)} people see it"
    return Told({"people": [each.login for each in named]}, [f"{asked.case}: {words}"])


def _reset_password(hand: _Hand, asked: argparse.Namespace) -> Told:
    hand.staff.reset_password(asked.name, _password())
    return Told({"ok": True}, [f"{asked.name}: password reset"])


def _list_accounts(hand: _Hand, asked: argparse.Namespace) -> Told:
    found = people.listed(hand.conn)
    lines = [f"{each.login}\t{each.role}\t{','.join(each.regions)}\t{each.devices} devices" for each in found]
    return Told({"accounts": [asdict(each) for each in found]}, lines)


def _list_devices(hand: _Hand, asked: argparse.Namespace) -> Told:
    found = devices.listed(hand.conn)
    lines = [f"{each.id}\t{each.login}\t{_standing(each)}\tlast seen {moment(each.seen_at)}" for each in found]
    return Told({"devices": [asdict(each) for each in found]}, lines)


def _revoke_device(hand: _Hand, asked: argparse.Namespace) -> Told:
    hand.staff.revoke_device(asked.device)
    return Told({"ok": True}, [f"{asked.device}: revoked"])


def _standing(device: devices.ListedDevice) -> str:
    """Status in a word, and how far an order to wipe has come."""
    if device.wiped_at is not None:
        return f"wiped {moment(device.wiped_at)}"
    return "to be wiped" if device.wipe else device.status


def _suspend_device(hand: _Hand, asked: argparse.Namespace) -> Told:
    if asked.lift:
        hand.staff.resume_device(asked.device)
    else:
        hand.staff.suspend_device(asked.device)
    return Told({"ok": True}, [f"{asked.device}: {'active' if asked.lift else 'suspended'}"])


def _wipe_device(hand: _Hand, asked: argparse.Namespace) -> Told:
    if hand.keys is None:
        raise CommandFailed("the order is signed by the centre's key: name the data folder too (--data DIR)")
    order = hand.staff.wipe_device(asked.device, hand.keys.sign, stolen=asked.stolen)
    when = "at its next contact" if asked.stolen else "at its next contact, when it has handed in what waits there"
    lines = [f"{asked.device}: will be wiped {when}; list-devices tells when it was"]
    if asked.file is None:
        return Told({"ok": True}, lines)
    path = courier.write_order(asked.file, order)
    return Told({"ok": True, "file": str(path)}, [*lines, f"the order for a stick: {path}"])


def _lease(hand: _Hand, asked: argparse.Namespace) -> Told:
    if bool(asked.role) != bool(asked.days):
        raise CommandFailed("--role and --days go together")
    if asked.role:
        if not 1 <= asked.days <= lease.LONGEST:
            raise CommandFailed(f"a lease has 1 to {lease.LONGEST} days")
        lease.set_days(hand.conn, asked.role, asked.days)
        watch.note(hand.conn, "lease", now=clock(), code=f"{asked.role} {asked.days}")
    found = lease.all_days(hand.conn)
    return Told({"days": found}, [f"{role}\t{days} days" for role, days in found.items()])


_ACTS: Mapping[str, Callable[[_Hand, argparse.Namespace], Told]] = {
    "import-divisions": _import_divisions,
    "add-grid": _add_grid,
    "move-grid": _move_grid,
    "add-account": _add_account,
    "enrol": _enrol,
    "assign": _assign,
    "reset-password": _reset_password,
    "set-role": _set_role,
    "restrict-case": _restrict_case,
    "list-accounts": _list_accounts,
    "list-devices": _list_devices,
    "revoke-device": _revoke_device,
    "lease": _lease,
    "suspend-device": _suspend_device,
    "wipe-device": _wipe_device,
}


_OVER_ALL: Mapping[str, Callable[[World, argparse.Namespace], Told]] = {
    "split-grid": _split_grid,
    "merge-grid": _merge_grid,
    "courier": courier.take,
    "quarantine": quarantine.run,
    "script": _script,
    "status": standing.status,
}
"""What takes more than one transaction."""


def _password(environment: Mapping[str, str] = os.environ) -> str:
    """From the environment, or typed twice; never from an argument, which others on the machine can read."""
    given = environment.get("GRIDWORKER_PASSWORD")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise CommandFailed("a password is needed: set GRIDWORKER_PASSWORD, or run this in a terminal")
    typed = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != typed:
        raise CommandFailed("the two passwords differ")
    return typed
