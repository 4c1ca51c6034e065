"""没有收下的内容: what somebody wrote for a grid that is not his, read and decided by its supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from gridworker.errors import CentreUnreachable, GridworkerError
from gridworker.records import KINDS
from gridworker.records.fields import Field, Privacy
from gridworker.records.several import Entries
from gridworker.ui.background import Progress
from gridworker.ui.drawer import WIDE, Drawer
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.pages.record_words import Facts, facts_of, masked_words, value_words
from gridworker.ui.pages.sync_lists import VERBS
from gridworker.ui.widgets import Banner, Button, Card, KeyValue, Label, PrimaryButton, SectionTitle, TextBox, clear
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.protocol.oversight import AsideWhole, Decided

MOST: Final = 60
"""Records that are shown of one group; more are counted."""
ELSEWHERE: Final = "这份内容由中心保管着，不会丢。联网后再打开看。"
WHY: Final[Mapping[str, str]] = {
    "out_of_scope": "写的地方不在他的范围内，所以中心没有自己收下。",
    "not_allowed": "他的岗位不能这样写，所以中心没有自己收下。",
    "wrong_value": "有一项填得不合要求，所以中心没有自己收下；可以退回，请他改好再交。",
    "malformed": "这份内容中心看不懂，多半是程序太旧，所以没有自己收下；可以退回，请他升级后再交。",
    "unlawful_move": "这件事已经办到别的一步，他办的这一步接不上，所以中心没有自己收下。",
    "exists": "中心已经有这一条，多半是交了两次，所以中心没有再收。",
    "unknown_record": "他改的那条记录一直没有到中心，所以中心没有自己收下。",
    "bucket": "写的网格和记录所在的网格对不上，所以中心没有自己收下。",
    "device_cut_off": "交来的电脑已经停用，所以中心没有自己收下。",
    "other_body": "同一个编号在中心有别的内容，多半是那台电脑恢复过备份，所以中心没有自己收下。",
}
OTHERWISE: Final = "中心没能自己收下。"
SENSITIVE: Final = "（敏感内容不在这里显示）"


class AsideDoor(Protocol):
    """What the drawer asks for; each runs in the network lane and raises ``GridworkerError``."""

    def whole(self, number: int, progress: Progress) -> AsideWhole:
        """What somebody wrote."""

    def decide(self, number: int, take: bool, reason: str, progress: Progress) -> Decided:
        """Take it in, or hand it back with the reason."""


class AsideDrawer(Drawer):
    """Who wrote what, why it was not taken, and two answers; handing back asks for the reason first."""

    def __init__(self, work: Work, frame: Frame, door: AsideDoor, listed: Mapping[str, Any]) -> None:
        self._who = str(listed["name"])
        super().__init__(f"{self._who}交来的内容", width=WIDE)
        self._work, self._frame, self._door, self._number = work, frame, door, int(listed["id"])
        self._changes = int(listed["changes"])
        self.body.addWidget(Label(f"{moment_words(int(listed['at']), work.today())} 交到中心", "second"))
        why = Banner("warn")
        words = f"{WHY.get(str(listed.get('code')), OTHERWISE)}内容由中心完整保管着，收不收由您决定。"
        why.body.addWidget(Label(words, "second", wrap=True), 1)
        self.body.addWidget(why)
        self._place = Card(gap=8)
        self.body.addWidget(self._place)
        self._reason = TextBox("例如：这一户已由第2网格登记，请删去重复的一份。", name="退回的原因", least=2, most=5)
        self._reason.setVisible(False)
        self.body.addWidget(self._reason)
        self.body.addStretch(1)
        self._back = Button("退回并说明原因…", self.hand_back, kind="quiet", icon_name="arrow_undo")
        self._take = PrimaryButton("收下", self.take, icon_name="checkmark")
        self.foot.addWidget(self._back)
        self.foot.addStretch(1)
        self.foot.addWidget(self._take)
        self.submitted.connect(self.take)
        self.closed.connect(self._leave)
        self._open = True
        self._ready(False)
        self.load()

    def first_field(self) -> Button:
        """Nothing is decided by a key that was meant for something else."""
        return self._back

    def load(self) -> None:
        """Ask the centre for it."""
        clear(self._place.body)
        self._place.body.addWidget(Label("正在向中心要这份内容…", "second"))
        self._run(lambda progress: self._door.whole(self._number, progress), self._show)

    def take(self) -> None:
        """It is taken in its author's name."""
        if self._take.isEnabled():
            self._decide(True, "")

    def hand_back(self) -> None:
        """First the reason, then back to its author."""
        if self._reason.isHidden():
            self._reason.setVisible(True)
            self._back.setText("退回给作者")
            self._reason.setFocus()
            return
        reason = " ".join(self._reason.text().split())[:200]
        if not reason:
            self._frame.say(Message("请先写明退回的原因", "warn", "作者下次同步时会看到，可以改好再交。"))
            self._reason.setFocus()
            return
        self._decide(False, reason)

    # ------------------------------------------------------------------ showing

    def _show(self, whole: AsideWhole) -> None:
        if not self._open:
            return
        clear(self._place.body)
        facts, shown = facts_of(self._work.ledger), 0
        for kind, record, changes in _by_record(whole.changes):
            if shown == MOST:
                break
            shown += 1
            self._place.body.addWidget(SectionTitle(_heading(self._work, kind, record, changes)))
            lines = KeyValue(key_width=88)
            for name, words in _lines(kind, changes, facts):
                lines.put(name, words)
            self._place.body.addWidget(lines)
        left = len(_by_record(whole.changes)) - shown
        if left:
            self._place.body.addWidget(Label(f"还有 {left} 条。", "hint2"))
        self._ready(True)

    def _decide(self, take: bool, reason: str) -> None:
        self._ready(False)
        self._run(lambda progress: self._door.decide(self._number, take, reason, progress), self._decided)

    def _decided(self, decided: Decided) -> None:
        if not decided.taken and decided.reason:
            self._ready(True)
            words = f"{decided.reason}可以退回给作者改好再交，或请管理员处理。"
            self._frame.say(Message("还是收不下，仍由中心保管", "warn", words))
            return
        if self._open:
            self._frame.close_drawer()
        if decided.taken:
            said = Message(f"已收下{self._who}交来的内容", "ok", "同步后在各处可见；作者下次同步时知道。")
        else:
            said = Message(f"已退回给{self._who}", "ok", "作者下次同步时看到原因，内容仍在他的电脑里。")
        self._frame.say(said)
        self._frame.redraw(frozenset({"outbox"}))
        if decided.taken:
            self._frame.acts.trigger("sync")

    def _run(self, ask: Any, then: Any) -> None:
        self._frame.background.run(ask, then=then, failed=self._failed, lane="network")

    def _failed(self, error: GridworkerError) -> None:
        has_come = self._open and self._place.findChild(KeyValue) is not None
        self._ready(has_come)
        again = ("再试一次", self.load) if self._open and not has_come else None
        advice = ELSEWHERE if isinstance(error, CentreUnreachable) else error.remedy
        self._frame.say(Message(error.title, "bad", advice, again))

    def _leave(self) -> None:
        """What was decided is decided; only nothing is shown here any more."""
        self._open = False

    def _ready(self, ready: bool) -> None:
        if not self._open:
            return
        self._take.setEnabled(ready)
        self._back.setEnabled(ready)


