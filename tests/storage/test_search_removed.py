"""What was removed can no longer be read out of the search index, by nobody and in no way."""

import random
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from gridworker.records import KINDS
from gridworker.storage import search
from tests.storage.test_search import opened, record

HOUSEHOLD = KINDS["household"]
RARE = {"head_name": "璩靐龘", "address": "鬯嶙坞77弄", "phone": "13987654321", "note": "爨宝寨赵"}
TRACES = ["璩", "靐", "龘", "鬯", "嶙", "坞", "爨", "bing", "987654321", "4321"]
"""Every character of the record, its reading, its numbers; never the beginning of a word, which the
index leaves out where the word before begins alike."""


def neighbours(count: int) -> list[tuple[int, str, dict[str, str]]]:
    chance = random.Random(7)
    signs = "王李张陈秀英建国华明马村谷来镇上下新"
    return [
        (row, record(row), {"head_name": "".join(chance.choices(signs, k=3)), "phone": f"136{row:08d}"})
        for row in range(1_000, 1_000 + count)
    ]


def bytes_of(path: Path) -> bytes:
    """All that lies in the unencrypted file and its log."""
    log = path.with_name(path.name + "-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")


def traces(path: Path) -> list[str]:
    everything = bytes_of(path)
    return [trace for trace in TRACES if trace.encode() in everything]


def unencrypted(path: Path) -> sqlcipher.Connection:
    """The same tables without a key, so that the test can read the file as a thief with the key would."""
    db = opened(path, key="")
    db.execute("PRAGMA journal_mode = WAL")
    return db


def test_a_removed_records_words_are_gone_from_the_file(tmp_path):
    path = tmp_path / "plain.db"
    db = unencrypted(path)
    search.index_many(db, HOUSEHOLD, neighbours(300))
    search.index(db, HOUSEHOLD, 5, record(5), RARE)
    search.index_many(db, HOUSEHOLD, [(r + 1_000, i, f) for r, i, f in neighbours(300)])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(traces(path)) >= 9  # so that finding none below means something
    search.index(db, HOUSEHOLD, 5, record(5), None)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(path) == []
    db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")


def test_a_corrected_word_is_gone_too_and_after_tidying_still(tmp_path):
    path = tmp_path / "plain.db"
    db = unencrypted(path)
    for each in neighbours(40):
        search.index(db, HOUSEHOLD, *each)
    search.index(db, HOUSEHOLD, 5, record(5), RARE)
    while search.tidy(db):
        pass
    search.index(db, HOUSEHOLD, 5, record(5), {"head_name": "王秀英"})
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(path) == []
    while search.tidy(db):
        pass
    assert search.search_ids(db, "household", "wxy") == [5]


def test_a_thousand_random_edits_leave_the_index_as_one_made_at_once():
    """Whatever the order of edits, each record is found by exactly its present words."""
    chance = random.Random(20_261_122)
    db, fresh = opened(), opened()
    now: dict[int, dict[str, str] | None] = {}
    signs = "王李秀英建国马村谷来12 3号abw"
    for _ in range(1_000):
        row = chance.randrange(1, 60)
        text = "".join(chance.choices(signs, k=6))
        now[row] = None if chance.random() < 0.2 else {"head_name": text[:3], "address": text, "note": text[::-1]}
        search.index(db, HOUSEHOLD, row, record(row), now[row])
    search.index_many(fresh, HOUSEHOLD, [(row, record(row), fields) for row, fields in now.items()])
    for typed in [*signs, *(a + b for a in signs for b in signs), "王秀", "马村1", "w", "wx", "lj", "王 马"]:
        assert search.search_ids(db, "household", typed) == search.search_ids(fresh, "household", typed), typed
    db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")
