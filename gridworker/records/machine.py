"""The states of a record and the lawful moves between them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """One lawful move: from one of ``sources`` to ``target``, by one of ``roles``."""

    target: str
    title: str
    """What the button says."""
    sources: frozenset[str]
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    """Fields that must be filled before."""
    author_only: bool = False
    wins: bool = False
    """Dominates an unseen other move (handing over for safety)."""
    source_of_law: str = ""


@dataclass(frozen=True)
class Machine:
    """The states of one field and what leads from one to another."""

    field: str
    initial: str
    states: Mapping[str, str]
    moves: tuple[Move, ...]
    ended: frozenset[str] = frozenset()
    """States in which nobody expects more work."""
    commutes: frozenset[tuple[str, str]] = frozenset()
    """Pairs of states that two people may bring about unseen by each other without a quarrel: the second stands,
    whichever came first."""
    tones: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """State to tone of its chip: ok, warn, bad, info, violet, neutral."""

    def move(self, source: str, target: str) -> Move | None:
        """The move from one state to another; None when it is not lawful."""
        return next((m for m in self.moves if m.target == target and source in m.sources), None)

    def moves_from(self, source: str, role: str) -> list[Move]:
        """What somebody of ``role`` may do in state ``source``."""
        return [m for m in self.moves if source in m.sources and role in m.roles]

    def why_not(self, source: str, target: str, role: str, filled: Mapping[str, object]) -> str:
        """Why the move cannot be made, in Chinese; "" when it can."""
        move = self.move(source, target)
        if move is None:
            now, then = self.states.get(source, source), self.states.get(target, target)
            return f"现在是“{now}”，不能直接变为“{then}”。"
        if role not in move.roles:
            return f"您的岗位不能办理“{move.title}”。"
        return ""
