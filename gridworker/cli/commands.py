"""From what was asked to what is done: opens the desk, does it, and closes it again."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker import logs, settings
from gridworker.cli import courier, records
from gridworker.cli.answer import Answer, Misused
from gridworker.errors import CentreError, CentreUnreachable, LeaseOver, NotFound, SignInNeeded
from gridworker.ledger import Ledger
from gridworker.storage.outbox import WAITS

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.app.stick import StickOf
    from gridworker.sync.machine import Machine

__all__ = ["Misused", "run"]

PASSWORD = "GRIDWORKER_PASSWORD"


def run(asked: argparse.Namespace, machine_of: "Callable[[Path], Machine] | None" = None) -> Answer | None:
    """Does one command. ``machine_of``: by its home, the machine to do it on, instead of the one that the program
    runs on. Raises ``Misused`` and what the act itself raises.
    """
    home: Path = (asked.home or settings.default_home()).absolute()
    if asked.command == "demo":
        _demo(home, asked)
        return None
    if (asked.command, getattr(asked, "act", "")) == ("records", "kinds"):
        return records.kinds()
    for name in _kinds_named(asked):
        records.kind_of(name)
    log = logs.start(home)
    try:
        return _at_the_desk(home, asked, machine_of)
    finally:
        logs.stop(log)


def _kinds_named(asked: argparse.Namespace) -> list[str]:
    """What was used wrongly is told before anybody is asked for a password."""
    named = getattr(asked, "kind", [])
    return [named] if isinstance(named, str) else named


def _at_the_desk(home: Path, asked: argparse.Namespace, machine_of: "Callable[[Path], Machine] | None") -> Answer:
    from gridworker.app.desk import Desk, this_machine

    machine = (machine_of or this_machine)(home)
    if asked.command == "sign-in":
        return _sign_in(machine, asked)
    user = asked.user or _last(machine)
    password = _password(user)
    with Desk.unlocked(machine, user, password) as desk:
        if asked.command == "sync":
            return _sync(desk, password)
        desk.check_lease()
        if asked.command == "status":
            return _status(desk)
        if asked.command == "courier":
            return _carry(desk, asked)
        if asked.command == "cases":
            return _restrict(desk, asked)
        return _ACTS[asked.command, getattr(asked, "act", "")](desk.ledger, asked)


_ACTS: Mapping[tuple[str, str], Callable[[Ledger, argparse.Namespace], Answer]] = {
    ("records", "list"): records.list_,
    ("records", "show"): records.show,
    ("records", "save"): records.save,
    ("records", "remove"): records.remove,
    ("records", "restore"): records.restore,
    ("search", ""): records.search,
    ("conflicts", "list"): lambda ledger, _: records.conflicts(ledger),
    ("conflicts", "settle"): records.settle,
}


_COURIER: Mapping[str, Callable[["StickOf", argparse.Namespace], Answer]] = {
    "look": courier.look,
    "export": courier.export,
    "take": courier.take,
    "receipts": courier.receipts,
}


def _carry(desk: "Desk", asked: argparse.Namespace) -> Answer:
    from gridworker.app.stick import StickOf

    return _COURIER[asked.act](StickOf(desk), asked)


def _restrict(desk: "Desk", asked: argparse.Namespace) -> Answer:
    """The centre decides; desks hear of it at their next sync, this one at once."""
    by_login = {str(each.get("user")): str(each["id"]) for each in desk.ledger.find("staff_member")}
    wanted = getattr(asked, "to", [])
    strangers = [name for name in wanted if name not in by_login]
    if strangers:
        raise NotFound("staff_member", advice=f"没有登录名为“{strangers[0]}”的工作人员，请核对后再试。")
    told = desk.restrict(asked.id, [by_login[name] for name in wanted])
    desk.sync()
    names = [desk.ledger.names().get(each, each) for each in told.people]
    return Answer({"people": told.people}, [f"只有这些人能查看：{'、'.join(names)}" if names else "已取消限定"])


def _sign_in(machine: "Machine", asked: argparse.Namespace) -> Answer:
    """With a code: enrolment. Without one, and without a line, the password is checked here; an address that was
    named has to answer."""
    from gridworker.app.desk import Desk
    from gridworker.sync import enrol

    user = asked.user or _last(machine)
    password = _password(user)
    if asked.code:
        application = enrol.Application(user, password, asked.code, asked.centre, asked.ca)
        with Desk(machine, enrol.enrol(machine, application)) as desk:
            return _signed_in(desk)
    with Desk.unlocked(machine, user, password) as desk:
        if asked.centre and desk.is_enrolled:
            desk.move_centre(asked.centre)
        try:
            desk.sign_in(password)
        except CentreError as error:
            if asked.centre:
                raise
            machine.vault.note(desk.user, now=machine.now())
            print(f"已在本机登录。{error}", file=sys.stderr)
        desk.renew()
        return _signed_in(desk)


def _signed_in(desk: "Desk") -> Answer:
    me = desk.me
    return Answer(
        {"user": me.user, "role": me.role, "regions": list(me.regions)},
        [f"已登录：{me.name}（{me.user}），负责区域 {len(me.regions)} 个"],
    )


def _sync(desk: "Desk", password: str) -> Answer:
    try:
        desk.check_lease()
        report = desk.sync()
    except (SignInNeeded, LeaseOver):
        desk.sign_in(password)
        report = desk.sync()
    if files := desk.send_files().stored:
        desk.sync()  # what the centre says of them
    document = {
        "ok": report.ok,
        "pushed": report.pushed,
        "pulled": report.pulled,
        "conflicts": report.conflicts,
        "refused": report.refused,
    }
    words = f"已同步：上传 {report.pushed}，下载 {report.pulled}，需要核对 {report.conflicts}，被退回 {report.refused}"
    words += f"，照片和文件 {files}" if files else ""
    return Answer(document, [words])


def _status(desk: "Desk") -> Answer:
    store = desk.store
    counts = store.waiting_count()
    buckets = [
        {"id": each.id, "class": each.bucket_class, "region": each.region, "state": each.state, "cursor": each.cursor}
        for each in store.buckets()
    ]
    document: dict[str, Any] = {
        "waiting": sum(counts.get(state, 0) for state in WAITS),
        "accepted": counts.get("accepted", 0),
        "durable": counts.get("durable", len(store.outbox_rows(("durable",), limit=1_000_000))),
        "refused": counts.get("attention", 0),
        "conflicts": store.count("conflict", [("state", "=", "open")]),
        "last_success": store.meta("last_success"),
        "buckets": buckets,
    }
    titles = {
        "waiting": "待上传",
        "accepted": "中心已收到",
        "durable": "中心已存妥",
        "refused": "被退回",
        "conflicts": "需要核对",
    }
    lines = [f"{title}：{document[name]}" for name, title in titles.items()]
    return Answer(document, [*lines, f"资料范围：{len(buckets)} 个"])


def _last(machine: "Machine") -> str:
    last = machine.vault.last()
    if last is None:
        raise NotFound("nobody", advice="这台电脑上还没有人登录过，请先用 sign-in 登录。")
    return last.user


def _password(user: str) -> str:
    """From the environment, or from a prompt on a terminal."""
    kept = os.environ.get(PASSWORD)
    if kept:
        return kept
    if not sys.stdin.isatty():
        raise Misused(f"没有密码：请设置环境变量 {PASSWORD}。")
    return getpass.getpass(f"{user} 的密码：")


def _demo(home: Path, asked: argparse.Namespace) -> None:
    """Delegates to the demo."""
    from gridworker import demo
    from gridworker.demo.centre_process import CentreDown

    try:
        demo.run(home, asked.out, asked.headless)
    except CentreDown as error:
        raise CentreUnreachable("demo", advice=f"演示用的中心没有启动：{error}") from None
