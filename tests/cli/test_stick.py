"""A package and its receipt by the command line, on both sides."""

from pathlib import Path

from gridworker.app.desk import Desk
from tests.cli.conftest import cheap_machine
from tests.cli.test_cli import new_household
from tests.helpers.centre import PASSWORD


def test_what_waits_goes_by_stick_and_the_receipt_comes_back(command, worker, town, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    command(*worker.sign_in)
    command("sync")
    nothing = {"file": "", "changes": 0, "left": 0, "crates": [], "files": 0}
    assert command("courier", "export", str(stick)).json == nothing
    assert list(stick.iterdir()) == []

    household = new_household(command)
    exported = command("courier", "export", str(stick)).json
    assert (exported["changes"], exported["left"]) == (1, 0)
    assert worker.user not in exported["file"]
    receipt = town.command("courier", exported["file"])["receipt"]
    assert Path(receipt).parent == stick

    told = command("courier", "take", receipt).json
    assert told == {"form": "receipt", "accepted": 1, "refused": 0, "conflicts": 0, "again": False}
    assert command("records", "show", "household", household).json["state"] == "accepted"
    assert command("courier", "receipts", str(stick)).json == {"files": []}
    damaged = command("courier", "take", __file__)
    assert damaged.code == 1
    assert "重新导出" in damaged.err


def test_photos_go_along_when_they_are_asked_for_and_the_administrator_takes_in_a_whole_stick(
    command, worker, town, tmp_path
):
    stick = tmp_path / "stick"
    stick.mkdir()
    command(*worker.sign_in)
    command("sync")
    with Desk.unlocked(cheap_machine(tmp_path / "home"), worker.user, PASSWORD) as desk:
        entry = desk.ledger.files.keep(b"%PDF-1.7 " + bytes(100_000), "application/pdf", None)
        fields = {"head_name": "陈建国", "address": "马村3号", "grid": desk.ledger.my_grid(), "photos": [entry]}
        house = desk.ledger.save("household", fields).id
    told = command("courier", "look", str(stick)).json
    assert (told["changes"], told["files"], told["bytes"], told["parts"], told["fits"]) == (1, 1, 100_009, 1, True)
    assert command("courier", "export", str(stick)).json["crates"] == [], "photos only when they are asked for"
    (stick / "holiday.jpg").write_bytes(b"a picture of a dog")
    exported = command("courier", "export", str(stick), "--files").json
    assert (exported["files"], len(exported["crates"])) == (1, 1)
    taken = town.command("courier", str(stick))["taken"]
    assert len(taken) == 3, "two packages with the same change, and the crate"
    told = [command("courier", "take", each["receipt"]).json for each in taken]
    assert [each["files"] for each in told if "files" in each] == [1]
    with Desk.unlocked(cheap_machine(tmp_path / "home"), worker.user, PASSWORD) as desk:
        (entry,) = desk.ledger.get("household", house)["photos"].values()
        assert desk.ledger.files.state(entry) == "stored"
