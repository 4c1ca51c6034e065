"""Who works where: what an administrator does with accounts, regions and devices."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.author import Author
from gridserver.errors import CommandFailed
from gridserver.people.passwords import LONGEST, SHORTEST, Passwords, why_not
from gridserver.people.tokens import text_of
from gridserver.settings import CODE_LASTS
from gridserver.storage import devices, meta, people, scope, watch
from gridserver.storage.engine import Connection
from gridserver.storage.people import AccountRow, Place, token_hash
from gridworker.protocol import enrolment
from gridworker.protocol.enrolment import EnrolmentCode
from gridworker.protocol.orders import WipeOrder, wipe_text
from gridworker.records.fields import ENTRY_ID
from gridworker.records.kind import BucketClass, Role
from gridworker.records.kinds.staff_member import STAFF_MEMBER

ROLES = (Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN)
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Staff:
    """An administrator's hand on one centre, for one command in one transaction."""

    conn: Connection
    now: int
    """ms UTC."""
    new_id: Callable[[], str]
    """Makes UUIDv7 texts."""
    chance: Callable[[int], bytes]
    """So many random bytes, fit for secrets."""
    passwords: Passwords

    @property
    def author(self) -> Author:
        """The centre, when a command writes records."""
        return Author(self.conn, self.now, self.new_id)

    def add_account(self, name: str, role: str, region_code: str, password: str) -> str:
        """A new account, and the record by which others know the person; returns the id of both."""
        name = name.strip()
        place = self._place(region_code)
        if not name or len(name) > _LONGEST_NAME or any(sign.isspace() or not sign.isprintable() for sign in name):
            raise CommandFailed(f"a name has 1 to {_LONGEST_NAME} letters and no blanks")
        if people.account_of(self.conn, name) is not None:
            raise CommandFailed("there is an account with this name already")
        hashed, person = self._hashed(password), self.new_id()
        account = AccountRow(person, name, name, role, place.county, hashed, active=True)
        people.add_account(self.conn, account, self.now)
        people.assign(self.conn, person, place.id, self.now)
        scope.make_buckets(self.conn, [(BucketClass.USER, person)])
        scope.regrant(self.conn, person)
        self._write_staff_member(account, place)
        self._note("add_account", account)
        return person

    def assign(self, name: str, region_code: str) -> bool:
        """Gives a person one more region; False when he had it."""
        account, place = self._account(name), self._place(region_code)
        if not people.assign(self.conn, account.id, place.id, self.now):
            return False
        scope.regrant(self.conn, account.id)
        author = self.author
        if (row := author.row_of(STAFF_MEMBER.name, account.id)) is not None:
            entry = author.new_id()
            author.write([author.add_entry(row, f"regions/{entry}", {"region": place.id})])
        self._note("assign", account, place.code)
        return True

    def unassign(self, name: str, region_code: str) -> bool:
        """Takes a region away; False when he had it not. What he made there before is still taken in."""
        account, place = self._account(name), self._place(region_code)
        if not people.unassign(self.conn, account.id, place.id):
            return False
        scope.regrant(self.conn, account.id)
        author = self.author
        if (row := author.row_of(STAFF_MEMBER.name, account.id)) is not None:
            entries = [key for key, each in row.fields.get("regions", {}).items() if each.get("region") == place.id]
            author.write([author.remove_entry(row, f"regions/{entry}") for entry in entries])
        self._note("unassign", account, place.code)
        return True

    def set_role(self, name: str, role: str) -> bool:
        """Gives a person another post; False when it is his. What he made in the old one is still taken in."""
        account = self._account(name)
        if account.role == role:
            return False
        scope.change_role(self.conn, account.id, role)
        author = self.author
        if (row := author.row_of(STAFF_MEMBER.name, account.id)) is not None:
            author.write([author.set(row, "role", role)])
        self._note("set_role", account)
        return True

    def reset_password(self, name: str, password: str) -> None:
        """A new password for somebody who forgot his. His stores and what waits in them are untouched."""
        account = self._account(name)
        people.set_password(self.conn, account.id, self._hashed(password), self.now)
        self._note("reset_password", account)

    def enrol(self, name: str, address: str = "") -> EnrolmentCode:
        """A one-time code for one more device of a person."""
        account, known = self._account(name), meta.read(self.conn)
        assert known is not None
        printed = enrolment.fingerprint(known.sign_key, known.seal_key, known.ca)
        code = enrolment.new_code(self.chance(16), printed, address)
        devices.add_code(self.conn, token_hash(code.secret), account.id, self.now + CODE_LASTS)
        self._note("enrolment_code", account)
        return code

    def revoke_device(self, device: str) -> None:
        """Cuts a device off: it reads nothing more, and what it made before goes to a person's eyes."""
        if not _is_id(device) or not devices.cut_off(self.conn, device, "revoked", self.now):
            raise CommandFailed("there is no such device, or it is revoked already; see list-devices")
        watch.note(self.conn, "revoke_device", now=self.now, device=device)

    def suspend_device(self, device: str) -> None:
        """For a while: it reads nothing, and what it hands in goes to a person's eyes; ``resume_device`` ends it."""
        if not _is_id(device) or not devices.cut_off(self.conn, device, "suspended", self.now):
            raise CommandFailed("there is no such device, or it is cut off already; see list-devices")
        watch.note(self.conn, "suspend_device", now=self.now, device=device)

    def resume_device(self, device: str) -> None:
        """A suspended device was found: all is as before. What it handed in meanwhile still waits for a person."""
        if not _is_id(device) or not devices.lift(self.conn, device):
            raise CommandFailed("there is no such device, or it is not suspended; see list-devices")
        watch.note(self.conn, "resume_device", now=self.now, device=device)

    def wipe_device(self, device: str, sign_key: bytes, *, stolen: bool) -> WipeOrder:
        """Cuts a device off for good, and orders its desk to destroy the store when it next comes: after it has
        handed in what waits there, or at once when it was ``stolen``. ``sign_key``: the centre's private one.
        Returns the order, which may travel on a stick, too; given again, it is a new one.
        """
        text = wipe_text(device, stolen, self.now)
        proof = text_of(Ed25519PrivateKey.from_private_bytes(sign_key).sign(text))
        order = WipeOrder(device=device, stolen=stolen, at=self.now, proof=proof)
        if not _is_id(device) or not devices.order_wipe(self.conn, device, order.model_dump_json(), self.now):
            raise CommandFailed("there is no such device, or it has been wiped already; see list-devices")
        watch.note(self.conn, "wipe_device", now=self.now, device=device, code="stolen" if stolen else "departing")
        return order

    def _account(self, name: str) -> AccountRow:
        account = people.account_of(self.conn, name.strip())
        if account is None:
            raise CommandFailed("there is no account with this name; see list-accounts")
        return account

    def _place(self, code: str) -> Place:
        place = people.place_of_code(self.conn, code.strip())
        if place is None:
            raise CommandFailed(f"there is no region with the code {code}; import the divisions or add the grid first")
        return place

    def _hashed(self, password: str) -> str:
        if why_not(password):
            raise CommandFailed(f"a password has {SHORTEST} to {LONGEST} characters, and no blanks at its ends")
        return self.passwords.hash(password)

    def _write_staff_member(self, account: AccountRow, place: Place) -> None:
        author = self.author
        fields = {
            "name": account.name,
            "user": account.login,
            "role": account.role,
            "county": place.county,
            "regions": {author.new_id(): {"region": place.id}},
        }
        bucket = scope.bucket_id(BucketClass.REFERENCE, place.county or "")
        author.write([author.create(STAFF_MEMBER.name, account.id, bucket, fields)])

    def _note(self, act: str, account: AccountRow, code: str = "") -> None:
        watch.note(self.conn, act, now=self.now, account=account.id, code=code)


def _is_id(device: str) -> bool:
    return ENTRY_ID.match(device) is not None
