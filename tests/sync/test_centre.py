"""At the border of the line every mishap becomes an error with a title and advice."""

import socket
import threading

import orjson
import pytest
import zstandard

from gridworker.errors import (
    BrokenAnswer,
    Cancelled,
    CentreBusy,
    CentreUnreachable,
    DeviceRevoked,
    InsecureAddress,
    NameNotFound,
    NotTheCentre,
    ProxyInTheWay,
    SignInNeeded,
    SignInRefused,
    TlsFailed,
    TooManyTries,
    TooOld,
    TooSlow,
)
from gridworker.protocol.codec import pack
from gridworker.protocol.people import Account, Enrol, SignedIn, Tokens
from gridworker.protocol.sync import Clock, Hello, Push, PushAnswer, Standing
from gridworker.sync.answers import Disagreement, TooBig
from gridworker.sync.badge import Badge
from gridworker.sync.centre import Centre
from gridworker.sync.tls_words import tls_failed
from simulation.processes.authority import Authority
from tests.helpers.bad_line import answer, listening

STANDING = Standing(epoch="e", incarnation=1, last_n=0, durable_n=0, scope=0, now=1_772_000_000_000, backup=False)
HELLO = orjson.dumps(Hello(protocol=(1, 1), schema_version=1).model_dump(mode="json"))
PUSHED = orjson.dumps(PushAnswer(standing=STANDING, results=[]).model_dump(mode="json"))
PUSH = Push(epoch="e", incarnation=1, schema_version=1, scope=0, clock=Clock(wall=0), groups=[])
ENROL = Enrol(user="wang", password="p" * 12, code="c", machine="m", device_key="k")
OURS = {"X_Gridworker": "1"}


def problem(status: int, error: str, **headers: str) -> bytes:
    return answer(status, orjson.dumps({"error": error, "reason": "", "want": 0}), **OURS, **headers)


def badge(token: str = "token") -> Badge:
    """A device whose token still stands for a while."""
    kept = [Tokens(access=token, access_until=10**15, refresh="r")]
    return Badge("d", b"7" * 32, load=lambda: kept[-1], keep=lambda a: kept.append(a.tokens), now=lambda: 0)


def renewal(token: str) -> bytes:
    account = Account(person="p", user="wang", name="n", role="grid_worker", regions=[])
    tokens = Tokens(access=token, access_until=10**15, refresh="r2")
    signed = SignedIn(device="d", account=account, tokens=tokens, standing=STANDING, recovery_key="", centre_key="")
    return answer(200, orjson.dumps(signed.model_dump(mode="json")), **OURS)


def test_a_centre_that_answers_is_understood_compressed_or_not():
    packed = zstandard.ZstdCompressor().compress(HELLO)
    for reply in (answer(200, HELLO, **OURS), answer(200, packed, Content_Encoding="zstd", **OURS)):
        with listening(lambda _, reply=reply: reply) as port:
            assert Centre(f"http://127.0.0.1:{port}").hello().protocol == (1, 1)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(200, b"<html>login</html>", Content_Type="text/html; charset=utf-8"), ProxyInTheWay),
        (answer(302, Location="http://10.0.0.1/login"), ProxyInTheWay),
        (answer(511), ProxyInTheWay),
        (answer(407), ProxyInTheWay),
        (answer(200, b"{}", Content_Type="application/json"), NotTheCentre),
        (answer(404, b"<html>nothing here</html>", Content_Type="text/html"), NotTheCentre),
        (answer(502, b"<html>bad gateway</html>", Content_Type="text/html"), CentreBusy),
        (answer(200, HELLO, Content_Length=str(len(HELLO) + 40), **OURS), BrokenAnswer),
        (answer(200, HELLO[:-9], **OURS), BrokenAnswer),
        (answer(200, b"{}", **OURS), BrokenAnswer),
        (answer(200, HELLO, Content_Encoding="zstd", **OURS), BrokenAnswer),
        (answer(200, b'5\r\n{"pro', Transfer_Encoding="chunked", **OURS), BrokenAnswer),
        (b"", CentreUnreachable),
        (b"SSH-2.0-OpenSSH_9.2\r\n", CentreUnreachable),
        (problem(503, "busy"), CentreBusy),
        (problem(500, "fault"), CentreBusy),
        (problem(426, "upgrade"), TooOld),
    ],
)
def test_whoever_answers_instead_of_the_centre_is_told_by_name(reply, error):
    with listening(lambda _: reply) as port, pytest.raises(error) as raised:
        Centre(f"http://127.0.0.1:{port}").hello()
    assert type(raised.value) is error
    assert raised.value.title
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(403, "device"), DeviceRevoked),
        (problem(409, "epoch"), Disagreement),
        (problem(409, "fork"), Disagreement),
        (problem(413, "too_big"), TooBig),
        (problem(429, "throttled", Retry_After="7"), CentreBusy),
    ],
)
def test_a_push_that_is_not_taken_says_why(reply, error):
    with listening(lambda _: reply) as port, pytest.raises(error) as raised:
        Centre(f"http://127.0.0.1:{port}", badge=badge()).push(PUSH)
    if error is CentreBusy:
        assert raised.value.wait == 7_000


def test_a_message_that_the_centre_does_not_understand_is_a_bug_and_loud():
    with listening(lambda _: problem(400, "bad_request")) as port, pytest.raises(RuntimeError):
        Centre(f"http://127.0.0.1:{port}", badge=badge()).push(PUSH)


@pytest.mark.parametrize(
    ("reply", "error"), [(problem(401, "auth"), SignInRefused), (problem(429, "throttled"), TooManyTries)]
)
def test_a_sign_in_that_is_refused_says_so(reply, error):
    with listening(lambda _: reply) as port, pytest.raises(error):
        Centre(f"http://127.0.0.1:{port}").enrol(ENROL)


