"""同步: where the centre is, whether the way there is free, and whether syncs start by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gridworker.ui.background import Progress
from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_move import CentreMove
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.settings_towns import TownsCard
from gridworker.ui.pages.unlock_times import day_and_minute
from gridworker.ui.pages.welcome_reach import ReachSteps
from gridworker.ui.preferences import AUTOMATIC_SYNC, automatic_sync
from gridworker.ui.widgets import Check, KeyValue, Label, LinkButton, PrimaryButton, QuietButton, Row
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.sync.reach import Reach


class SyncSection(Section):
    """Nothing here forgets anything: it only looks, and switches the clockwork."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        card = self.add_card(self.tr("中心"))
        self.facts = KeyValue(key_width=84)
        card.body.addWidget(self.facts)
        row = Row(gap=8)
        self.test_button = QuietButton(self.tr("测试连接"), self.test, icon_name="plug_disconnected")
        self.connect_button = PrimaryButton(self.tr("去连接中心"), port.connect, icon_name="plug_disconnected")
        row.addWidget(self.test_button)
        row.addWidget(self.connect_button)
        row.addWidget(LinkButton(self.tr("去同步页"), lambda: frame.go("sync")))
        row.addStretch(1)
        card.body.addLayout(row)
        self.reach = ReachSteps(self._way, frame.background)
        card.body.addWidget(self.reach)
        self.moving = CentreMove(frame, port, self.load)
        card.body.addWidget(self.moving)
        self.towns = TownsCard(port, lambda: frame.acts.trigger("sync"))
        self.add_whole(self.towns)
        clockwork = self.add_card(self.tr("什么时候同步"), right=True)
        self.automatic = Check(self.tr("自动同步"))
        self.automatic.clicked.connect(self._switch)
        clockwork.body.addWidget(self.automatic)
        self._when = Label("", "second", wrap=True)
        clockwork.body.addWidget(self._when)
        self.even()

    def load(self) -> None:
        """Show how the desk stands."""
        standing = self.port.standing()
        self.facts.put(self.tr("地址"), standing.centre or self.tr("还没有连接中心"))
        self.facts.put(self.tr("登录名"), standing.user)
        self.facts.put(self.tr("岗位"), standing.role_title)
        self.facts.put(self.tr("范围"), "、".join(standing.places))
        last = day_and_minute(standing.last_success) if standing.last_success else self.tr("还没有同步过")
        self.facts.put(self.tr("上次成功"), last)
        self.facts.put(self.tr("待上传"), self.tr("{} 处修改").format(standing.waiting))
        backed_up = self.tr("已设备份") if standing.backed_up else self.tr("中心未设备份，请提醒管理员")
        self.facts.put(self.tr("中心备份"), backed_up, tone=None if standing.backed_up else "warn")
        self.test_button.setVisible(bool(standing.centre))
        self.moving.setVisible(bool(standing.centre))
        self.connect_button.setVisible(not standing.centre)
        self.automatic.setChecked(automatic_sync(self.work.preferences))
        self.towns.load()
        self._show_when()

    def test(self) -> None:
        """Try the way to the centre."""
        self.reach.test(self.port.standing().centre, None)

    def _way(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        # The port knows the authority that this desk was enrolled with.
        return self.port.reach(progress)

    def _switch(self, automatic: bool) -> None:
        self.work.preferences.put(AUTOMATIC_SYNC, automatic)
        self.port.set_automatic_sync(automatic)
        self._show_when()

    def _show_when(self) -> None:
        self._when.setText(
            self.tr("打开程序时、保存后 10 秒、平时每 5 分钟，网通了也会马上试。传不成就隔 1、5、10、30 分钟再试。")
            if self.automatic.isChecked()
            else self.tr("只在您按 F5 或点“立即同步”时才传。记的内容都在本机，别忘了传。")
        )
