"""A package and its receipt by the command line, on both sides."""

from pathlib import Path

from tests.cli.test_cli import new_household


def test_what_waits_goes_by_stick_and_the_receipt_comes_back(command, worker, town, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    command(*worker.sign_in)
    command("sync")
    assert command("courier", "export", str(stick)).json == {"file": "", "changes": 0, "left": 0}
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
