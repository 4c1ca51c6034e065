"""The centre's order to destroy a store: believed only with its signature, carried out, and reported."""

import contextlib
import logging
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gridworker.errors import GridworkerError
from gridworker.protocol.orders import WipeOrder, wipe_text
from gridworker.protocol.people import Wiped, proof_text
from gridworker.storage.store import Store
from gridworker.storage.vault import WorkerEntry
from gridworker.storage.wipes import WipeNote
from gridworker.sync import credentials, session
from gridworker.sync.badge import raw_of, text_of
from gridworker.sync.machine import Machine

LOG = logging.getLogger(__name__)


def is_genuine(store: Store, order: WipeOrder) -> bool:
    """Whether the centre that enrolled this store signed the order, for this very device."""
    if order.device != store.meta("device"):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(raw_of(str(store.meta("centre_key", ""))))
        key.verify(raw_of(order.proof), wipe_text(order.device, order.stolen, order.at))
    except (InvalidSignature, ValueError):
        LOG.warning("an order to wipe this store bears no true signature: ignored")
        return False
    return True


def note_of(machine: Machine, entry: WorkerEntry, store: Store, order: WipeOrder) -> WipeNote:
    """What has to be known when the store, and the device's key with it, is gone."""
    now = machine.now()
    key = Ed25519PrivateKey.from_private_bytes(raw_of(store.meta("device_key")))
    return WipeNote(
        store=entry.store,
        name=entry.name,
        device=order.device,
        ordered=order.at,
        stolen=order.stolen,
        centre=session.address_of(store),
        ca=str(session.ca_of(store, machine.home) or ""),
        at=now,
        proof=text_of(key.sign(proof_text("wiped", order.device, str(order.at), now))),
    )


def carry_out(machine: Machine, note: WipeNote) -> None:
    """Destroys the keys, then deletes the files, then says so to the centre, now or when it can be reached."""
    machine.vault.wipes.begin(note)
    credentials.forget(note.store)
    report(machine)


def wiped_message(note: WipeNote) -> Wiped:
    """What the centre is told; the device signed it while it had its key."""
    return Wiped(device=note.device, ordered=note.ordered, at=note.at, proof=note.proof)


def report(machine: Machine) -> None:
    """Tells the centre of every store that was destroyed here and of which it does not know yet."""
    for note in machine.vault.wipes.notes():
        if note.reported:
            continue
        message = wiped_message(note)
        try:
            with contextlib.closing(machine.connect(note.centre, ca=Path(note.ca) if note.ca else None)) as centre:
                centre.wiped(message)
        except GridworkerError as error:
            LOG.info("the centre was not told of a wipe: %s", type(error).__name__)
            continue
        machine.vault.wipes.mark(note, reported=True)
