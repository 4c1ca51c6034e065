"""What the worker sees: everything Qt, and nothing below this room knows it."""
