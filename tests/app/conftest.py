"""What tests of the whole desk stand on: laptops with real stores, and a centre where one is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from tests.helpers import small_grid
from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import no_keyring, village
from tests.helpers.laptop import Laptop

__all__ = ["centre", "database", "no_keyring", "portal", "postgres", "village"]


@pytest.fixture(autouse=True)
def what_was_closed_is_gone() -> Iterator[None]:
    """Outside a running event loop Qt keeps closed windows, and each would be dressed again."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="session")
def grid_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small grid, made once."""
    return small_grid.template(tmp_path_factory.mktemp("small-grid"))


@pytest.fixture
def laptop(tmp_path: Path, grid_template: Path) -> Laptop:
    """A machine without anybody on it yet."""
    return Laptop(tmp_path / "home", grid_template)
