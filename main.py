"""The front door: the centre's commands go to the centre, everything else to the desk."""

import sys
from collections.abc import Sequence

CENTRE = ("serve", "centre")


def main(argv: Sequence[str]) -> int:
    """Returns the exit code. Only the tower that is asked for is loaded."""
    words = argv[2:] if argv[:1] == ["--home"] else argv  # a centre has no home; it may be named all the same
    if words and words[0] in CENTRE:
        from gridserver.cli import main as centre

        return centre(words)
    from gridworker.cli import main as desk

    return desk(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
