"""Takes in what comes on a stick, by whatever hand, and closes the receipt that goes back the same way."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from gridserver.errors import Refused
from gridserver.keys import Keys
from gridserver.storage import book
from gridserver.storage.closed_by import closed_by
from gridserver.storage.engine import Engine, transaction
from gridserver.storage.people import Caller, caller_of_device, standing_of
from gridworker.protocol import courier
from gridworker.protocol.courier import PACKAGE, RECEIPT, Closed, Contents, NoPackage, Said
from gridworker.protocol.sync import Problem, Push, PushAnswer

_STRANGE = "这个数据包不是本中心的电脑导出的，或者文件不完整，请重新导出一份。"


@dataclass(frozen=True)
class Counter:
    """Where packages are taken in."""

    engine: Engine
    keys: Keys
    clock: Callable[[], int]
    """ms UTC."""
    chance: Callable[[int], bytes]

    def take(self, file: bytes) -> bytes:
        """Merges what is in a package, each push in a transaction of its own, and returns the receipt.

        A package may come several times, and after its changes came by the line. Raises ``Refused``:
        ``bad_request`` for what no desk of ours closed, ``busy``.
        """
        closed, contents, caller = self._opened(file)
        answers: list[PushAnswer] = []
        problem: Problem | None = None
        for push in contents.pushes:
            try:
                answers.append(self._push(closed.head.device, push))
            except Refused as refused:
                if refused.error in ("busy", "broken"):
                    raise
                problem = self._problem(closed.head.device, refused)
                break
        head = {
            "county": caller.county,
            "device": closed.head.device,
            "at": self.clock(),
            "package": courier.name_of(file),
        }
        reply = _raw(contents.reply_key)
        return courier.close(RECEIPT, head, Said(answers=answers, problem=problem), reply, self.keys.sign, self.chance)

    def _opened(self, file: bytes) -> tuple[Closed, Contents, Caller]:
        """The package, once it is sure that a desk of this centre closed it."""
        try:
            closed = courier.read(PACKAGE, file)
            caller = closed_by(self.engine, closed.head, closed.is_of)
            contents = courier.open_box(closed, self.keys.seal, Contents)
            if len(_raw(contents.reply_key)) != 32:
                raise NoPackage("no key for the answer")
        except NoPackage as error:
            raise Refused("bad_request", _STRANGE) from error
        return closed, contents, caller

    def _push(self, device: str, push: Push) -> PushAnswer:
        with transaction(self.engine) as conn:
            return book.push(conn, _known(caller_of_device(conn, device)), push, self.clock())

    def _problem(self, device: str, refused: Refused) -> Problem:
        with transaction(self.engine) as conn:
            standing = standing_of(_known(caller_of_device(conn, device)), self.clock())
        return Problem(
            error=refused.error, reason=refused.reason, want=refused.want, kept=refused.kept, standing=standing
        )


def _known(caller: Caller | None) -> Caller:
    if caller is None:  # the account was closed between two pushes
        raise Refused("bad_request", _STRANGE)
    return caller


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NoPackage("no key for the answer") from None
