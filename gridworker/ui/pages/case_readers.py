"""限定知情人: a case that only named people may see; the centre does it, so it takes a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gridworker.errors import CentreUnreachable, GridworkerError
from gridworker.records.kind import ROLE_TITLES, Role
from gridworker.ui.background import Progress
from gridworker.ui.drawer import NARROW, Drawer
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Banner, Button, Card, CheckRow, Label, PrimaryButton
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.ledger import Ledger
    from gridworker.protocol.oversight import Restricted

Fields = Mapping[str, Any]
_WHO: Final = (Role.MEDIATOR, Role.SUPERVISOR)
Colleague = tuple[str, str, str]
"""Person, name, what he is and where."""
Restrict = Callable[[str, Sequence[str], Progress], "Restricted"]
"""Who may see a case from now on; nobody: all who hold the town's cases. In the network lane."""

TITLE: Final = "限定知情人"
MEANS: Final = (
    "限定以后，只有勾选的人能看到这个案件的当事人、调解记录、协议和证据。"
    "其他人的电脑下次同步时会清除，不留内容。纠纷登记本身（名称、登记时写的当事人、办到哪一步）不变。"
)
ELSEWHERE: Final = "限定要由中心来办，需要联网。现在还没有限定，请联网后再试。"


def readers_of(case: Fields) -> list[str]:
    """Who alone may see it; nobody for a case of the whole town."""
    return [str(each.get("staff")) for _, each in sorted((case.get("readers") or {}).items())]


def may_restrict(ledger: Ledger, case: Fields) -> bool:
    """A supervisor, or the mediator in charge."""
    me = ledger.me
    return me.role == Role.SUPERVISOR or (me.role == Role.MEDIATOR and case.get("mediator") == me.person)


def offer_line(case: Fields) -> str:
    """How it stands, for the list of what can be done."""
    named = len(readers_of(case))
    return f"现在只有 {named} 人能看。可以增减，也可以取消。" if named else "只让指定的人看这个案件。"


class ReadersDrawer(Drawer):
    """Who may see it: those who work with the town's cases first. Whoever says so stays in."""

    def __init__(self, work: Work, frame: Frame, restrict: Restrict, case: Fields) -> None:
        super().__init__(TITLE, width=NARROW)
        self._work, self._frame, self._restrict, self._case = work, frame, restrict, case
        self._open = True
        named = readers_of(case)
        banner = Banner("info")
        banner.body.addWidget(Label(MEANS, "second", wrap=True), 1)
        self.body.addWidget(banner)
        self._card = Card(gap=2)
        self._card.body.addWidget(Label("您自己始终在内，另外还有：", "second", wrap=True))
        self._rows: dict[str, CheckRow] = {}
        self._ticked = {*named, str(case.get("mediator"))}
        for person, name, line in _colleagues(work.ledger, case, self._ticked):
            row = CheckRow(name, line, done=person in self._ticked)
            self._card.body.addWidget(row)
            self._rows[person] = row
        self.body.addWidget(self._card)
        self.body.addStretch(1)
        self._lift = Button("取消限定", self.lift, kind="quiet", icon_name="people")
        self._lift.setVisible(bool(named))
        self._take = PrimaryButton("限定" if not named else "保存名单", self.take, icon_name="lock_closed")
        self.foot.addWidget(self._lift)
        self.foot.addStretch(1)
        self.foot.addWidget(self._take)
        self.submitted.connect(self.take)
        self.closed.connect(self._leave)

    def first_field(self) -> Button:
        """Nothing is restricted by a key that was meant for something else."""
        return self._lift if self._lift.isVisibleTo(self) else self._take

    def take(self) -> None:
        """Only those who are ticked."""
        ticked = [person for person, row in self._rows.items() if row.is_ticked()]
        self._ask([self._work.ledger.me.person, *ticked])

    def lift(self) -> None:
        """Whoever holds the town's cases."""
        self._ask([])

    def _ask(self, people: Sequence[str]) -> None:
        if not self._take.isEnabled():
            return
        self._ready(False)
        case = str(self._case["id"])
        self._frame.background.run(
            lambda progress: self._restrict(case, people, progress),
            then=self._done,
            failed=self._failed,
            lane="network",
        )

    def _done(self, told: Restricted) -> None:
        if self._open:
            self._frame.close_drawer()
        if told.people:
            names = self._work.ledger.names()
            said = "、".join(names.get(each, "另一位") for each in told.people)
            self._frame.say(
                Message(f"这个案件只有 {len(told.people)} 人能看了", "ok", f"{said}。已记入中心的操作记录。")
            )
        else:
            self._frame.say(Message("已取消限定", "ok", "本镇的调解员和督导同步后又能看到这个案件。"))
        self._frame.acts.trigger("sync")

    def _failed(self, error: GridworkerError) -> None:
        self._ready(True)
        advice = ELSEWHERE if isinstance(error, CentreUnreachable) else error.remedy
        self._frame.say(Message(error.title, "bad", advice))

    def _leave(self) -> None:
        self._open = False

    def _ready(self, ready: bool) -> None:
        if self._open:
            self._take.setEnabled(ready)
            self._lift.setEnabled(ready)


def _colleagues(ledger: Ledger, case: Fields, named: Collection[str]) -> list[Colleague]:
    """The town's and the county's mediators and supervisors, and whoever is named already. Others see nothing of the
    dispute: the case alone would be of no use to them."""
    town, found = str(case.get("town")), list[Colleague]()
    for staff in sorted(ledger.find("staff_member", (), ("name",)), key=lambda each: str(each.get("role"))):
        role, person = str(staff.get("role")), str(staff["id"])
        regions = [str(each.get("region")) for each in (staff.get("regions") or {}).values()]
        is_near = role in _WHO and any(ledger.town_of(each) in (town, "") for each in regions)
        if person != ledger.me.person and (is_near or person in named):
            areas = "、".join(filter(None, map(ledger.region_path, regions)))
            line = "·".join(filter(None, (ROLE_TITLES.get(role, ""), areas)))
            found.append((person, str(staff.get("name") or ""), line))
    return found
