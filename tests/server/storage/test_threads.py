"""What goes on beside the requests ends with them."""

import threading

import pytest

from gridserver.storage.threads import beside


def test_the_work_goes_on_until_the_block_is_left_also_by_a_fault():
    begun, ended = threading.Event(), threading.Event()

    def work(over: threading.Event) -> None:
        begun.set()
        over.wait()
        ended.set()

    def requests() -> None:
        with beside("some work", work):
            assert begun.wait(10)
            assert not ended.is_set()
            raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        requests()
    assert ended.is_set()
