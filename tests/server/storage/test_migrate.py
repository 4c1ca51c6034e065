"""How the centre's tables came to be, and what happens to those of another version."""

import threading

import pytest
from alembic.script import ScriptDirectory

from gridserver.storage import epochs, meta, migrate
from gridserver.storage.engine import connect, text, transaction
from tests.helpers.centre import KEYS, new_id


@pytest.fixture
def engine(postgres):
    with postgres.new_database() as url:
        engine = connect(url, pool=3)
        yield engine
        engine.dispose()


def version(engine):
    with transaction(engine) as conn:
        return migrate.version(conn)


def test_an_empty_database_gets_all_steps_and_no_step_twice(engine):
    assert version(engine) == ""
    for _ in range(2):
        migrate.migrate(engine)
        assert version(engine) == migrate.steps()[0]


def test_steps_follow_one_another_without_a_fork():
    script = ScriptDirectory.from_config(migrate._config())
    assert script.get_heads() == [migrate.steps()[0]]
    assert migrate.steps() == sorted(migrate.steps(), reverse=True)


def test_two_centres_that_start_at_once_take_each_step_once(engine):
    starts = [threading.Thread(target=migrate.migrate, args=(engine,)) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert version(engine) == migrate.steps()[0]


def test_a_database_that_was_moved_to_another_server_begins_a_new_epoch(engine):
    migrate.migrate(engine)
    with transaction(engine) as conn:
        known = meta.begin(
            conn, epoch=new_id(), author=new_id(), sign_key=KEYS.sign_public, seal_key=KEYS.seal_public, now=1
        )
        assert not meta.was_restored(conn, known)
        conn.execute(text("UPDATE meta SET system_id = '7'"))
        moved = meta.read(conn)
        assert meta.was_restored(conn, moved)
        epochs.begin(conn, new_id())
        after = meta.read(conn)
    assert after.epoch != known.epoch
    assert after.system_id == known.system_id
