"""Puts the pages of one worker into a window and joins them: who opens what, and what shows the sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from gridworker.errors import GridworkerError, SignInNeeded, SignInRefused
from gridworker.records.kind import ROLE_TITLES, Role
from gridworker.ui.album import Album, Fetch
from gridworker.ui.background import Progress
from gridworker.ui.file_control import FileControl
from gridworker.ui.message_bar import Message
from gridworker.ui.pages import case_drafts
from gridworker.ui.pages.case import CasePage
from gridworker.ui.pages.case_acts import CaseActs
from gridworker.ui.pages.disputes import DisputesPage
from gridworker.ui.pages.home_forms import HomeForms
from gridworker.ui.pages.homes import HomesPage
from gridworker.ui.pages.household import HouseholdPage
from gridworker.ui.pages.matters import MattersPage
from gridworker.ui.pages.mediator_today import MediatorTodayPage
from gridworker.ui.pages.oversight import OversightPage
from gridworker.ui.pages.sign_in import SignInDrawer
from gridworker.ui.pages.sync import SyncPage
from gridworker.ui.pages.today import TodayPage
from gridworker.ui.pages.visit_drawer import VisitDrawer
from gridworker.ui.pages.visits import VisitsPage
from gridworker.ui.palette_hits import record_provider
from gridworker.ui.preferences import automatic_sync
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.window import MainWindow
from gridworker.ui.wording import LOADING, clock_words, lease_words, moment_words, progress_words, share_words
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.sync.report import Report
    from gridworker.ui.pages.case_readers import Restrict
    from gridworker.ui.pages.oversight_aside import AsideDoor
    from gridworker.ui.pages.stick_card import Stick

PAGE_OF: Final[Mapping[str, str]] = {
    "household": "household",
    "dispute": "case",
    "matter": "matters",
    "visit": "visits",
}
"""The page on which a kind of record is shown."""

_PLACES: Final = frozenset({"region", "staff_member"})
"""Kinds whose names the ledger remembers."""

HELP_OF: Final[Mapping[str, str]] = {
    "today": "visit",
    "homes": "visit",
    "visits": "visit",
    "disputes": "dispute",
    "case": "dispute",
    "sync": "offline",
}


class Desktop(QObject):
    """The window of the worker who is signed in."""

    def __init__(
        self,
        window: MainWindow,
        work: Work,
        control: SyncControl,
        sign_in: Callable[[str, Progress], object] | None = None,
        stick: Stick | None = None,
        files: FileControl | None = None,
        fetch: Fetch | None = None,
        aside: AsideDoor | None = None,
        restrict: Restrict | None = None,
    ) -> None:
        """*sign_in* asks the centre for new tokens; runs in the network lane. None: there is no centre to ask.

        *stick*: packages and receipts on a USB stick. *files* sends photos and papers; *fetch* brings one here, in
        the network lane. *aside*: work that waits at the centre for a supervisor. *restrict*: a case for named people.
        """
        super().__init__(window)
        self._window, self._work, self._control = window, work, control
        self._sign_in, self._stick, self._files, self._aside = sign_in, stick, files, aside
        self._restrict = restrict
        if work.ledger.files is not None:
            work.references.album = Album(work.ledger, window.background, work.lane_ledger, fetch, self)
        self._numbered = self._next_number()
        self._trouble: GridworkerError | None = None
        self._clock_told = self._lease_told = False
        self._cases = CaseActs(work, window)
        self._forms = HomeForms(work, self._dispute_of_home)
        self._today = TodayPage(work, control, self.open_visit, self.open_draft, self.edit_visit)
        self._add_pages()
        self._bind()
        control.changed.connect(self.show_sync)
        control.finished.connect(self._synced)
        window.redrawn.connect(lambda _: self._look_for_saves())
        window.status.sync_pressed.connect(control.ask)
        window.status.waiting_pressed.connect(lambda: window.go("sync"))
        window.status.conflicts_pressed.connect(lambda: window.go("sync"))
        self.show_person()
        self.show_sync()

    def start(self) -> None:
        """Show the first page of the role."""
        self._window.go(self._first)
        if not automatic_sync(self._work.preferences):
            self._tell_of_lease()

    def show_person(self) -> None:
        """Who sits here, as what."""
        me = self._work.ledger.me
        self._window.status.show_person(f"{me.name}·{ROLE_TITLES.get(me.role, '')}")

    def _tell_of_lease(self) -> None:
        """From three days before the end, when the line is down: soon the password alone will not be enough."""
        lease, told, self._lease_told = self._work.ledger.lease(), self._lease_told, True
        if lease is not None and lease.ends_soon and not told:
            words = "连上网同步一次就好。内容都在本机，不会丢。"
            act = ("现在同步", self._control.ask)
            self._window.say(
                Message(f"{lease_words(lease.left)}还没有连接中心，打开时就要先连接一次", "warn", words, act)
            )

    # ------------------------------------------------------------------ pages

    def _add_pages(self) -> None:
        work, window, role = self._work, self._window, self._work.ledger.me.role
        homes = HomesPage(
            work,
            new=self._forms.new_home,
            edit=self._forms.edit_home,
            visit=lambda home: self.open_visit((home,)),
            dispute=self._dispute_of_home,
        )
        disputes = DisputesPage(work, lambda _: self._cases.register())
        pages: dict[str, Any] = {
            "oversight": OversightPage(work, self._aside),
            "today": self._today if role != Role.MEDIATOR else MediatorTodayPage(work, self._control, self.open_draft),
            "homes": homes,
            "visits": VisitsPage(work, self.open_visit, self.edit_visit),
            "disputes": disputes,
            "matters": MattersPage(work),
            "sync": SyncPage(work, self._control, self.open_record, self.open_sign_in, self._stick, self._files),
        }
        order: dict[str, tuple[str, ...]] = {
            Role.GRID_WORKER: ("today", "homes", "visits", "disputes", "matters", "sync"),
            Role.MEDIATOR: ("today", "disputes", "homes", "visits", "matters", "sync"),
            Role.SUPERVISOR: ("oversight", "disputes", "matters", "homes", "visits", "sync"),
            Role.ADMIN: ("sync",),
        }
        # No role: the desk was begun without a centre, and keeps drafts.
        shown = order.get(role, ("today", "sync"))
        for key in shown:
            window.add_page(pages[key])
        self._first = shown[0]
        window.add_page(HouseholdPage(work, self._forms, lambda home: self.open_visit((home,))))
        window.add_page(CasePage(work, self._restrict))

    def _bind(self) -> None:
        bind = self._window.acts.bind
        bind("visit", lambda: self.open_visit(()))
        bind("sync", self._control.ask)
        visit = lambda home: self.open_visit((home,))  # noqa: E731 - one word for two callers
        self._window.palette_box.add_provider(record_provider(self._work, self.open_record, visit))

    # ------------------------------------------------------------------ what opens what

    def open_visit(self, households: Sequence[str] = (), draft: str | None = None) -> None:
        """记走访, for these households or for one that is still to be picked, or the draft under this key."""
        # What stands in a drawer now becomes a draft, and may be the one to go on with.
        self._window.close_drawer()
        drawer = VisitDrawer(
            self._work,
            self._window,
            households,
            draft=draft,
            next_home=self._today.next_due,
            saved=self._control.saved,
        )
        self._window.open_drawer(drawer)

    def edit_visit(self, visit: str) -> None:
        """A diary that was written, perhaps sent back."""
        drawer = VisitDrawer(self._work, self._window, record=visit, saved=lambda: self._resubmit(visit))
        self._window.open_drawer(drawer)

    def _resubmit(self, visit: str) -> None:
        fields = self._work.ledger.get("visit", visit) or {}
        if fields.get("state") == "returned":
            saved = self._work.ledger.move("visit", visit, "submitted")
            self._window.redraw(saved.changed.kinds)
        self._control.saved()

    def open_draft(self, key: str) -> None:
        """Go on with what was begun. A draft's key says its form, then the record or ``new``."""
        form, _, rest = key.partition(":")
        record, _, more = rest.partition(":")
        resume: dict[str, Callable[[], object]] = {
            "visit": lambda: self.open_visit((), key) if record == "new" else self.edit_visit(record),
            "household": lambda: self._resume_home(record),
            "person": lambda: self._resume_person(record, more),
            "key_group_tag": lambda: self._resume_tag(more),
            **dict.fromkeys(case_drafts.FORMS, lambda: self._resume_case(key)),
            "matter": lambda: self._window.go("matters", rest),
            "repair": lambda: self._window.go("sync"),
        }
        resume.get(form, lambda: None)()

    def _resume_home(self, record: str) -> None:
        home = self._work.ledger.any_fields("household", record) if record != "new" else None
        if home is not None:
            self._forms.edit_home(self._window, home)
        else:
            self._forms.new_home(self._window)

    def _resume_person(self, record: str, household: str) -> None:
        if record != "new":
            self._forms.edit_member(self._window, record)
        elif (home := self._work.ledger.any_fields("household", household)) is not None:
            self._forms.new_member(self._window, home)

    def _resume_tag(self, household: str) -> None:
        if (home := self._work.ledger.any_fields("household", household)) is not None:
            self._forms.new_tag(self._window, home)

    def _resume_case(self, key: str) -> None:
        if key == "dispute:new":
            self._cases.register()
        else:
            self._window.go("case", case_drafts.form_of(self._work.ledger, key))

    def open_record(self, kind: str, record: str) -> bool:
        """Show a record on its own page; False when it has none."""
        if kind == "person":
            fields = self._work.ledger.get("person", record) or {}
            kind, record = "household", str(fields.get("household") or "")
        if kind in ("mediation_case", "mediation_session"):
            fields = self._work.ledger.get(kind, record) or {}
            kind, record = "dispute", str(fields.get("dispute") or "")
        page = PAGE_OF.get(kind)
        if page is None or self._work.ledger.get(kind, record) is None:
            self._window.say(Message("这条记录不在您的范围内，或者还没有下载。", "info"))
            return False
        self._window.go(page, record)
        return True

    def _dispute_of_home(self, home: Mapping[str, Any]) -> None:
        first = {"household": home["id"], "grid": home.get("grid"), "place": home.get("address")}
        first["parties"] = {
            self._work.references.new_id(): {
                "name": home.get("head_name"),
                "household": home["id"],
                "phone": home.get("phone"),
                "address": home.get("address"),
            }
        }
        self._cases.register(first)

    # ------------------------------------------------------------------ the sync

    def show_sync(self) -> None:
        """The status bar and the badge on the rail say how the sync stands."""
        view, ledger, status = self._control.view, self._work.ledger, self._window.status
        waiting, conflicts = ledger.waiting_count(), ledger.conflict_count()
        refused = ledger.store.waiting_count().get("attention", 0)
        status.show_counts(waiting, conflicts)
        self._window.coming.show_state(view, ledger)
        self._window.rail.set_count("sync", waiting + conflicts + refused)
        remedy = view.error.remedy if view.error is not None else ""
        if view.running:
            words = f"正在同步 {view.done}/{view.total}" if view.total else "正在同步"
            if view.words == LOADING and view.total:
                words = f"{LOADING} {share_words(view.done, view.total).partition('（')[0]}"
            status.show_sync("running", words, progress_words(view.done, view.total, view.words))
        elif not ledger.device:
            status.show_sync("offline", "尚未连接中心", remedy)
        elif view.needs_sign_in:
            status.show_sync("sign_in", "请重新登录" if self._can_sign_in(view.error) else "中心不接受登录", remedy)
        elif view.offline:
            status.show_sync("offline", "离线，已存本机", remedy)
        elif view.error is not None:
            status.show_sync("failed", f"同步出错{_again(view.next_in)}", remedy)
        else:
            last = ledger.last_success()
            when = moment_words(last, self._work.today()).removeprefix("今天 ") if last else ""
            # What waits and what is to be checked stands beside it, with its count.
            said = f"上次同步 {when}" if waiting else f"已同步 {when}"
            status.show_sync("waiting" if waiting else "synced" if last else "offline", said if last else "尚未同步")

    def open_sign_in(self) -> None:
        """The centre wants the password again."""
        if self._sign_in is not None:
            user = self._work.ledger.me.user
            self._window.open_drawer(SignInDrawer(self._window, user, self._sign_in, self._control.ask))

    def _synced(self, report: Report | None) -> None:
        if report is None:
            self._say_trouble(self._control.view.error)
            self._tell_of_lease()
            return
        self._trouble = None
        if report.kinds & _PLACES:
            self._work.ledger.forget_places()
        self._numbered = self._next_number()
        self._tell_of_clock()
        self._window.redraw(frozenset(report.kinds) | {"conflict", "outbox"}, at_leisure=True)
        act = ("去核对", lambda: self._window.go("sync"))
        if report.conflicts:
            self._window.say(Message(f"有 {report.conflicts} 处两边都改过，请您核对", "warn", "两边的内容都在。", act))
        if report.refused:
            words = "内容还在本机，原因写在同步页。"
            self._window.say(Message(f"有 {report.refused} 处修改被退回", "warn", words, ("去看看", act[1])))

    def _tell_of_clock(self) -> None:
        """Said once for each time that it is found wrong: what is written keeps the times of the centre's clock."""
        slow = self._work.ledger.clock_slow()
        told, self._clock_told = self._clock_told, bool(slow)
        if slow and not told:
            words = "请在系统设置里校准日期和时间。写的内容照常保存和上传，不会丢。"
            self._window.say(Message(f"这台电脑的时间不对，{clock_words(slow)}", "warn", words))

    def _say_trouble(self, error: GridworkerError | None) -> None:
        """What only a person can mend is said once; a line that is down is no message."""
        told, self._trouble = self._trouble, error
        if error is None or self._control.view.offline or type(told) is type(error):
            return
        if not self._work.ledger.device:
            act = ("去连接", lambda: self._window.go("settings"))
            self._window.say(Message("这台电脑还没有连接中心", "info", "内容都存在本机。连接以后会自动上传。", act))
        elif self._can_sign_in(error):
            self._window.say(Message(error.title, "warn", error.remedy, ("重新登录", self.open_sign_in)))
        else:
            self._window.say_error(error, self._control.ask)

    def _can_sign_in(self, error: GridworkerError | None) -> bool:
        """Whether the password would help: not when the device was cut off."""
        return self._sign_in is not None and isinstance(error, SignInNeeded | SignInRefused)

    # ------------------------------------------------------------------ saves

    def _next_number(self) -> int:
        """The number of this desk's next change: it grows with every change that is kept."""
        return int(self._work.ledger.store.meta("next_n", 1))

    def _look_for_saves(self) -> None:
        """After whatever made the pages draw anew: was something kept that must be sent?"""
        before, self._numbered = self._numbered, self._next_number()
        if self._numbered > before:
            self._control.saved()


def _again(next_in: int | None) -> str:
    return "" if next_in is None else f"，{max(1, round(next_in / 60_000))} 分钟后重试"
