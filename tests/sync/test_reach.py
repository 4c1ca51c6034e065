"""The first-run page tells at which step the way to the centre ends."""

import socket

import orjson
import pytest

from gridworker.errors import NotTheCentre, ProxyInTheWay, TlsFailed, TooOld
from gridworker.protocol.sync import Hello
from gridworker.sync.reach import STEP_TITLES, Step, reach
from simulation.processes.authority import Authority
from tests.helpers.bad_line import answer, listening


def hello(oldest: int, newest: int) -> bytes:
    said = Hello(protocol=(oldest, newest), schema_version=1).model_dump(mode="json")
    return answer(200, orjson.dumps(said), X_Gridworker="1")


def test_a_free_way_leads_to_the_login():
    with listening(lambda _: hello(1, 3)) as port:
        assert reach(f"http://127.0.0.1:{port}") == (found := reach(f"http://127.0.0.1:{port}"))
    assert found.ok
    assert found.step is Step.LOGIN


@pytest.mark.parametrize(
    ("place", "step"),
    [("http://grid.example.cn", Step.ADDRESS), ("wo shi", Step.ADDRESS), ("https://centre.invalid", Step.DNS)],
)
def test_a_wrong_address_ends_before_any_line(place, step):
    assert reach(place).step is step


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert reach(f"http://127.0.0.1:{port}").step is Step.TCP


def test_an_unknown_authority_a_login_page_another_site_and_a_newer_centre_are_told_apart(tmp_path):
    page = answer(200, b"<html></html>", Content_Type="text/html")
    cases = [
        (hello(1, 1), Authority(tmp_path).tls(), "https", Step.TLS, TlsFailed),
        (page, None, "http", Step.PROXY, ProxyInTheWay),
        (answer(404), None, "http", Step.CENTRE, NotTheCentre),
        (hello(2, 3), None, "http", Step.CENTRE, TooOld),
    ]
    for said, tls, scheme, step, error in cases:
        with listening(lambda _, said=said: said, tls) as port:
            found = reach(f"{scheme}://127.0.0.1:{port}")
        assert not found.ok
        assert found.step is step
        assert type(found.error) is error
        assert STEP_TITLES[step]
