"""What the tests of the ledger share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.notebook import Notebook


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has read its buckets, to be copied: making one costs a hundred statements."""
    mine = Notebook.open(tmp_path_factory.mktemp("blank"))
    mine.store.close()
    return mine.path


@pytest.fixture
def notebook(tmp_path: Path, blank: Path) -> Iterator[Notebook]:
    """A grid worker's desk that has read its buckets, in which nothing lies yet."""
    mine = Notebook.open(tmp_path, blank=blank)
    yield mine
    mine.store.close()
