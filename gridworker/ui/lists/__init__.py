"""Long lists: all ids in memory, rows fetched where one looks, painted in one table."""

from gridworker.ui.lists.cells import Cell, ListColumn, Query
from gridworker.ui.lists.delegate import CellDelegate
from gridworker.ui.lists.id_list import ID, IdListModel
from gridworker.ui.lists.table import RecordTable

__all__ = ["ID", "Cell", "CellDelegate", "IdListModel", "ListColumn", "Query", "RecordTable"]
