"""Backups: what they cover is called safe, and what they lack comes back from the desks."""

import hashlib
from pathlib import Path

import pytest

from gridserver import keys
from gridserver.backup import read_head
from gridserver.cli import safekeeping
from gridserver.cli.world import clock
from gridserver.storage import chores, epochs, people
from gridserver.storage.engine import connect, text, transaction
from gridserver.storage.stacks import Stacks
from tests.helpers.centre import KEYS, new_id
from tests.server.conftest import SERVERS

VILLAGE = "330683106211"


@pytest.fixture(scope="module", params=SERVERS)
def postgres(request, servers):
    """Dumps are made by the programs of one major and put back into another."""
    return servers(request.param)


@pytest.fixture
def founded(centre):
    centre.found()
    return centre


@pytest.fixture
def desk(founded):
    """A desk that has handed in nine changes."""
    desk = founded.desk_of(founded.hire("wang", "grid_worker", VILLAGE))
    with founded.conn() as conn:
        conn.execute(text("UPDATE device SET last_n = 9 WHERE id = CAST(:id AS uuid)"), {"id": desk.device})
    return desk


def standing(centre, desk):
    with centre.conn() as conn:
        return people.standing_of(people.caller_of_device(conn, desk.device), centre.clock())


def test_without_a_backup_nothing_is_promised(founded, desk):
    told = standing(founded, desk)
    assert (told.backup, told.last_n, told.durable_n) == (False, 9, 0)


def test_a_backup_moves_the_marks_to_what_it_covers(founded, desk, command, tmp_path):
    said = command("backup", str(tmp_path / "safe"), "--json")
    assert said.code == 0
    assert Path(said.json["file"]).stat().st_size == said.json["bytes"]
    told = standing(founded, desk)
    assert (told.backup, told.durable_n) == (True, 9)
    with founded.conn() as conn:
        conn.execute(text("UPDATE device SET last_n = 12 WHERE id = CAST(:id AS uuid)"), {"id": desk.device})
    assert standing(founded, desk).durable_n == 9


def test_a_store_that_began_a_new_life_meanwhile_is_not_marked(founded, desk):
    from gridserver.storage import meta

    with founded.conn() as conn:
        covered = meta.marks(conn)
        conn.execute(text("UPDATE device SET incarnation = 2, last_n = 3, durable_n = 0 WHERE last_n = 9"))
        meta.mark_backup(conn, covered, 1)
    assert standing(founded, desk).durable_n == 0


def test_a_restored_centre_is_as_it_was_and_begins_a_new_epoch(founded, desk, command, tmp_path):
    before = standing(founded, desk)
    assert command("backup", str(tmp_path / "safe")).code == 0
    assert command("add-grid", VILLAGE).out == f"{VILLAGE}003\n"
    with founded.conn() as conn:
        conn.execute(text("UPDATE device SET last_n = 12 WHERE id = CAST(:id AS uuid)"), {"id": desk.device})
    said = command("restore", str(tmp_path / "safe"), "--json")
    assert said.code == 0, said.err
    after = standing(founded, desk)
    assert said.json["epoch"] == after.epoch != before.epoch
    assert (after.last_n, after.durable_n) == (9, 9)
    with founded.conn() as conn:
        assert epochs.kept_since(conn, desk.device, before.epoch) == (1, 9)
    assert command("add-grid", VILLAGE).out == f"{VILLAGE}003\n"


def test_the_newest_backup_of_a_folder_is_taken_or_the_one_that_is_named(founded, command, tmp_path):
    first = command("backup", str(tmp_path / "safe"), "--json").json["file"]
    command("add-grid", VILLAGE)
    second = command("backup", str(tmp_path / "safe"), "--json").json["file"]
    assert command("restore", str(tmp_path / "safe"), "--json").json["file"] == second
    assert command("restore", first, "--json").json["file"] == first
    assert command("add-grid", VILLAGE).out == f"{VILLAGE}003\n"


def test_old_backups_go_when_so_many_are_to_be_kept(founded, command, tmp_path):
    made = [command("backup", str(tmp_path / "safe"), "--keep", "2", "--json").json["file"] for _ in range(3)]
    assert sorted(str(path) for path in (tmp_path / "safe").glob("*.backup")) == made[1:]
    assert command("backup", str(tmp_path / "safe"), "--keep", "0").code == 2


