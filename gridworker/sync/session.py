"""What a store knows of its centre once it was enrolled: who the worker is, by which badge it speaks, where."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gridworker.errors import GridworkerError, SignInNeeded
from gridworker.protocol.people import Account, SignedIn, Tokens
from gridworker.protocol.sync import Clock
from gridworker.storage.store import Store
from gridworker.sync.badge import Badge, raw_of, text_of
from gridworker.sync.centre import Centre

LOG = logging.getLogger(__name__)


class Connect(Protocol):
    """How a line is opened: ``centre.Centre``, or the same with another end in a test."""

    def __call__(
        self,
        place: str,
        *,
        ca: Path | None = None,
        badge: Badge | None = None,
        cancelled: Callable[[], bool] = ...,
    ) -> Centre: ...


def is_enrolled(store: Store) -> bool:
    """Whether a centre knows this store."""
    return bool(store.meta("device", ""))


def account_of(store: Store) -> Account | None:
    """Who works with this store; None before it was enrolled."""
    kept = store.meta("account")
    return Account.model_validate(kept) if kept else None


def address_of(store: Store) -> str:
    """The address of the centre; "" before the store was enrolled."""
    return str(store.meta("centre", ""))


def ca_of(store: Store, home: Path) -> Path | None:
    """The certificate of the centre's own authority, as a file in ``home``; written again should it be missing."""
    pem = str(store.meta("ca", ""))
    return ca_file(home, str(store.meta("device")), pem) if pem else None


def ca_file(home: Path, name: str, pem: str) -> Path:
    """``pem`` as a file of ``home``: TLS libraries read files alone."""
    path = home / "authorities" / f"{name}.pem"
    if not path.exists() or path.read_text("ascii") != pem:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(pem, "ascii")
    return path


def badge_of(store: Store, clock: Callable[[], Clock]) -> Badge | None:
    """The badge of this store's device; None before it was enrolled."""
    if not is_enrolled(store):
        return None

    def load() -> Tokens | None:
        kept = store.meta("tokens")
        return Tokens.model_validate(kept) if kept else None

    return Badge(
        str(store.meta("device")),
        raw_of(store.meta("device_key")),
        load=load,
        keep=lambda answer: remember(store, answer),
        now=lambda: clock().wall + int(store.meta("clock_offset", 0)),
    )


def line_of(
    store: Store,
    home: Path,
    clock: Callable[[], Clock],
    *,
    connect: Connect = Centre,
    cancelled: Callable[[], bool] = lambda: False,
) -> Centre:
    """The line to this store's centre. Raises ``SignInNeeded`` before it was enrolled."""
    badge = badge_of(store, clock)
    if badge is None:
        raise SignInNeeded("not enrolled", advice="这台电脑还没有登记。请用管理员给的登记码登录，已填的内容都在本机。")
    return connect(address_of(store), ca=ca_of(store, home), badge=badge, cancelled=cancelled)


def remember(store: Store, answer: SignedIn) -> None:
    """Keeps what the centre tells at every sign-in: tokens, and what has changed of the person.

    The centre's own key stays the one that it had at enrolment, where the code vouched for it: orders to destroy
    this store are believed by it, and a false centre must not bring its own.
    """
    store.set_metas(
        {
            "account": answer.account.model_dump(),
            "account_scope": answer.standing.scope,
            "tokens": answer.tokens.model_dump(),
            "recovery_key": answer.recovery_key,
            "lease_days": answer.lease_days,
            "backups_since": answer.backups_since,
        }
    )


def learn_of_oneself(store: Store, line: Centre) -> None:
    """After a sync: when the scope has changed since the centre last said who the person is, it is asked again."""
    standing = store.meta("standing") or {}
    if standing.get("scope") == store.meta("account_scope"):
        return
    try:
        line.renew()
    except GridworkerError as error:
        LOG.info("not told who I am: %s", type(error).__name__)


def adopt(store: Store, answer: SignedIn, device_key: bytes, place: str, ca: str) -> None:
    """The store belongs to this centre, device and person from now on.

    For a new store, for one in which somebody has worked before there was a line, and for one whose former
    device was cut off: what waits in it, or is in no backup, goes out under the new device, with its old ids.
    ``ca``: certificate (PEM) of the centre's own authority; "" where a public one signed.
    """
    restored = store.meta("epoch", "") not in ("", answer.standing.epoch)
    # A centre that was restored from before it knew this desk has lost what a younger backup covered, too.
    store.requeue_not_durable((0, 0) if restored else None)
    for bucket in store.buckets() if restored else ():
        store.reset_bucket(bucket.id)
    store.renumber(answer.standing.last_n + 1, answer.standing.incarnation)
    for info in answer.buckets:
        store.add_bucket(info)
    remember(store, answer)
    store.set_metas(
        {
            "device_key": text_of(device_key),
            "device": answer.device,
            "person": answer.account.person,
            "centre": place,
            "centre_key": answer.centre_key,
            "lease_from": answer.standing.now,
            "time": [answer.standing.now, 0, ""],
            "ca": ca,
            "epoch": answer.standing.epoch,
            "scope": answer.standing.scope,
            "standing": answer.standing.model_dump(),
            "backup": answer.standing.backup,
            "vector": "",
        }
    )
