"""The version of the catalogue of kinds: it grows when a field's meaning or place changes, never by additions."""

SCHEMA = 1