def test_desks_learn_from_when_the_oldest_backup_is_that_is_kept(founded, command, tmp_path):
    def since():
        with founded.conn() as conn:
            return chores.backups_since(conn)

    assert since() == 0, "not known"
    (tmp_path / "safe").mkdir()
    (tmp_path / "safe" / "another.backup").write_text("no backup of ours")
    heads = []
    for _ in range(3):
        made = command("backup", str(tmp_path / "safe"), "--keep", "2", "--json").json["file"]
        heads.append(read_head(Path(made))["made_at"])
        assert since() == heads[-2:][0], "of the two that are kept"


def test_a_new_machine_needs_the_backup_and_its_key_and_nothing_else(founded, command, postgres, tmp_path, monkeypatch):
    command("add-account", "li", "--role", "mediator", "--region", VILLAGE)
    command("backup", str(tmp_path / "safe"))
    assert "keep a copy far from this machine" not in command("backup", str(tmp_path / "safe")).err
    key = tmp_path / "data" / "keys" / "backup.key"
    with postgres.new_database() as url:
        monkeypatch.setenv("GRIDWORKER_DATABASE", url)
        new = tmp_path / "new"
        said = command("restore", str(tmp_path / "safe"), "--key-file", str(key), folder=new)
        assert said.code == 0, said.err
        assert keys.read(new / "keys") == KEYS
        listed = command("list-accounts", "--json", folder=new).json["accounts"]
        assert [account["login"] for account in listed] == ["li"]


def test_keys_that_were_made_in_between_step_aside(founded, command, postgres, tmp_path, monkeypatch):
    command("backup", str(tmp_path / "safe"))
    with postgres.new_database() as url:
        monkeypatch.setenv("GRIDWORKER_DATABASE", url)
        new = tmp_path / "new"
        assert command("list-accounts", folder=new).code == 0
        made = keys.read(new / "keys")
        key = str(tmp_path / "data" / "keys" / "backup.key")
        assert command("restore", str(tmp_path / "safe"), "--key-file", key, folder=new).code == 0
        assert keys.read(new / "keys") == KEYS != made
        aside = sorted(path.name.partition(".before-")[0] for path in (new / "keys").glob("*.before-*"))
        assert aside == ["seal.key", "sign.key"]


def test_a_password_may_lock_it(founded, command, tmp_path, monkeypatch):
    monkeypatch.setenv("GRIDWORKER_BACKUP_PASSWORD", "a password on paper in a safe")
    assert command("backup", str(tmp_path / "safe")).code == 0
    assert not (tmp_path / "data" / "keys" / "backup.key").exists()
    assert command("restore", str(tmp_path / "safe")).code == 0
    monkeypatch.setenv("GRIDWORKER_BACKUP_PASSWORD", "another")
    assert "does not open" in command("restore", str(tmp_path / "safe")).err
    monkeypatch.delenv("GRIDWORKER_BACKUP_PASSWORD")
    assert command("restore", str(tmp_path / "safe")).code == 1


def test_a_damaged_backup_changes_nothing(founded, desk, command, tmp_path):
    path = Path(command("backup", str(tmp_path / "safe"), "--json").json["file"])
    path.write_bytes(path.read_bytes()[:-100])
    before = standing(founded, desk).epoch
    said = command("restore", str(path))
    assert said.code == 1
    assert "damaged" in said.err
    assert standing(founded, desk).epoch == before


