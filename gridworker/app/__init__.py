"""Puts the desk together: the only room that knows every other. Nothing of Qt is loaded before a window opens."""
