"""The words of the centre's command line."""

import argparse
from datetime import datetime
from pathlib import Path

ROLES = ("grid_worker", "mediator", "supervisor", "admin")

_DATABASE = """
The embedded PostgreSQL lies in the data folder. A real server is named with --database or, so that no secret
stands where other users of the machine can read it, in GRIDWORKER_DATABASE (a postgresql:// address), or by a
service of libpq (postgresql:///?service=NAME). Passwords of people come from GRIDWORKER_PASSWORD or a prompt.
"""
_SERVE = """
Serves desks until it is told to stop (SIGTERM, Ctrl+C), and prints one line with its address when it is ready.
Anywhere but on loopback it wants a certificate: names and telephones would cross the network readable. Behind a
proxy that does TLS on the same machine, loopback is enough; where the proxy is another machine or container, say
so with GRIDWORKER_PLAIN_HTTP=behind-a-proxy. The log (standard error) is JSON, one object a line, unless
GRIDWORKER_LOG=text. /metrics and the whole of /healthz go to this machine, or to whoever shows the token in
GRIDWORKER_METRICS_TOKEN.
"""


def parser() -> argparse.ArgumentParser:
    """For everything that begins with ``serve`` or ``centre``."""
    top = argparse.ArgumentParser(prog="main.py", description="Gridworker 民情日记, the centre")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve(commands.add_parser("serve", help="serve desks", description=_SERVE, epilog=_DATABASE))
    centre = commands.add_parser("centre", help="what an administrator does", epilog=_DATABASE)
    _where(centre)
    centre.add_argument("--json", action="store_true", default=False, help="print one JSON document")
    _administrator(centre)
    return top


def _serve(serve: argparse.ArgumentParser) -> None:
    _where(serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8440, help="port; 0 for any free one (default: %(default)s)")
    serve.add_argument(
        "--archive", type=Path, metavar="DIR", help="archive the log here, encrypted, while serving (see restore --to)"
    )
    serve.add_argument("--key-file", type=Path, metavar="F", help="the archive's key (default: in the data folder)")
    serve.add_argument("--tls-cert", type=Path, metavar="F", help="certificate and its chain, PEM")
    serve.add_argument("--tls-key", type=Path, metavar="F", help="key of the certificate, PEM, without a password")


def _where(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, metavar="DIR", help="the centre's data folder")
    command.add_argument("--database", metavar="URL", default="", help="a PostgreSQL server's database")


