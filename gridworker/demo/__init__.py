"""A made-up district on real division codes, and the story that is played in it."""

from pathlib import Path


def run(home: Path, out: Path, headless: bool) -> None:
    """Opens the made-up district in a window; without a display, or when asked, plays the story into ``out``.

    Everything lies in ``home``: the centre with its PostgreSQL, and three desks. The first time takes a
    minute, later times some seconds. Raises ``GridworkerError``, ``CentreDown``.
    """
    from gridworker.demo.play import play

    play(home, out, headless=headless)
