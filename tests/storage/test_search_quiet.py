"""Words that wait for a quiet moment are taken in step by step, and no step does the work of many."""

from random import Random

from tests.helpers.notebook import GRID, MORNING, WANG, Notebook

SEGMENTS = "SELECT count(DISTINCT segid) FROM search_visit_idx"
CRISIS = 16
"""Pieces of an index, beside one another, that SQLite merges at once whatever it takes."""


def test_pieces_of_the_index_are_merged_before_there_are_so_many_that_all_must_be(notebook: Notebook):
    chance = Random(16)
    texts = ["".join(chr(0x4E00 + chance.randrange(8_000)) for _ in range(1_900)) for _ in range(130)]
    told = {"visitor": WANG, "visited_at": MORNING, "grid": GRID}
    notebook.give("grid", *[notebook.centre.write("visit", {**told, "text": text}) for text in texts])
    pieces = []
    while notebook.store.index_backlog(0):
        pieces.append(notebook.store._file.db.execute(SEGMENTS).fetchone()[0])
    assert len(pieces) > CRISIS, "so few steps bring about nothing"
    assert max(pieces) < CRISIS - 3
    assert all(len(notebook.store.search(text[:3], ["visit"])) == 1 for text in texts[::20])