def _administrator(centre: argparse.ArgumentParser) -> None:
    json = argparse.ArgumentParser(add_help=False)
    json.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    acts = centre.add_subparsers(dest="act", required=True, metavar="ACT")

    def act(name: str, words: str) -> argparse.ArgumentParser:
        return acts.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".", parents=[json])

    divisions = act("import-divisions", "bring in regions from a file of public division codes; may be repeated")
    divisions.add_argument("file", type=Path, metavar="FILE", help="CSV: level,code,name,parent")
    grid = act("add-grid", "make a new grid of a village and print its code")
    grid.add_argument("village", metavar="VILLAGE_CODE")
    grid.add_argument("--name", metavar="N", default="", help="its name (default: 第1网格, 第2网格, …)")
    move = act("move-grid", "put a grid under another village and print its new code; its records stay in it")
    move.add_argument("grid", metavar="GRID_CODE")
    move.add_argument("--to", required=True, metavar="VILLAGE_CODE")
    split = act("split-grid", "take some households of a grid, and all that is theirs, to another grid; repeatable")
    split.add_argument("grid", metavar="GRID_CODE")
    split.add_argument("--to", required=True, metavar="GRID_CODE", help="the other grid; make it with add-grid")
    split.add_argument("--group", action="append", default=[], metavar="NAME", help="a villagers' group; repeatable")
    split.add_argument("--numbers", type=Path, metavar="FILE", help="household numbers, one a line")
    merge = act("merge-grid", "end a grid: its records and its people go to another one; repeatable")
    merge.add_argument("grid", metavar="GRID_CODE")
    merge.add_argument("--into", required=True, metavar="GRID_CODE")
    account = act("add-account", "make an account")
    _name(account)
    account.add_argument("--role", required=True, choices=ROLES)
    account.add_argument("--region", required=True, metavar="CODE", help="the region that the person works in")
    enrol = act("enrol", "print a one-time code, good for seven days, for one more desk of a person")
    _name(enrol)
    enrol.add_argument("--address", metavar="URL", default="", help="put the centre's address into the code")
    assign = act("assign", "give a person one more region, or take one away")
    _name(assign)
    assign.add_argument("--region", required=True, metavar="CODE")
    assign.add_argument("--remove", action="store_true", help="take it away")
    post = act("set-role", "give a person another role; what waits on his desk is taken as made in the old one")
    _name(post)
    post.add_argument("--role", required=True, choices=ROLES)
    restrict = act("restrict-case", "let only named people see one mediation case, or lift that again")
    restrict.add_argument("case", metavar="ID", help="the case, as records list mediation_case prints it at a desk")
    restrict.add_argument("--to", action="append", default=[], metavar="NAME", help="somebody who may; repeatable")
    restrict.add_argument("--lift", action="store_true", help="whoever holds the town's cases sees it again")
    _name(act("reset-password", "give a person who forgot it a new password"))
    act("list-accounts", "list the accounts")
    act("list-devices", "list the devices")
    revoke = act("revoke-device", "cut a device off")
    revoke.add_argument("device", metavar="ID", help="as list-devices prints it")
    suspend = act("suspend-device", "let a device read nothing for a while; what it hands in waits for a decision")
    suspend.add_argument("device", metavar="ID", help="as list-devices prints it")
    suspend.add_argument("--lift", action="store_true", help="it may read again")
    wipe = act("wipe-device", "cut a device off for good and order its desk to destroy the store, signed by the centre")
    wipe.add_argument("device", metavar="ID", help="as list-devices prints it")
    wipe.add_argument("--stolen", action="store_true", help="at once; otherwise what waits there is handed in first")
    wipe.add_argument("--file", type=Path, metavar="DIR", help="write the order for a stick, too, into this folder")
    lease = act("lease", "tell, or set, for how many days a desk opens its store without having read from the centre")
    lease.add_argument("--role", choices=ROLES, default="", help="whose desks")
    lease.add_argument("--days", type=int, metavar="N", default=0, help="1 to 365 (usual: 14; supervisor, admin: 3)")
    status = act("status", "tell how the centre stands: desks, what waits, conflicts, sums, backups")
    status.add_argument("--recount", action="store_true", help="count the sum of every bucket again first")
    _quarantine(act("quarantine", "look at what could not be taken, and decide about it"), json)
    courier = act(
        "courier",
        "take in what came on a stick, packages before crates of files, and write the receipts that go back",
    )
    courier.add_argument("file", type=Path, metavar="FILE", nargs="+", help="or the folder in which they lie")
    courier.add_argument("--out", type=Path, metavar="DIR", default=None, help="where receipts go (beside FILE)")
    script = act("script", "do several of these acts, one a line, as they would be typed after 'centre'")
    script.add_argument("file", type=Path, metavar="FILE", help="the acts; - for standard input")
    backup = act("backup", "write an encrypted backup of the database and the keys into a folder")
    backup.add_argument("folder", type=Path, metavar="DIR")
    backup.add_argument("--keep", type=_some, metavar="N", default=0, help="delete all but the newest N of the folder")
    restore = act("restore", "put a backup in the place of the database; desks hand in again what it lacks")
    restore.add_argument("folder", type=Path, metavar="DIR", help="the folder (its newest backup), or one backup")
    drill = act(
        "drill", "try a restore in a scratch centre: counts, sums, comparison with the living one; PASS or FAIL"
    )
    drill.add_argument("folder", type=Path, metavar="DIR", help="the folder (its newest backup), or one backup")
    for each in restore, drill:
        each.add_argument(
            "--to", type=_moment, metavar="TIME", help="an archive up to this moment: 2026-03-02T14:30+08:00"
        )
    for each in backup, restore, drill:
        each.add_argument("--key-file", type=Path, metavar="F", help="the backups' key (default: in the data folder)")
        each.epilog = "With GRIDWORKER_BACKUP_PASSWORD a password takes the place of the key file."


def _quarantine(quarantine: argparse.ArgumentParser, json: argparse.ArgumentParser) -> None:
    steps = quarantine.add_subparsers(dest="step", required=True, metavar="STEP")

    def step(name: str, words: str) -> argparse.ArgumentParser:
        return steps.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".", parents=[json])

    listed = step("list", "list what waits for a decision: ids, codes and counts")
    listed.add_argument("--code", metavar="CODE", default="", help="only what waits for this reason")
    for name, words in (
        ("show", "print one group whole, with what people typed: on this terminal only"),
        ("release", "take a group in as its author wrote it, on your word; he hears of it at his next sync"),
        ("reject", "do not take it; its author reads why and keeps what he wrote"),
    ):
        one = step(name, words)
        one.add_argument("id", type=int, metavar="ID", help="as quarantine list prints it")
    one.add_argument("--reason", required=True, metavar="WORDS", help="what its author reads (Chinese)")
    again = step("reprocess", "try again all that waits for one reason, after what was wrong was put right")
    again.add_argument("--code", required=True, metavar="CODE", help="the reason, as quarantine list prints it")


def _name(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="the name that the person signs in with")


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("one is the least")
    return number


def _moment(text: str) -> int:
    """ms UTC; a time without a zone is this machine's."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise argparse.ArgumentTypeError("a time is written 2026-03-02T14:30, with its zone +08:00") from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port
