"""The demo: one command from nothing to a district, and a story that the real windows play."""

import os
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
LONGEST_S = 420


def test_the_demo_founds_a_district_and_plays_its_story(tmp_path):
    """The widest test of the house: administrator, three people, power cut, conflict, review; through the windows."""
    out = tmp_path / "pictures"
    command = [sys.executable, "main.py", "--home", str(tmp_path / "home"), "demo", "--headless", "--out", str(out)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    played = subprocess.run(
        command, cwd=TREE, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr[-4000:]
    assert "住户 2,000，人口 6,000" in played.stdout
    assert "需要核对 1 处，两份电话都在" in played.stdout
    assert "完成：没有丢失一个字" in played.stdout
    pictures = {path.name for path in out.glob("*.png")}
    assert {
        "story-07-conflict.png",
        "worker-today.png",
        "worker-today-dark.png",
        "supervisor-oversight-large.png",
    } <= pictures
