"""Gridworker (民情日记): the desk, an offline-first desktop application."""