def test_a_restore_that_fails_half_way_changes_nothing(founded, desk, database):
    """A dump that is whole as a file and not as a dump."""
    from gridserver.errors import CommandFailed
    from gridserver.storage import dump
    from gridserver.storage.embedded import programs

    engine = connect(database, pool=2)
    with dump.dump(engine, database, programs()) as reading:
        whole = b"".join(reading.pieces)
    engine.dispose()
    before = standing(founded, desk).epoch
    for broken in whole[: len(whole) // 2], b"", b"no dump at all":
        with pytest.raises(CommandFailed, match="pg_restore"):
            dump.restore(database, programs(), [broken], dump.Rebirth(new_id(), 1))
        assert standing(founded, desk).epoch == before


def test_a_restore_waits_for_nobody_for_ever(founded, database):
    from gridserver.errors import CommandFailed
    from gridserver.storage import dump
    from gridserver.storage.embedded import programs

    engine = connect(database, pool=2)
    with dump.dump(engine, database, programs()) as reading:
        whole = b"".join(reading.pieces)
    with transaction(engine) as conn:
        conn.execute(text("LOCK TABLE device IN SHARE MODE"))
        with pytest.raises(CommandFailed, match="lock timeout"):
            dump.restore(database, programs(), [whole], dump.Rebirth(new_id(), 1), lock_seconds=1)
    engine.dispose()


def test_a_folder_that_cannot_be_written_is_told_so(founded, desk, command, tmp_path):
    (tmp_path / "file").write_text("in the way")
    said = command("backup", str(tmp_path / "file"))
    assert said.code == 1
    assert "no backup was made" in said.err
    assert not standing(founded, desk).backup


def test_a_restored_centre_says_what_it_made_itself_and_has_lost(founded, desk, command, tmp_path):
    assert command("backup", str(tmp_path / "safe")).code == 0
    for act in (["add-grid", VILLAGE], ["add-account", "li", "--role", "mediator", "--region", VILLAGE]):
        assert command(*act).code == 0
    said = command("restore", str(tmp_path / "safe"))
    assert "WINDOW OF LOSS" in said.out
    assert "(2 changes and 1 acts)" in said.out
    assert "WINDOW OF LOSS" in command("status").out
    assert command("status", "--json").json["chores"]["restore"]["told"]["changes"] == 2


# ------------------------------------------------------------------ attached files


PHOTO = b"RIFF WEBP " + bytes(range(256)) * 9000


@pytest.fixture
def photo(founded, desk, data):
    """An attached file that the centre has; where its bytes lie."""
    digest = hashlib.sha256(PHOTO).hexdigest()
    with founded.conn() as conn:
        bucket = str(conn.scalar(text("SELECT min(id::text) FROM bucket")))
        row = {"bucket": bucket, "sha256": digest, "size": len(PHOTO)}
        conn.execute(
            text(
                "INSERT INTO file (bucket, sha256, size, media_type, home, n, at)"
                " VALUES (CAST(:bucket AS uuid), :sha256, :size, 'image/webp', CAST(:bucket AS uuid), 1, 1)"
            ),
            row,
        )
    path = Stacks(data / "files").path(bucket, digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(PHOTO)
    return path


def test_attached_files_are_copied_once_counted_as_safe_and_put_back(founded, photo, command, tmp_path):
    assert command("backup", str(tmp_path / "safe")).code == 0
    (copy,) = (tmp_path / "safe" / "files").rglob("*.copy")
    assert b"RIFF" not in copy.read_bytes()
    before = copy.stat().st_mtime_ns
    assert command("backup", str(tmp_path / "safe")).code == 0
    assert copy.stat().st_mtime_ns == before, "once is enough"
    with founded.conn() as conn:
        assert conn.scalar(text("SELECT files_durable FROM meta")) == 1
    photo.unlink()
    told = command("restore", str(tmp_path / "safe"), "--json").json
    assert (told["files"], told["files_lost"]) == (1, 0)
    assert photo.read_bytes() == PHOTO
    copy.unlink()
    photo.unlink()
    told = command("restore", str(tmp_path / "safe"), "--json").json
    assert (told["files"], told["files_lost"]) == (0, 1)


def test_a_file_whose_bytes_are_gone_is_told_and_not_called_safe(founded, photo, command, tmp_path):
    photo.unlink()
    assert "look at the disk" in command("backup", str(tmp_path / "safe")).err
    with founded.conn() as conn:
        assert conn.scalar(text("SELECT files_durable FROM meta")) == 0
        assert conn.scalar(text("SELECT backup_at FROM meta")) is None


def test_the_copy_of_a_file_that_went_stays_for_as_long_as_a_backup_speaks_of_it(
    founded, photo, command, tmp_path, monkeypatch
):
    monkeypatch.setattr(safekeeping, "MINUTE", 0)
    safe = tmp_path / "safe"
    assert command("backup", str(safe)).code == 0
    with founded.conn() as conn:
        conn.execute(
            text("""
                WITH went AS (DELETE FROM file RETURNING n, bucket, sha256, home, size, media_type)
                INSERT INTO file_gone SELECT n, bucket, sha256, home, size, media_type, :now FROM went
            """),
            {"now": clock()},
        )
    photo.unlink()
    assert command("backup", str(safe), "--keep", "2").code == 0
    assert len(list((safe / "files").rglob("*.copy"))) == 1
    older = str(sorted(safe.glob("*.backup"))[0])
    assert command("restore", older, "--json").json["files"] == 1
    with founded.conn() as conn:
        conn.execute(text("DELETE FROM file"))
        assert conn.scalar(text("SELECT count(*) FROM file_gone")) == 0, "as the older backup has it"
        conn.execute(
            text("""
                INSERT INTO file_gone SELECT 1, id, :sha256, id, 1, '', :now FROM bucket ORDER BY id::text LIMIT 1
            """),
            {"sha256": hashlib.sha256(PHOTO).hexdigest(), "now": clock()},
        )
    assert command("backup", str(safe), "--keep", "1").code == 0
    assert list((safe / "files").rglob("*.copy")) == []
