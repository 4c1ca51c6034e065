"""The first sign-in of a machine for a worker: code and password, a store of his own, and the keys to it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gridworker.app.coming_in import ComingIn, Session
from gridworker.errors import NotAllowed, SignInRefused, WeakPassword
from gridworker.ui.background import Progress
from gridworker.ui.pages.welcome_door import Application, Enrolled

if TYPE_CHECKING:
    from gridworker.app.desk import Desk
    from gridworker.storage.vault import WorkerEntry
    from gridworker.sync.enrol import Opened
    from gridworker.sync.machine import Machine

ROLE_TITLES: Final = {"grid_worker": "网格员", "mediator": "调解员", "supervisor": "督导", "admin": "管理员"}
"""As ``records.kind`` has them; that room is too heavy for the first frame, and a test compares."""


class Newcomer:
    """Whoever signs in at this machine for the first time; what broke off goes on where it was."""

    def __init__(self, threshold: ComingIn) -> None:
        self._threshold = threshold
        self._taken: tuple[Application, Opened] | None = None

    def enrol(self, machine: Machine, application: Application, progress: Progress) -> Enrolled:
        """He is in afterwards. Raises ``SignInError``, ``CentreError``, ``WeakPassword``, ``StoreBusy``."""
        from gridworker.storage.keys import check_strength

        if application.new_password:
            check_strength(application.new_password, self._half_a_key())
        progress.report(1, 3, "正在登记这台电脑")
        here = _here(machine, application.user)
        with contextlib.ExitStack() as undo:
            # Whoever has a store here may have it open in another window: found out before the code is used up.
            held = self._threshold.hold(undo, machine, here) if here is not None else None
            opened = self._taken_by_centre(machine, application, progress)
            session = Session(machine, opened, *(held or self._threshold.hold(undo, machine, opened.entry)))
            enrolled = self._settled(session, application, progress)
            undo.pop_all()
        self._taken = None
        progress.report(3, 3, "登记完成")
        return enrolled

    def _taken_by_centre(self, machine: Machine, application: Application, progress: Progress) -> Opened:
        """The centre takes the code once: a second try after what follows it broke off goes on from there."""
        from gridworker.sync import enrol

        asked = replace(application, new_password="", recovery_code=False)
        if self._taken is not None and self._taken[0] == asked:
            return self._taken[1]
        opened = enrol.enrol(
            machine,
            enrol.Application(
                user=application.user,
                password=application.password,
                code=application.code,
                place=application.address,
                ca=application.ca,
                local_password=self._local_password(machine, application),
            ),
            lambda: progress.cancelled,
        )
        self._taken = (asked, opened)
        return opened

    def _settled(self, session: Session, application: Application, progress: Progress) -> Enrolled:
        """What follows: the worker's own password, and the second key on paper."""
        from gridworker.app.desk import Desk

        machine, opened = session.machine, session.opened
        with Desk(machine, opened) as desk:
            if application.new_password:
                progress.report(2, 3, "正在更换密码")
                _change_password(desk, application, progress)
            name, role, places = desk.me.name, desk.me.role, tuple(desk.ledger.my_areas())
        slots = machine.vault.slots(opened.entry.user)
        code = slots.new_recovery_code(opened.key) if application.recovery_code else ""
        return Enrolled(session, name, ROLE_TITLES.get(role, role), places, code)

    def _local_password(self, machine: Machine, application: Application) -> str:
        """What opens the worker's store on this machine, where that is not the account's password.

        Where there is no store yet and the account's password is too short to guard one, a store is begun under
        the new password; should the line break after that, the next try finds that store.
        """
        from gridworker.storage.keys import check_strength
        from gridworker.sync import enrol

        here = _here(machine, application.user)
        if here is not None:
            begun_by_last_try = not here.role and not here.last_used
            return application.local_password or (application.new_password if begun_by_last_try else "")
        try:
            check_strength(application.password, self._half_a_key())
        except WeakPassword:
            if not application.new_password:
                raise
            enrol.begin_offline(machine, application.user, application.new_password)
            return application.new_password
        return ""

    def _half_a_key(self) -> bytes | None:
        """Stands for the device's secret where only its being there matters."""
        return bytes(32) if has_keyring() else None


def has_keyring() -> bool:
    """Whether the system's keyring takes and gives a secret."""
    from gridworker.sync import credentials

    return not credentials.available()


def _change_password(desk: Desk, application: Application, progress: Progress) -> None:
    """At the centre and here; where the answer to the last try was lost the centre has the new one already."""
    new, cancelled = application.new_password, lambda: progress.cancelled
    try:
        desk.change_password(application.password, new, cancelled)
    except NotAllowed as refused:
        try:
            desk.sign_in(new, cancelled)
        except SignInRefused:
            raise refused from None
        secret = desk.machine.new_secret(desk.opened.entry.store)
        desk.vault.slots(desk.user).set_password(desk.key, new, secret)


def _here(machine: Machine, user: str) -> WorkerEntry | None:
    """The store of this login name on this machine, whatever the size of its letters."""
    wanted = user.strip().lower()
    return next((each for each in machine.vault.workers() if each.user.lower() == wanted), None)
