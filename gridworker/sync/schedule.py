"""When to sync next: pure, so that a day of good and bad lines can be tried in a test."""

from dataclasses import dataclass, replace

from gridworker.errors import Cancelled, CentreBusy, GridworkerError, InsecureAddress, SignInError, TooOld

AFTER_SAVE = 10_000
"""ms between a save and the sync that sends it."""

EVERY = 300_000
"""ms between two syncs when nothing happens: 5 min."""

BACK_OFF = (60_000, 300_000, 600_000, 1_800_000)
"""ms after the first, second, third and every further failure: 1, 5, 10, 30 min."""

_FOR_A_PERSON = (SignInError, TooOld, InsecureAddress)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What decides the next sync. All times are ms of one monotonic clock, which the caller reads."""

    due: int | None
    """When to sync; None: not before a person has done something (signed in, updated)."""
    failures: int = 0
    unsent: bool = False
    """Something was saved since the last sync began."""

    @classmethod
    def opened(cls, now: int) -> "Schedule":
        """The desk was opened: sync at once."""
        return cls(due=now)

    def saved(self, now: int) -> "Schedule":
        """A save wants to be sent 10 s later; more saves do not put it off, a broken line does."""
        if self.due is None or self.failures:
            return replace(self, unsent=True)
        return replace(self, unsent=True, due=min(self.due, now + AFTER_SAVE))

    def started(self) -> "Schedule":
        """A sync takes everything that was saved before it began."""
        return replace(self, unsent=False)

    def succeeded(self, now: int) -> "Schedule":
        """Next in five minutes; sooner when something was saved meanwhile."""
        return Schedule(due=now + (AFTER_SAVE if self.unsent else EVERY), unsent=self.unsent)

    def failed(self, now: int, error: GridworkerError, *, wait: int = 0, spread: float = 0.0) -> "Schedule":
        """Later and later. ``wait``: ms that the centre asked for; ``spread``: 0 to 1, a drawn number that keeps a
        thousand desks from coming back in the same second after the centre was away.

        What a person stopped is tried again at the usual time; what only he can mend waits for him.
        """
        if isinstance(error, Cancelled):
            return Schedule(due=now + EVERY, failures=self.failures, unsent=True)
        if isinstance(error, _FOR_A_PERSON):
            return replace(self, due=None, failures=self.failures + 1)
        if isinstance(error, CentreBusy):
            wait = max(wait, error.wait)
        step = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        pause = max(int(step * (1 + spread / 4)), wait)
        return Schedule(due=now + pause, failures=self.failures + 1, unsent=self.unsent)

    def asked(self, now: int) -> "Schedule":
        """A person pressed the button, signed in, or the line came back: at once."""
        return replace(self, due=now, failures=0)
