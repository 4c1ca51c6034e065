"""A copy of the store is whole and closed; the way back from one loses nothing that was written since."""

import pytest

from gridworker.errors import StoreDamaged
from gridworker.storage.restore import put_back
from gridworker.storage.store import Store
from tests.helpers.notebook import KEY, ids


@pytest.fixture
def copy(notebook):
    """A copy made in the morning; the desk went on afterwards."""
    notebook.household("早上")
    notebook.hand_in(seen=True)
    path = notebook.path.with_name("copy.db")
    notebook.store.backup_to(path, KEY)
    return path


def restored(notebook, copy):
    """The store, put back from the copy."""
    notebook.store.close()
    carried = put_back(notebook.path, KEY, copy, notebook.path.with_name("aside"))
    notebook.reopened()
    return carried


def test_a_copy_is_whole_and_opens_with_the_same_key_alone(notebook, copy):
    assert copy.stat().st_mode & 0o077 == 0
    assert "早上".encode() not in copy.read_bytes()
    store = Store.open(copy, KEY)
    assert [each["head_name"] for each in store.find("household")] == ["早上"]
    assert len(store.search("早上")) == 1
    store.close()
    with pytest.raises(StoreDamaged):
        Store.open(copy, bytes(32))


def test_a_copy_takes_the_place_of_an_older_one_only_when_it_is_whole(notebook, copy):
    notebook.household("中午")
    notebook.store.backup_to(copy, KEY)
    store = Store.open(copy, KEY)
    assert store.count("household") == 2
    store.close()
    with pytest.raises(StoreDamaged):
        notebook.store.backup_to(copy, bytes(32))
    store = Store.open(copy, KEY)
    assert store.count("household") == 2
    store.close()
    assert not list(copy.parent.glob("*.part*"))


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_what_was_left_beside_an_older_copy_is_not_taken_for_a_part_of_the_new_one(notebook, copy, end):
    left = copy.with_name(copy.name + end)
    left.write_bytes(b"left")
    notebook.store.backup_to(copy, KEY)
    assert not left.exists()
    old = notebook.path.with_name(notebook.path.name + end)
    notebook.store.close()
    old.write_bytes(b"left")
    restored(notebook, copy)
    assert not old.exists() or old.read_bytes() != b"left"


def test_what_was_saved_after_the_copy_comes_along_and_is_handed_in_again(notebook, copy):
    mine = notebook.household("中午")
    notebook.hand_in(seen=True)  # at the centre, in no backup of it yet
    late = notebook.household("傍晚")
    notebook.ledger.save("household", {"phone": "13800000001"}, mine)
    notebook.ledger.keep_draft("visit:1", "visit", "走访", {"text": "草稿"})
    before = [change.id for change in notebook.store.waiting(9)]
    assert restored(notebook, copy) == 3
    assert {each["head_name"] for each in notebook.ledger.find("household")} == {"早上", "中午", "傍晚"}
    assert notebook.ledger.get("household", mine)["phone"] == "13800000001"
    assert [change.id for change in notebook.store.waiting(9)][1:] == before
    assert notebook.store.state_of("household", late) == "local"
    assert notebook.ledger.draft("visit:1").fields == {"text": "草稿"}
    # The centre knows more numbers than this store: a new life, counted anew.
    assert notebook.store.renumber(1, 2) == 4
    notebook.hand_in(seen=True)
    assert notebook.store.waiting(9) == []
    assert {bucket.state for bucket in notebook.store.buckets()} == {"live"}


def test_the_store_that_was_replaced_is_kept(notebook, copy):
    notebook.household("中午")
    restored(notebook, copy)
    old = Store.open(notebook.path.with_name("aside") / "store.db", KEY)
    assert old.count("household") == 2
    old.close()


def test_a_store_that_cannot_be_read_any_more_is_replaced_all_the_same(notebook, copy):
    notebook.store.close()
    notebook.path.write_bytes(b"\x00" * 4096 * 10)
    assert restored(notebook, copy) == 0
    assert [each["head_name"] for each in notebook.ledger.find("household")] == ["早上"]
    notebook.store.close()
    notebook.path.unlink()
    assert restored(notebook, copy) == 0
    assert notebook.ledger.count("household") == 1


@pytest.mark.parametrize("harm", ["key", "page", "cut", "none"])
def test_a_copy_that_is_not_sound_touches_nothing(notebook, copy, harm):
    notebook.household("中午")
    notebook.store.close()
    content = bytearray(copy.read_bytes())
    match harm:
        case "page":
            content[len(content) // 2] ^= 0xFF
        case "cut":
            content = content[: len(content) // 2]
        case "none":
            content = bytearray()
    copy.write_bytes(content)
    key = bytes(32) if harm == "key" else KEY
    before = notebook.path.read_bytes()
    with pytest.raises(StoreDamaged):
        put_back(notebook.path, key, copy, notebook.path.with_name("aside"))
    assert notebook.path.read_bytes() == before
    assert sorted(p.name for p in notebook.path.parent.glob("store*")) == ["store.db"]
    notebook.reopened()
    assert notebook.ledger.count("household") == 2


def test_a_refused_change_comes_along_as_refused(notebook, copy):
    notebook.household("中午")
    notebook.hand_in("refused", reason="请核对。")
    assert restored(notebook, copy) == 1
    (row,) = notebook.store.outbox_rows(("attention",))
    assert (row.reason, row.value["head_name"]) == ("请核对。", "中午")
    assert notebook.ledger.count("household") == 1
    again = notebook.store.resend(row.tx, notebook.now, ids(0x700000))
    assert notebook.ledger.get("household", again[0].record)["head_name"] == "中午"
