"""How desk and centre speak: the messages of the sync protocol, version 1."""

from gridworker.records.schema import SCHEMA as SCHEMA

PROTOCOL = 1
"""Wire version. A desk and a centre speak with each other when their ranges overlap."""

MOST_CHANGES = 2000
"""Changes in one push, at most."""

MOST_IN_GROUP = 200
"""Changes in one all-or-nothing group, at most."""

MOST_BYTES = 8 * 1024 * 1024
"""Size of one decompressed body, at most."""

PAGE_ROWS = 2000
"""Rows in one answer to a pull, at most."""

MOST_SNAPSHOT = 512 * 1024 * 1024
"""Size of one packed snapshot, at most."""

SNAPSHOT_FORM = 2
"""The form in which snapshots are made; those before it are read, too, and made for whoever reads no other."""
