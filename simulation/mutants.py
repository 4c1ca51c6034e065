"""The product broken on purpose, one defence at a time: a proof that finds nothing wrong proves nothing until it finds
each of these.

A mutant takes the place of a few words in one function of the product (or of the stand-ins that the tests hold against
the product); the function is compiled anew and given back afterwards.
"""

import importlib
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from simulation.history import History, made, play
from simulation.running import SCENARIOS, scenario

MOST = 120
"""Histories in which a mutant has to be caught."""
LENGTH = 120
"""Steps of a history that is played to catch one."""


class Cut(NamedTuple):
    """In the function ``where`` (``module:name``), ``new`` stands in the place of ``old``, which stands there once."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defence taken away. ``promise``: what is broken by that."""

    name: str
    promise: str
    cuts: Sequence[Cut]
    more: Sequence[str] = ()
    """Sorts of steps that are made often in the histories that are to find it."""
    most: int = MOST


class Caught(NamedTuple):
    """How a mutant was found out."""

    promise: str
    seed: int
    """0: the scenario that is kept for it."""
    histories: int
    said: str

    def told(self) -> str:
        """For a person."""
        return f"{self.promise:14} after {self.histories:3} histories: {self.said[:90]}"


def hunt(mutant: Mutant, first: int = 1) -> Caught | None:
    """Plays histories against the broken product until one of them breaks a promise; None when none does. The
    scenario of its name, where one is kept, comes first."""
    with broken(mutant):
        for count, (seed, history) in enumerate(_histories(mutant, first), 1):
            outcome = play(history)
            if outcome.violation is not None:
                return Caught(outcome.promise, seed, count, str(outcome.violation))
    return None


def _histories(mutant: Mutant, first: int) -> Iterator[tuple[int, History]]:
    kept = SCENARIOS / f"{mutant.name}.json"
    if kept.exists():
        yield 0, scenario(kept)
    for seed in range(first, first + mutant.most):
        yield seed, made(seed, LENGTH, mutant.more)


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """The product with this defence taken away."""
    with without(mutant.cuts):
        yield


@contextmanager
def without(cuts: Sequence[Cut]) -> Iterator[None]:
    """The product with other words in these places."""
    with ExitStack() as stack:
        for cut in cuts:
            stack.enter_context(_cut(cut))
        yield


@contextmanager
def _cut(cut: Cut) -> Iterator[None]:
    function = _function(cut.where)
    whole = function.__code__
    function.__code__ = _compiled(function, cut)
    try:
        yield
    finally:
        function.__code__ = whole


def _function(where: str) -> FunctionType:
    module, _, name = where.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    found = inspect.unwrap(getattr(getattr(found, "fget", found), "__func__", found))
    assert isinstance(found, FunctionType), where
    return found


def _compiled(function: FunctionType, cut: Cut) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(cut.old) == 1, f"{cut.where}: not once {cut.old!r}"
    place = f"<{cut.where}>"
    scope = dict(function.__globals__)
    exec(compile(source.replace(cut.old, cut.new), place, "exec"), scope)
    fresh = scope[function.__name__]
    code = inspect.unwrap(getattr(getattr(fresh, "fget", fresh), "__func__", fresh)).__code__
    assert isinstance(code, CodeType)
    return code
