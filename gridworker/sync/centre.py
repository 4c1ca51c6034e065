"""What is said to the centre, by whom, and what its answers mean."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import requests
from pydantic import ValidationError
from requests.adapters import BaseAdapter

from gridworker.errors import (
    BrokenAnswer,
    CentreBusy,
    SignInNeeded,
    SignInRefused,
    TooManyTries,
)
from gridworker.protocol.codec import CODINGS, OCTETS, NotReadable, coding_of, pack, unpack
from gridworker.protocol.oversight import AsideWhole, Decided, Decision, Desks, Readers, Restricted
from gridworker.protocol.people import ChangePassword, Enrol, Recover, Recovered, SignedIn, Wiped
from gridworker.protocol.sync import (
    Fetch,
    Handing,
    Hello,
    History,
    Message,
    Pull,
    PullAnswer,
    Push,
    PushAnswer,
    SealedAnswer,
    SealedGroups,
)
from gridworker.sync.answers import (
    COURIER,
    OF_FILES,
    Reply,
    SnapshotGone,
    Unauthorised,
    problem_in,
    refusal,
    stranger,
)
from gridworker.sync.badge import Badge
from gridworker.sync.line import MARK, TIMEOUTS, Line, Take

_READ = ",".join(CODINGS)
_SNAPSHOT = "application/zstd"
_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15})\Z")
_AnyMessage = TypeVar("_AnyMessage", bound=Message)
_Answer = TypeVar("_Answer")


class Plain(NamedTuple):
    """The answer to a request about bytes. ``problem``: why it was not served; "" when it was."""

    status: int
    headers: Mapping[str, str]
    problem: str


class CentreKeys(Message):
    """The centre's public halves (hex) and the certificate (PEM) of its own authority, as it tells everybody."""

    centre_key: str
    recovery_key: str
    ca: str = ""


