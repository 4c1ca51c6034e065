"""``python -m benchmarks [NAME …] [--json FILE]``: measures and says which limits are kept."""

import argparse
import importlib
import json
import sys
from pathlib import Path

from benchmarks.figures import Figure, table

ALL = (
    *("launch", "save", "first_pull", "snapshot", "gui_thread", "search", "due_visits"),
    *("upload", "few_changes", "many_desks", "push_rate", "return_of_desks", "load_county"),
)
"""Each is a module with ``run() -> list[Figure]``."""


def main() -> int:
    """Run what was asked for; 1 when a limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=ALL, metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    asked = parser.parse_args()
    figures: list[Figure] = []
    for name in asked.names:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"benchmarks.{name}").run()
    print(table(figures))
    if asked.json:
        asked.json.write_text(json.dumps([each.to_json() for each in figures], ensure_ascii=False, indent=1))
    return 0 if all(each.kept for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
