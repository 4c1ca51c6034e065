"""Who takes the laptop, or its disk, finds nothing that can be read without the key."""

import os
import tempfile

from gridworker.storage.backup import folder_of
from tests.helpers.notebook import GRID, KEY, Notebook
from tests.helpers.open_pages import open_pages

NAME, NUMBER, PLACE = "欧阳锦绣", "13905751234", "谷来镇马村锦绣家"
WORDS = [word.encode(code) for word in (NAME, NUMBER, PLACE) for code in ("utf-8", "utf-16-le", "gb18030")]


def test_nothing_can_be_read_anywhere_without_the_key(tmp_path, blank, monkeypatch):
    places = [tmp_path / name for name in ("home", "tmp")]
    for place in places:
        place.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(places[1]))
    monkeypatch.setattr(tempfile, "tempdir", None)
    desk = Notebook.open(places[0], blank=blank)
    house = desk.household(NAME, phone=NUMBER, address=PLACE)
    desk.ledger.save_visit({"household": house, "text": f"{NAME}，{PLACE}"}, matters=[{"title": f"{NAME}家漏水"}])
    desk.ledger.keep_draft("visit:1", "visit", NAME, {"text": NAME})
    rows = [
        desk.centre.write("household", {"head_name": NAME, "phone": NUMBER, "address": PLACE, "grid": GRID})
        for _ in range(600)
    ]
    desk.catch_up("grid")
    while desk.store.index_backlog(50):
        pass
    assert len(desk.store.search(NAME, limit=900)) > 600
    # A large sort would spill into a file that is gone before one can look at it, if it were let.
    assert desk.store._file.db.execute("PRAGMA temp_store").fetchone() == (2,)
    assert len(desk.ledger.find("household", (), ("address", "-head_name", "phone"))) == 1 + len(rows)
    desk.store.backup_to(folder_of(desk.path) / "copy.db", KEY)
    _nothing_in(places)
    desk.hand_in(seen=True)
    desk.store.drop_bucket(desk.store.buckets()[1].id)
    desk.store.tidy()
    _nothing_in(places)
    assert open_pages(desk.path, KEY).count(WORDS[0]) > 600  # with the key it is there, so the look was worth it
    desk.store.close()
    _nothing_in(places)


def _nothing_in(places):
    looked_at = 0
    for place in places:
        for folder, _, names in os.walk(place):
            for name in names:
                looked_at += 1
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                assert not [word for word in WORDS if word in content], name
    assert looked_at >= 2
