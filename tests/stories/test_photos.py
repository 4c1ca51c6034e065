"""Photos between real programs: lines that break in the middle of a piece, and either side killed at any moment."""

import base64
import hashlib
import random
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from gridworker.app.desk import Desk, this_machine
from gridworker.errors import CentreError
from gridworker.protocol.files import PIECE_TYPE
from gridworker.protocol.people import Tokens
from gridworker.records.files import state_of
from gridworker.sync.files import let_go
from tests.helpers.centre import PASSWORD
from tests.helpers.served import GRID, ROOT, Served, environment, served

KILLS = 3
PAPER = b"%PDF-1.7 " + random.Random(7).randbytes(3_000_000)
"""3 MB that nothing makes smaller."""


@pytest.fixture(scope="module")
def town():
    with served() as running:
        yield running


@pytest.fixture
def home(town, tmp_path, request):
    """The home of a new grid worker, enrolled and synced."""
    user = f"wang{abs(hash(request.node.name)) % 100_000}"
    code = town.script([f"add-account {user} --role grid_worker --region {GRID}", f"enrol {user}"])[1]["code"]
    run(tmp_path, "sign-in", "--centre", town.address, "--user", user, "--code", code)
    run(tmp_path, "sync")
    return tmp_path, user


def command(home, *words):
    return [sys.executable, "main.py", "--home", str(home), "--json", *words]


def run(home, *words):
    done = subprocess.run(
        command(home, *words), cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def opened(home):
    folder, user = home
    return Desk.unlocked(this_machine(folder), user, PASSWORD)


def attach(desk, body):
    """A household with this paper; (its id, the file's hash, its bucket)."""
    entry = desk.ledger.files.keep(body, "application/pdf", None)
    grid = desk.ledger.my_grid()
    fields = {"head_name": "陈建国", "address": "马村3号", "grid": grid, "photos": [entry]}
    house = desk.ledger.save("household", fields).id
    return house, entry["sha256"], desk.store.bucket_for("grid", grid)


def folder_of(town: Served) -> Path:
    return town._folder / "files"


class RawTus:
    """Somebody who sends less than he promised."""

    def __init__(self, town: Served, desk: Desk, bucket: str, sha256: str, size: int) -> None:
        self._town, self._token = town, Tokens.model_validate(desk.store.meta("tokens")).access
        name = base64.b64encode(sha256.encode()).decode()
        answer = self._say(
            "POST", f"/files/v1/{bucket}", **{"Upload-Length": str(size), "Upload-Metadata": f"sha256 {name}"}
        )
        assert answer.status_code == 201, answer.text
        self.place = answer.headers["Location"]

    def _say(self, method, path, **headers):
        usual = {"Authorization": f"Bearer {self._token}", "Tus-Resumable": "1.0.0"}
        return requests.request(method, self._town.address + path, headers={**usual, **headers}, timeout=30)

    def offset(self) -> int:
        return int(self._say("HEAD", self.place).headers["Upload-Offset"])

    def begin(self, start: int, promised: int, sent: bytes, checksum: bool) -> socket.socket:
        """A piece of which only so much comes, for now."""
        head = [
            f"PATCH {self.place} HTTP/1.1",
            f"Host: 127.0.0.1:{self._town.port}",
            f"Authorization: Bearer {self._token}",
            "Tus-Resumable: 1.0.0",
            f"Content-Type: {PIECE_TYPE}",
            f"Upload-Offset: {start}",
            f"Content-Length: {promised}",
        ]
        if checksum:
            head.append(f"Upload-Checksum: sha256 {base64.b64encode(hashlib.sha256(sent).digest()).decode()}")
        line = socket.create_connection(("127.0.0.1", self._town.port))
        line.sendall("\r\n".join([*head, "", ""]).encode() + sent)
        return line

    def settles_at(self, offset: int) -> bool:
        """Whether the upload comes to stand there, once the centre has noticed that nobody is there any more."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self._say("HEAD", self.place).status_code == 200 and self.offset() == offset:
                return True
            time.sleep(0.02)
        return False


def test_a_line_that_breaks_inside_a_piece_costs_no_byte_that_can_be_trusted(town, home):
    with opened(home) as desk:
        house, sha256, bucket = attach(desk, PAPER)
        desk.sync()
        raw = RawTus(town, desk, bucket, sha256, len(PAPER))
        at = 0
        for sent in (1, 4095, 4096, 4097, 65_536, 100_001):
            with raw.begin(at, 300_000, PAPER[at : at + sent], checksum=False):
                assert raw.settles_at(at + sent), sent
            at += sent
            assert raw.offset() == at
        with raw.begin(at, 300_000, PAPER[at : at + 100_000], checksum=True):
            assert raw.settles_at(at + 100_000)
        assert raw.settles_at(at), "a piece with a checksum counts whole or not at all"
        with raw.begin(at, 9, b"garbage", checksum=False):
            assert raw.settles_at(at + 7)
        assert desk.send_files().stored == 1, "what was garbled is found out at the end, and sent again"
        desk.sync()
        (entry,) = desk.ledger.get("household", house)["photos"].values()
        assert state_of(entry, 0) == "stored"
    assert hashlib.sha256((folder_of(town) / bucket / sha256[:2] / sha256).read_bytes()).hexdigest() == sha256


def test_either_side_may_be_killed_while_a_paper_goes_up(town, home):
    moment = random.Random(20260302)
    with opened(home) as desk:
        house, sha256, bucket = attach(desk, PAPER[:-1])
    for number in range(KILLS):
        program = subprocess.Popen(
            command(home[0], "sync"), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        time.sleep(moment.uniform(0.3, 1.2))
        if number % 2:
            port = town.port
            town.kill()
            town.start(port)
        program.kill()
        program.communicate(timeout=30)
    with opened(home) as desk:
        for _ in range(3):
            try:
                desk.sync()
                desk.send_files()
            except CentreError:
                continue
        desk.sync()
        (entry,) = desk.ledger.get("household", house)["photos"].values()
        assert state_of(entry, 0) == "stored"
        assert desk.store.meta("incarnation") == 1
    assert (folder_of(town) / bucket / sha256[:2] / sha256).read_bytes() == PAPER[:-1]
    assert not [each for each in (folder_of(town) / "coming").iterdir() if each.stat().st_size == len(PAPER) - 1]


def test_a_paper_may_leave_the_desk_when_a_backup_has_it_and_comes_back_from_there(town, home, tmp_path):
    with opened(home) as desk:
        house, sha256, _ = attach(desk, PAPER[:-2])

        def told():
            (entry,) = desk.ledger.get("household", house)["photos"].values()
            return desk.ledger.files.state(entry)

        def may_go():
            with closing(desk.open_cabinet()) as cabinet:
                return let_go(desk.store, cabinet, desk.machine.now(), most=0)

        assert told() == "waiting"
        desk.sync()
        desk.send_files()
        desk.sync()
        assert (told(), may_go()) == ("stored", 0), "no backup of the centre has it"
        assert desk.store.state_of("household", house) == "accepted"
        town.command("backup", str(tmp_path / "safe"))
        desk.sync()
        assert (told(), may_go()) == ("durable", 1)
        assert desk.store.state_of("household", house) == "durable"
        (link,) = desk.store.file_links(sha256)
        desk.fetch_file(link, lambda body: None)
        with closing(desk.open_cabinet()) as cabinet:
            assert hashlib.sha256(cabinet.content(sha256)).hexdigest() == sha256
