"""Repeatable measurements, ours beside the limit of the machine, both taken in one run."""
