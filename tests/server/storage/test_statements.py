"""All that the centre asks is understood by both PostgreSQLs, also what no test of this folder happens to ask."""

import importlib
import pkgutil
from collections.abc import Iterator

import psycopg
from psycopg import errors
from sqlalchemy import TextClause

import gridserver
from gridserver.storage import rows
from gridserver.storage.questions import _words

_OF_TYPES = (errors.IndeterminateDatatype, errors.AmbiguousFunction, errors.UndefinedFunction)
"""What values would settle that are not here."""


_PREPARED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements() -> Iterator[tuple[str, str]]:
    """The name of each that stands in a module, and its words."""
    for found in pkgutil.walk_packages(gridserver.__path__, "gridserver."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, TextClause) and value.text.split()[0] in _PREPARED:
                    yield f"{found.name}.{name}", _words(value)[0]


def test_what_stands_in_the_code_can_be_asked(database):
    wrong, right = [], 0
    with psycopg.connect(database, autocommit=True) as line:
        line.execute(rows._STAGE.text.encode())
        for place, (name, words) in enumerate(statements()):
            try:
                line.execute(f"PREPARE s{place} AS {words}".encode())
                right += 1
            except _OF_TYPES:
                continue
            except psycopg.Error as error:
                wrong.append(f"{name}: {error}")
    assert wrong == []
    assert right > 150
