"""The story: a visit, a power cut, a mediation, a conflict, a review; played through the real windows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from gridworker.demo.founding import Founded
from gridworker.demo.ground import Ground, Line
from gridworker.demo.stage import Actor, Lost
from gridworker.ui.lists import RecordTable
from gridworker.ui.pages.visit_drawer import DRAFT
from gridworker.ui.preferences import LookMemory
from gridworker.ui.theme import Mode

DIARY: Final = "阿婆身体还好，煤气灶用了十来年，打火不灵，已帮她关紧阀门，约了师傅下周来换。"
SESSION: Final = "双方都到场。村里拿出当年的分界图，两家一起到现场看了排水沟的走向，愿意各让一步，下周再定赔多少。"
COMMENT: Final = "灶换好以后请再去看一次，把结果补上。"
KILLED_AFTER_S: Final = 60
LOOKS: Final[tuple[tuple[str, Mode, float], ...]] = (
    ("", "light", 1.0),
    ("-dark", "dark", 1.0),
    ("-large", "light", 1.4),
)
"""What every page is shown in."""

Told = Callable[[str], object]


class Story:
    """Plays once, from a fresh copy of the district, and prints what happened."""

    def __init__(
        self,
        ground: Ground,
        line: Line,
        founded: Founded,
        place: Path,
        out: Path,
        memory: LookMemory,
        tell: Told,
    ) -> None:
        self._ground, self._line = ground, line
        self._founded, self._desks, self._out = founded, place / "desks", out
        self._memory, self._say = memory, tell
        self._number = 0

    def play(self) -> None:
        """All of it. Raises ``Lost`` when the product does not do what the story tells."""
        self._line.cut = True
        self._tell("网线断了。网格员在离线状态下写走访日记，写到一半电脑断电")
        self._write_and_die()
        self._finish_the_visit()
        self._mediate()
        self._change_one_telephone()
        self._line.cut = False
        self._tell("网线恢复")
        self._agree()
        self._review()
        self._see_the_return()
        self._show_every_page()

    def _tell(self, words: str) -> None:
        self._number += 1
        self._say(f"{self._number:>2}. {words}")

    def _actor(self, part: str) -> Actor:
        return Actor(self._ground, self._desks, self._founded.player(part), self._memory)

    # ------------------------------------------------------------------ the worker, the line cut

    def _write_and_die(self) -> None:
        """In a process of its own, which is killed without any warning once the draft was kept."""
        command = [
            sys.executable,
            "-m",
            "gridworker.demo.power_cut",
            str(self._desks),
            self._founded.player("worker").user,
        ]
        command += [self._founded.picks["due_household"], DIARY]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], env=dict(os.environ))
        assert process.stdout is not None
        told = process.stdout.readline().decode().strip()
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait(KILLED_AFTER_S)
        process.stdout.close()
        self._expect(told == "kept", "草稿没有自动保存")

    def _finish_the_visit(self) -> None:
        worker = self._actor("worker")
        drafts = worker.ledger.drafts()
        self._expect([each.key for each in drafts] == [DRAFT], "没有找到草稿")
        self._tell(f"重新启动：找到 {len(drafts)} 篇没写完的草稿，{len(drafts[0].fields['text'])} 个字一个不少")
        worker.go("today")
        worker.shoot(self._out, "story-01-draft-found")
        worker.press("接着写")
        worker.shoot(self._out, "story-02-draft-resumed")
        worker.press("保存")
        waiting = worker.ledger.waiting_count()
        self._expect(waiting > 0, "没有存下来")
        self._tell(f"接着写完并保存：{waiting} 处修改等待上传，状态“仅在本机”")
        self._visit = str(worker.ledger.find("visit", order=("-_made",), limit=1)[0]["id"])
        worker.shoot(self._out, "story-03-saved-offline")
        worker.close()

    # ------------------------------------------------------------------ the mediator, the line cut

    def _mediate(self) -> None:
        mediator = self._actor("mediator")
        before = mediator.ledger.count("mediation_session")
        mediator.go("case", self._founded.picks["dispute"])
        mediator.shoot(self._out, "story-04-case")
        mediator.press("记一次调解")
        mediator.type(mediator.part(QPlainTextEdit, "调解过程"), SESSION)
        mediator.press("结果：择日再调")
        mediator.shoot(self._out, "story-05-session")
        mediator.press("保存")
        after = mediator.ledger.count("mediation_session")
        self._expect(after == before + 1, "调解记录没有存下来")
        self._tell(f"调解员离线记下一次调解：本机共有 {after} 份调解记录")
        mediator.shoot(self._out, "story-06-session-saved")
        mediator.close()

    def _change_one_telephone(self) -> None:
        for part, number in (("worker", "12455550001"), ("mediator", "12455550002")):
            actor = self._actor(part)
            actor.go("household", self._founded.picks["shared_household"])
            actor.press("修改")
            actor.type(actor.part(QLineEdit, "联系电话"), number)
            actor.press("保存")
            phone = actor.ledger.get("household", self._founded.picks["shared_household"])["phone"]
            self._expect(phone == number, "电话没有改成")
            actor.close()
        self._tell("网格员和调解员都离线改了同一户的电话，互不知情")

    # ------------------------------------------------------------------ the line returns

    def _agree(self) -> None:
        household = self._founded.picks["shared_household"]
        worker = self._actor("worker")
        worker.sync()
        self._tell(f"网格员同步：待上传 {worker.ledger.waiting_count()} 处，日记状态“中心已收到”")
        self._expect(worker.ledger.waiting_count() == 0, "网格员还有没上传的")
        mediator = self._actor("mediator")
        mediator.sync()
        self._expect(mediator.ledger.waiting_count() == 0, "调解员还有没上传的")
        worker.sync()
        conflicts = worker.ledger.conflicts()
        self._expect(len(conflicts) == 1, f"应有 1 处需要核对，现有 {len(conflicts)} 处")
        others = list(conflicts[0]["others"].values())
        self._tell(f"调解员同步后，中心发现两人改了同一项：需要核对 1 处，两份电话都在（尾号 {_tails(conflicts[0])}）")
        worker.go("sync")
        worker.shoot(self._out, "story-07-conflict")
        worker.press("另一份")
        worker.press("采用所选")
        worker.shoot(self._out, "story-08-settled")
        self._expect(not worker.ledger.conflicts(), "没有核对成功")
        worker.sync()
        mediator.sync()
        phones = {actor.ledger.get("household", household)["phone"] for actor in (worker, mediator)}
        self._expect(phones == {others[0]["value"]}, "两台电脑不一致")
        self._tell(f"网格员核对：改用另一份。再次同步后，两台电脑都是尾号 {phones.pop()[-4:]}")
        mediator.close()
        worker.close()

    def _review(self) -> None:
        supervisor = self._actor("supervisor")
        supervisor.sync()
        supervisor.go("oversight")
        supervisor.shoot(self._out, "story-09-board")
        supervisor.go("oversight", "diaries")
        supervisor.settle()
        supervisor.shoot(self._out, "story-10-diaries")
        self._choose(supervisor)
        supervisor.type(supervisor.part(QPlainTextEdit, "批语"), COMMENT)
        supervisor.shoot(self._out, "story-11-review")
        supervisor.press("退回补充")
        reviews = supervisor.ledger.find("review", where=(("visit", "=", self._visit),))
        self._expect(len(reviews) == 1, "没有退回")
        supervisor.sync()
        self._tell(f"督导读到这篇日记，退回补充：{COMMENT}")
        supervisor.close()

    def _choose(self, supervisor: Actor) -> None:
        """Find the worker's new diary: by his name, then the newest."""
        worker = self._founded.player("worker").user
        for box in supervisor.shell.findChildren(QComboBox):
            place = box.findText(worker)
            if box.isVisible() and place >= 0:
                box.setCurrentIndex(place)
                box.activated.emit(place)
        supervisor.settle()
        supervisor.part(RecordTable, "日记列表").select_first()
        supervisor.settle()

    def _see_the_return(self) -> None:
        worker = self._actor("worker")
        worker.sync()
        returned = worker.ledger.returned_to_me()
        self._expect(any(visit["id"] == self._visit for visit, _ in returned), "网格员没有看到退回")
        worker.go("today")
        worker.shoot(self._out, "story-12-returned")
        self._tell(f"网格员同步后在“今日”看到：{len(returned)} 篇日记退回补充，带着督导的批语")
        worker.close()

    # ------------------------------------------------------------------ every page

    def _show_every_page(self) -> None:
        shown = 0
        for part, pages in _PAGES.items():
            actor = self._actor(part)
            for ending, mode, scale in LOOKS:
                actor.dress(mode, scale)
                for page, pick in pages:
                    self._show_page(actor, f"{part}-{page}", pick, ending)
                if part == "worker":
                    self._show_overlays(actor, ending)
            shown += len(pages) + (2 if part == "worker" else 0)
            actor.dress("light", 1.0)
            actor.close()
        self._tell(f"{shown} 个页面的截图（浅色、深色、大字）在 {self._out}/")

    def _show_page(self, actor: Actor, name: str, pick: str, ending: str) -> None:
        target: Any = self._founded.picks.get(pick, pick or None)
        actor.go(page=name.partition("-")[2], target=target)
        actor.shoot(self._out, name + ("-diaries" if pick == "diaries" else "") + ending)

    def _show_overlays(self, actor: Actor, ending: str) -> None:
        actor.window.acts.trigger("visit")
        actor.shoot(self._out, "worker-visit-drawer" + ending)
        actor.window.close_drawer()
        actor.window.open_palette("wyd")
        actor.turn(0.4)
        actor.shoot(self._out, "worker-palette" + ending)
        actor.window.palette_box.close_over()

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Lost(otherwise)


_PAGES: Final = {
    "worker": (
        ("today", ""),
        ("homes", ""),
        ("household", "shared_household"),
        ("visits", ""),
        ("disputes", ""),
        ("case", "dispute"),
        ("matters", ""),
        ("sync", ""),
        ("settings", ""),
        ("help", ""),
    ),
    "mediator": (("today", ""), ("disputes", ""), ("case", "dispute")),
    "supervisor": (("oversight", "board"), ("oversight", "diaries"), ("disputes", "")),
}


def _tails(conflict: dict[str, Any]) -> str:
    values = [conflict.get("shown_value"), *(each.get("value") for each in conflict["others"].values())]
    return "、".join(str(value)[-4:] for value in values)


def empty(folder: Path) -> None:
    """Take the pictures of an earlier run away; nothing else in the folder is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
