"""The centre's part of the command line: it serves, and it does what an administrator asks."""

import json
import sys
from collections.abc import Sequence

from gridserver.cli import commands
from gridserver.cli.arguments import parser
from gridserver.errors import CommandFailed, Refused


def main(argv: Sequence[str]) -> int:
    """``serve …`` or ``centre …``. Returns 0, or 1 when it was refused or failed, with the reason on stderr;
    exits with 2 when the arguments are wrong.
    """
    asked = parser().parse_args(argv)
    try:
        if asked.command == "serve":
            from gridserver.cli import serving  # the doors cost half a second, and only who serves opens them

            return serving.serve(asked)
        told = commands.run(asked)
    except (CommandFailed, Refused) as error:
        reason = error.reason if isinstance(error, Refused) else str(error)
        print(f"gridworker: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gridworker: stopped", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps(told.document, ensure_ascii=False))
    elif told.lines:
        print("\n".join(told.lines))
    return 0
