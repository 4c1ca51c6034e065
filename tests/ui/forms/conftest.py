"""What the tests of the forms share: the small made-up grid, and editors that stand in a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from gridworker.records.fields import Field
from gridworker.ui.forms.choose import editor_for
from gridworker.ui.forms.editors import Editor
from tests.helpers.small_grid import SmallGrid
from tests.ui.pages.conftest import desk_of, grid, grid_template, work

__all__ = ["desk_of", "grid", "grid_template", "work"]


@pytest.fixture
def edit(grid: SmallGrid, shown: Callable[[QWidget], QWidget]) -> Callable[[Field], Any]:
    """Shows the editor of a field; ``told`` counts how often it said that something was changed."""

    def show(field: Field) -> Editor:
        editor: Any = editor_for(field, grid.work.references)
        editor.told = []
        editor.changed.connect(lambda: editor.told.append(editor.value()))
        shown(editor)
        return editor

    return show