class Centre:
    """One centre at one address; belongs to one thread.

    ``ca``: certificate file of a private authority that alone is trusted. ``badge``: shown to this
    address and no other. ``cancelled`` is looked at between requests and between the pieces of an
    answer. Nothing is read from ``.netrc`` or from the environment's certificate variables; the
    system's proxies are used on purpose, except towards this machine itself. Redirects are not followed.
    """

    carried_by: Callable[..., Line] = Line

    def __init__(
        self,
        place: str,
        *,
        ca: Path | None = None,
        badge: Badge | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        adapter: BaseAdapter | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._badge = badge
        self._line = self.carried_by(place, ca=ca, cancelled=cancelled, adapter=adapter, timeouts=timeouts)
        self.address = self._line.address

    def close(self) -> None:
        """Hangs up."""
        self._line.close()

    def hello(self) -> Hello:
        """Who the centre is, and what it knows of this device when there is a badge."""
        if self._badge is None:
            return self._send("GET", "/sync/v1/hello", Hello)
        return self._ask("GET", "/sync/v1/hello", Hello)

    def push(self, message: Push, meanwhile: Callable[[], None] | None = None) -> PushAnswer:
        """Hands in changes. ``meanwhile`` is done here while they are on their way."""
        return self._as_known(lambda token: self._send("POST", "/sync/v1/push", PushAnswer, message, token, meanwhile))

    def pull(self, message: Pull) -> PullAnswer:
        """Asks what is new."""
        return self._ask("POST", "/sync/v1/pull", PullAnswer, message)

    def sealed(self, message: SealedGroups) -> SealedAnswer:
        """Hands in groups that only the centre can read."""
        return self._ask("POST", "/sync/v1/sealed", SealedAnswer, message)

    def hand_over(self, package: bytes) -> bytes:
        """Hands over another desk's package; the receipt to carry back. Raises ``NotThisFile``."""
        return self._as_known(lambda token: self._octets(COURIER, package, token))

    def plain(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", take: Take | None = None
    ) -> Plain:
        """A request that brings bytes, or that asks for some: ``take`` gets them as they come; broken off, those
        that came are good. Whatever the centre itself says of files comes back as ``Plain.problem``.
        """
        return self._as_known(lambda token: self._say_plain(method, path, headers, body, take, token))

    def fetch(self, wanted: Fetch) -> Iterator[bytes]:
        """A snapshot from ``wanted.start`` on, in pieces as they come; broken off, those that came are good.

        Raises ``SnapshotGone`` when there is none of this name any more, or not for this desk.
        """
        yield from self._as_known(lambda token: self._begin(wanted, token))

    def history(self, kind: str, record: str) -> History:
        """The full history of a record."""
        return self._ask("GET", f"/sync/v1/history/{kind}/{record}", History)

    def desks(self) -> Desks:
        """The desks of a supervisor's district, and when each was last heard from."""
        return self._ask("GET", "/oversight/v1/desks", Desks)

    def put_aside(self, number: int) -> AsideWhole:
        """What was put aside under this number, for a supervisor of the place that it was meant for."""
        return self._ask("GET", f"/sync/v1/aside/{number}", AsideWhole)

    def decide(self, number: int, decision: Decision) -> Decided:
        """The supervisor's word about it."""
        return self._ask("POST", f"/sync/v1/aside/{number}", Decided, decision)

    def restrict(self, case: str, readers: Readers) -> Restricted:
        """Who may see a case from now on."""
        return self._ask("POST", f"/sync/v1/case/{case}/readers", Restricted, readers)

    def renew(self) -> None:
        """New tokens before their time, and what the centre knows of the person today: role, regions."""
        if self._badge is not None:
            self._renew(self._badge)

    def keys(self) -> CentreKeys:
        """The centre's public keys; who needs to be sure of them compares them with the enrolment code."""
        return self._send("GET", "/people/v1/keys", CentreKeys)

    def keys_unverified(self) -> CentreKeys:
        """The same from a centre whose authority nobody here knows yet. Nothing secret is said on this line, and
        what it tells is worth nothing until it was compared with the enrolment code."""
        with self._line.unverified():
            return self.keys()

    def enrol(self, message: Enrol) -> SignedIn:
        """First sign-in of a device."""
        return self._sign("/people/v1/enrol", SignedIn, message)

    def sign_in(self, user: str, password: str) -> SignedIn:
        """A later sign-in; the badge keeps the tokens."""
        if self._badge is None:
            raise SignInNeeded("not enrolled")
        answer = self._sign("/people/v1/sign-in", SignedIn, self._badge.sign_in(user, password))
        self._badge.renewed(answer)
        return answer

    def recover(self, message: Recover) -> Recovered:
        """The key of a store whose password was changed elsewhere."""
        return self._sign("/people/v1/recover", Recovered, message)

    def wiped(self, message: Wiped) -> None:
        """A store that it ordered destroyed is destroyed; the device has nothing else to show any more."""
        self._sign("/people/v1/wiped", Message, message)

    def change_password(self, message: ChangePassword) -> None:
        """Changes the password at the centre."""
        self._ask("POST", "/people/v1/password", Message, message)

    def _sign(self, path: str, answer: type[_AnyMessage], message: Message) -> _AnyMessage:
        try:
            return self._send("POST", path, answer, message)
        except Unauthorised as refused:
            raise SignInRefused(path, advice=str(refused)) from None
        except CentreBusy as error:
            if error.detail == "throttled":
                raise TooManyTries(path) from None
            raise

    def _ask(self, method: str, path: str, answer: type[_AnyMessage], message: Message | None = None) -> _AnyMessage:
        """One request of a signed-in device."""
        return self._as_known(lambda token: self._send(method, path, answer, message, token))

    def _as_known(self, send: Callable[[str], _Answer]) -> _Answer:
        """What *send* brings with a token that is good; one that has run out is renewed once."""
        badge = self._badge
        if badge is None:
            raise SignInNeeded("not enrolled")
        renewed = badge.is_stale
        if renewed:
            self._renew(badge)
        try:
            return send(badge.token)
        except Unauthorised:
            if renewed:
                raise SignInNeeded("the new token was not accepted") from None
        self._renew(badge)
        try:
            return send(badge.token)
        except Unauthorised:
            raise SignInNeeded("the new token was not accepted either") from None

    def _renew(self, badge: Badge) -> None:
        message = badge.refresh()
        if message is None:
            raise SignInNeeded("no tokens")
        try:
            answer = self._send("POST", "/people/v1/refresh", SignedIn, message)
        except Unauthorised:
            raise SignInNeeded("the refresh token was not accepted") from None
        badge.renewed(answer)

    def _send(
        self,
        method: str,
        path: str,
        answer: type[_AnyMessage],
        message: Message | None = None,
        token: str = "",
        meanwhile: Callable[[], None] | None = None,
    ) -> _AnyMessage:
        body, headers = _packed(message)
        reply = self._served(method, path, body, headers, token, meanwhile)
        try:
            return answer.model_validate(unpack(reply.body, compressed=reply.compressed))
        except NotReadable as error:
            raise BrokenAnswer(f"{path}: {error}") from None
        except ValidationError as error:
            raise BrokenAnswer(f"{path}: {error.error_count()} fields do not fit") from None

    def _octets(self, path: str, body: bytes, token: str) -> bytes:
        return self._served("POST", path, body, {"Content-Type": OCTETS}, token).body

    def _served(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        token: str,
        meanwhile: Callable[[], None] | None = None,
    ) -> Reply:
        """What the centre answered; raises when it was somebody else, or no."""
        asked = (method, path, body, {"Accept-Encoding": _READ, **headers}, token)
        reply = self._line.exchange(*asked) if meanwhile is None else self._line.exchange_beside(meanwhile, *asked)
        if not reply.ours:
            raise stranger(reply)
        if reply.status != 200:
            raise refusal(reply, path)
        return reply

    def _say_plain(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, take: Take | None, token: str
    ) -> Plain:
        usual = {"Accept-Encoding": "identity"}
        with self._line.opened(method, path, {**usual, **headers}, body, token) as response:
            if take is not None and MARK in response.headers and response.status_code in (200, 206):
                self._line.hand_on(response, take)
                return Plain(response.status_code, response.headers, "")
            reply = self._line.read(response)
        if not reply.ours:
            raise stranger(reply)
        problem = "" if reply.status < 400 else problem_in(reply).error
        if reply.status >= 300 and problem not in OF_FILES:
            raise refusal(reply, path)
        return Plain(reply.status, response.headers, problem)

    def _begin(self, wanted: Fetch, token: str) -> Iterator[bytes]:
        pieces = self._pieces(wanted, token)
        next(pieces)
        return pieces

    def _pieces(self, wanted: Fetch, token: str) -> Iterator[bytes]:
        """The bytes of a snapshot that are missing. Whoever stands between may not understand ``Range``: then all
        of it comes, and what is here already is passed over. Nothing at first, when the centre serves it."""
        path = f"/sync/v1/snapshot/{wanted.bucket}/{wanted.sha}"
        headers = {"Accept": _SNAPSHOT, "Accept-Encoding": "identity"}
        if wanted.start:
            headers |= {"Range": f"bytes={wanted.start}-", "If-Range": f'"{wanted.sha}"'}
        with self._line.opened("GET", path, headers, None, token) as response:
            if response.status_code not in (200, 206) or MARK not in response.headers:
                raise self._not_served(response, path)
            came = _first_byte(response, wanted)
            yield b""
            for piece in self._line.pieces(response):
                missing = piece[max(wanted.start - came, 0) :]
                came += len(piece)
                if came > wanted.bytes:
                    raise SnapshotGone("more than there is")
                if missing:
                    yield missing
            if came != wanted.bytes:  # not cut on its way: it ends here
                raise SnapshotGone(f"{came} bytes of {wanted.bytes}")

    def _not_served(self, response: requests.Response, path: str) -> Exception:
        reply = self._line.read(response)
        if not reply.ours:
            return stranger(reply)
        return SnapshotGone(path) if reply.status in (404, 416) else refusal(reply, path)


def _packed(message: Message | None) -> tuple[bytes | None, dict[str, str]]:
    """The body of a request, and what its headers say of it."""
    if message is None:
        return None, {}
    body, compressed = message.packed() if isinstance(message, Handing) else pack(message.plain())
    return body, {"Content-Encoding": coding_of(body)} if compressed else {}


def _first_byte(response: requests.Response, wanted: Fetch) -> int:
    """The place in the snapshot at which the answer begins."""
    if response.headers.get("ETag", wanted.sha).removeprefix("W/").strip('"') != wanted.sha:
        raise SnapshotGone("another file")
    if response.status_code == 200:
        return 0
    said = _RANGE.match(response.headers.get("Content-Range", ""))
    if said is None or int(said[1]) > wanted.start or int(said[2]) != wanted.bytes:
        raise SnapshotGone("another part of the file")
    return int(said[1])
