"""What a desk is told after a restore: how far the centre still has what it handed in before."""

import pytest

from gridserver.storage import epochs, meta, migrate
from gridserver.storage.engine import connect, text, transaction
from tests.helpers.centre import KEYS, new_id


@pytest.fixture
def conn(postgres):
    with postgres.new_database() as url:
        engine = connect(url, pool=1)
        migrate.migrate(engine)
        with transaction(engine) as conn:
            meta.begin(
                conn, epoch=new_id(), author=new_id(), sign_key=KEYS.sign_public, seal_key=KEYS.seal_public, now=1
            )
            yield conn
        engine.dispose()


def epoch(conn):
    return meta.read(conn).epoch


def came_to(conn, life, n):
    """The only device, the centre's own, has come so far."""
    conn.execute(text("UPDATE device SET incarnation = :life, last_n = :n"), {"life": life, "n": n})
    return meta.read(conn).author


def test_numbers_given_after_a_restore_do_not_count_for_what_was_handed_in_before_it(conn):
    before = epoch(conn)
    device = came_to(conn, 1, 5)
    epochs.begin(conn, new_id())
    came_to(conn, 1, 9)
    assert epochs.kept_since(conn, device, before) == (1, 5)


def test_the_least_of_all_restores_since_counts(conn):
    first = epoch(conn)
    device = came_to(conn, 1, 5)
    epochs.begin(conn, new_id())
    second = epoch(conn)
    came_to(conn, 1, 3)
    epochs.begin(conn, new_id())
    third = epoch(conn)
    came_to(conn, 2, 1)
    epochs.begin(conn, new_id())
    assert [epochs.kept_since(conn, device, each) for each in (first, second, third)] == [(1, 3), (1, 3), (2, 1)]


def test_of_an_epoch_that_no_backup_knows_nothing_is_known(conn):
    device = came_to(conn, 1, 5)
    epochs.begin(conn, new_id())
    assert epochs.kept_since(conn, device, new_id()) == (0, 0)
    assert epochs.kept_since(conn, device, "no epoch") == (0, 0)
    assert epochs.kept_since(conn, device, "\0") == (0, 0)
