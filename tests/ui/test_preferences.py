"""What a worker chose stays chosen, and on a shared laptop each has his own."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gridworker import settings
from gridworker.settings import Settings
from gridworker.storage.store import Store
from gridworker.ui.preferences import (
    FIRST_PHRASES,
    LOOK,
    MOST_PHRASES,
    WELL,
    LookMemory,
    StorePreferences,
    automatic_sync,
    dress,
    lock_minutes,
    phrases,
    put_phrases,
)
from gridworker.ui.theme import SCALES, Theme
from tests.helpers.paper_housekeeping import PaperPreferences

KEY = bytes(range(32))


@pytest.fixture
def memory(qapp: QApplication, theme: Theme, tmp_path: Path):
    memory = LookMemory(theme, tmp_path)
    yield memory
    memory.leave()
    theme.changed.disconnect(memory._changed)


def test_a_choice_is_there_after_the_store_was_closed(tmp_path: Path):
    store = Store.open(tmp_path / "store.db", KEY)
    put_phrases(StorePreferences(store), ["已送米油到家"])
    store.close()
    store = Store.open(tmp_path / "store.db", KEY)
    assert phrases(StorePreferences(store)) == [WELL, "已送米油到家"]
    assert b"\xe5\xb7\xb2\xe9\x80\x81" not in (tmp_path / "store.db").read_bytes()
    store.close()


def test_everything_well_is_always_the_first_phrase():
    kept = PaperPreferences()
    assert phrases(kept) == list(FIRST_PHRASES)
    put_phrases(kept, ["家中无人", WELL, "家中无人"])
    assert phrases(kept) == [WELL, "家中无人"]
    put_phrases(kept, [str(n) for n in range(99)])
    assert len(phrases(kept)) == MOST_PHRASES


def test_what_is_kept_wrongly_counts_as_not_chosen():
    assert phrases(PaperPreferences(phrases="一句")) == list(FIRST_PHRASES)
    assert phrases(PaperPreferences(phrases=["", 3, "好"])) == [WELL, "好"]
    assert lock_minutes(PaperPreferences(lock_minutes="ten")) == 10
    assert lock_minutes(PaperPreferences(lock_minutes=-1)) == 10
    assert lock_minutes(PaperPreferences(lock_minutes=0)) == 0
    assert automatic_sync(PaperPreferences()) is True
    assert automatic_sync(PaperPreferences(automatic_sync=False)) is False


def test_size_and_theme_are_in_the_small_file_at_once(memory: LookMemory, theme: Theme, tmp_path: Path):
    theme.set_scale(1.4)
    theme.set_mode("dark")
    kept = json.loads((tmp_path / settings.FILE).read_text("utf-8"))
    assert (kept["text_size"], kept["theme"]) == (1.4, "dark")


def test_the_small_file_keeps_what_else_stands_in_it(memory: LookMemory, theme: Theme, tmp_path: Path):
    settings.save(tmp_path, Settings(machine="m1", centre="https://a.example"))
    theme.set_scale(1.2)
    kept = settings.load(tmp_path)
    assert (kept.machine, kept.centre, kept.text_size) == ("m1", "https://a.example", 1.2)


@pytest.mark.parametrize("scale", SCALES)
def test_every_size_that_can_be_chosen_is_remembered(memory: LookMemory, theme: Theme, tmp_path: Path, scale: float):
    theme.set_scale(2.0 if scale == 1.0 else 1.0)
    theme.set_scale(scale)
    assert settings.load(tmp_path).text_size == scale


def test_the_next_start_looks_as_it_was_left(qapp: QApplication, theme: Theme, tmp_path: Path):
    settings.save(tmp_path, Settings(text_size=1.2, theme="dark"))
    memory = dress(qapp, tmp_path)
    assert (theme.scale, theme.mode) == (1.2, "dark")
    theme.changed.disconnect(memory._changed)


def test_a_worker_gets_his_own_look_and_leaves_it_to_nobody(memory: LookMemory, theme: Theme):
    old, young = PaperPreferences(look=[1.4, "light"]), PaperPreferences(look=[1.0, "dark"])
    memory.follow(old)
    assert (theme.scale, theme.mode) == (1.4, "light")
    assert old.writes == 0
    memory.leave()
    memory.follow(young)
    assert (theme.scale, theme.mode) == (1.0, "dark")
    theme.set_scale(1.2)
    assert young.kept[LOOK] == [1.2, "dark"]
    assert old.kept[LOOK] == [1.4, "light"]


@pytest.mark.parametrize("kept", [None, "large", [9.0, "light"], [1.2, "pink"], [1.2]])
def test_a_look_that_makes_no_sense_changes_nothing(memory: LookMemory, theme: Theme, kept: object):
    memory.follow(PaperPreferences(look=kept))
    assert (theme.scale, theme.mode) == (1.0, "light")


def test_a_folder_that_takes_nothing_does_not_undo_the_switch(qapp: QApplication, theme: Theme, tmp_path: Path):
    blocked = tmp_path / "home"
    blocked.write_text("a file stands where the folder should be")
    memory = LookMemory(theme, blocked)
    theme.set_scale(1.2)
    assert theme.scale == 1.2
    assert not os.path.isdir(blocked)
    theme.changed.disconnect(memory._changed)
