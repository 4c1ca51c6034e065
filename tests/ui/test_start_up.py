"""The window is there in a moment: it waits for nothing that it does not show."""

import subprocess
import sys

HEAVY = ("pydantic", "requests", "keyring", "sqlite_utils", "pypinyin", "sqlcipher3", "cryptography")


def test_the_window_brings_no_heavy_package_with_it():
    asked = "import sys, gridworker.ui.window, gridworker.ui.lists, gridworker.ui.charts; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "gridworker.ui.window" in loaded
    assert [name for name in HEAVY if name in loaded] == []
    qt = {name for name in loaded if name.startswith("PySide6.Qt")}
    assert qt <= {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"}