def _by_record(changes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """The changes of each record together, in the order in which they were made."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in changes:
        found.setdefault((str(each.get("e")), str(each.get("i"))), []).append(each)
    return [(kind, record, mine) for (kind, record), mine in found.items()]


def _heading(work: Work, kind: str, record: str, changes: Sequence[Mapping[str, Any]]) -> str:
    """``新建住户：王桂英``."""
    known = KINDS.get(kind)
    if known is None:
        return "新版本的资料"
    first = changes[0]
    made = first.get("v") if first.get("k") == "create" and isinstance(first.get("v"), dict) else None
    title = known.title_of(made or work.ledger.any_fields(kind, record) or {})
    named = known.title if title == known.title else f"{known.title}：{title}"
    return f"{VERBS.get(str(first.get('k')), '修改')}{named}"


def _lines(kind: str, changes: Sequence[Mapping[str, Any]], facts: Facts) -> list[tuple[str, str]]:
    """(field, what it is to say), nothing that has no words."""
    known, told = KINDS.get(kind), list[tuple[str, str]]()
    for each in changes if known is not None else ():
        assert known is not None
        path, value = str(each.get("p", "")), each.get("v")
        if each.get("k") == "create" and isinstance(value, dict):
            told += [
                (field.title, _words(field, value[field.name], facts))
                for field in known.fields
                if field.name in value and not field.hidden
            ]
        elif (field := known.field(path)) is not None:
            tag = path.partition("/")[2]
            words = _words(field, [tag] if field.type == "tags" and tag else value, facts)
            verb = {"add": "加上", "rem": "去掉"}.get(str(each.get("k")), "")
            told.append((field.title, f"{verb}：{words}" if verb and words else words or verb))
    return [(name, words) for name, words in told if words]


def _words(field: Field, value: Any, facts: Facts) -> str:
    if field.privacy is Privacy.A:
        return SENSITIVE
    if field.type == "state" and isinstance(value, dict):
        value = value.get("to")
    if (
        isinstance(field, Entries)
        and isinstance(value, dict)
        and all(isinstance(each, dict) for each in value.values())
    ):
        return "；".join(filter(None, (value_words(field, each, facts) for each in value.values())))
    return masked_words(field, value) if field.type in ("phone", "id_number") else value_words(field, value, facts)
