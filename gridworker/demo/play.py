"""Opens the demo: a window with three people to be and a line to cut; without a display, the story."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gridworker.demo.ground import Ground, Line, has_display, told_on


def play(home: Path, out: Path, *, headless: bool) -> None:
    """See ``gridworker.demo.run``."""
    tell = told_on()
    line = Line()
    ground = Ground(home / "demo", line)
    if not ground.is_founded:
        tell("第一次运行：在真实区划代码上建立一个虚构的片区，约需一分钟。")
    founded = ground.founded(tell)
    counted = "，".join(f"{words} {founded.counts.get(kind, 0):,}" for kind, words in _COUNTED)
    tell(f"虚构片区（嵊州市谷来镇、石璜镇、下王镇）：{counted}")
    if headless or not has_display(sys.platform, dict(os.environ)):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from gridworker.demo.playing import play_story

        play_story(ground, line, founded, out, tell)
    else:
        from gridworker.demo.playing import open_demo

        open_demo(ground, line, founded, tell)


_COUNTED = (
    ("household", "住户"),
    ("person", "人口"),
    ("visit", "走访日记"),
    ("matter", "事项"),
    ("dispute", "纠纷"),
    ("mediation_session", "调解记录"),
)
