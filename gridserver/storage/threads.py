"""Work that goes on beside the requests, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(name: str, work: Callable[[threading.Event], None], patience: float | None = None) -> Iterator[None]:
    """``work`` runs for as long as the block lasts; its event says when that is over. ``patience``: seconds for which
    the end of the block waits for it, without bound when None."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=patience)