def test_a_token_that_has_run_out_is_renewed_once_without_a_word():
    def centre(request: bytes) -> bytes:
        if request.startswith(b"POST /people/v1/refresh"):
            return renewal("new")
        return answer(200, PUSHED, **OURS) if b"Bearer new" in request else problem(401, "auth")

    with listening(centre) as port:
        assert Centre(f"http://127.0.0.1:{port}", badge=badge()).push(PUSH).results == []


def test_when_the_new_token_is_not_taken_either_the_password_is_asked_for():
    asked = []

    def centre(request: bytes) -> bytes:
        asked.append(request.split()[1])
        return renewal("new") if b"/refresh" in request else problem(401, "auth")

    with listening(centre) as port, pytest.raises(SignInNeeded):
        Centre(f"http://127.0.0.1:{port}", badge=badge()).push(PUSH)
    assert asked == [b"/sync/v1/push", b"/people/v1/refresh", b"/sync/v1/push"]


def test_a_token_goes_to_nobody_but_its_centre(monkeypatch, tmp_path):
    """Neither to where a redirect points nor is another one taken from a .netrc."""
    heard = []
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    def stranger(request: bytes) -> bytes:
        heard.append(request)
        return answer(200, PUSHED, **OURS)

    with listening(stranger) as other:
        away = answer(307, Location=f"http://127.0.0.1:{other}/sync/v1/push")
        with listening(lambda _: away) as port, pytest.raises(ProxyInTheWay):
            Centre(f"http://127.0.0.1:{port}", badge=badge()).push(PUSH)
        assert not heard
        with pytest.raises(BrokenAnswer):
            Centre(f"http://127.0.0.1:{other}").hello()
    assert b"Authorization" not in heard[0]


def test_loopback_needs_no_proxy_and_everything_else_takes_the_systems(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with listening(lambda _: answer(200, HELLO, **OURS)) as port:
        assert Centre(f"http://127.0.0.1:{port}").hello().protocol == (1, 1)
    with listening(lambda _: answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        with pytest.raises(ProxyInTheWay):
            Centre("https://centre.invalid").hello()


def test_a_certificate_is_believed_only_when_its_authority_was_handed_over(tmp_path):
    county = Authority(tmp_path)
    with listening(lambda _: answer(200, HELLO, **OURS), county.tls()) as port:
        centre = Centre(f"https://127.0.0.1:{port}", ca=county.ca)
        assert centre.hello().protocol == (1, 1)
        centre.close()
        with pytest.raises(TlsFailed) as unknown:
            Centre(f"https://127.0.0.1:{port}").hello()
    assert "根证书" in unknown.value.remedy


@pytest.mark.parametrize(
    ("host", "expired", "words"), [("127.0.0.1", True, "过期"), ("other.example", False, "另一个地址")]
)
def test_a_bad_certificate_says_what_is_wrong_with_it(tmp_path, host, expired, words):
    county = Authority(tmp_path)
    with (
        listening(lambda _: answer(200, HELLO, **OURS), county.tls(host, expired=expired)) as port,
        pytest.raises(TlsFailed) as raised,
    ):
        Centre(f"https://127.0.0.1:{port}", ca=county.ca).hello()
    assert words in raised.value.remedy


def test_https_to_a_machine_that_speaks_plain_http_is_no_secret_failure():
    with listening(lambda _: answer(400)) as port, pytest.raises(TlsFailed):
        Centre(f"https://127.0.0.1:{port}").hello()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-ty", b"HTTP/1.1 200 OK\r\ncontent-length: 9"])
def test_an_answer_that_is_cut_in_its_head_is_a_broken_line_and_no_strangers(said):
    with listening(lambda _: said) as port, pytest.raises((BrokenAnswer, CentreUnreachable)):
        Centre(f"http://127.0.0.1:{port}").hello()


def test_a_line_that_ends_or_garbles_under_tls_blames_nobodys_certificate(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as door:
        closer = threading.Thread(target=lambda: door.accept()[0].close())
        closer.start()
        with pytest.raises((BrokenAnswer, CentreUnreachable)):
            Centre(f"https://127.0.0.1:{door.getsockname()[1]}").hello()
        closer.join()
    for said in (
        "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]",
        "[SSL: SSLV3_ALERT_BAD_RECORD_MAC] alert",
        "TLS/SSL connection has been closed (EOF)",  # as Debian's Python has it
    ):
        assert isinstance(tls_failed(said), BrokenAnswer)


def test_a_request_that_was_cut_on_its_way_is_sent_again():
    said = pack({"error": "cut", "reason": ""})[0]
    with listening(lambda _: answer(400, said, **OURS)) as port, pytest.raises(BrokenAnswer):
        Centre(f"http://127.0.0.1:{port}").hello()


def test_nobody_listens_or_nobody_knows_the_name():
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(CentreUnreachable):
        Centre(f"http://127.0.0.1:{port}").hello()
    with pytest.raises(NameNotFound):
        Centre("https://centre.invalid").hello()
    with pytest.raises(InsecureAddress):
        Centre("http://centre.example")


def test_an_answer_that_does_not_come_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TooSlow):
        Centre(f"http://127.0.0.1:{silent.getsockname()[1]}", timeouts=(1, 0.05)).hello()


def test_a_person_can_stop_it_before_and_in_the_middle_of_an_answer():
    looks = iter([False, True, True])
    with listening(lambda _: answer(200, HELLO, **OURS)) as port:
        with pytest.raises(Cancelled):
            Centre(f"http://127.0.0.1:{port}", cancelled=lambda: True).hello()
        with pytest.raises(Cancelled):
            Centre(f"http://127.0.0.1:{port}", cancelled=lambda: next(looks)).hello()
