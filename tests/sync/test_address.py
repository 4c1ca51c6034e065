"""An address is read as a person types it, and never lets plain http out of this machine."""

import pytest

from gridworker.errors import InsecureAddress, NameNotFound
from gridworker.sync import address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("grid.example.cn", "https://grid.example.cn"),
        (" https://Grid.example.cn:443/ ", "https://grid.example.cn"),
        ("grid.example.cn:8443", "https://grid.example.cn:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_what_a_person_types_is_put_in_order(typed, meant):
    assert str(address.read(typed)) == meant


@pytest.mark.parametrize("typed", ["http://grid.example.cn", "http://10.1.2.3:8000", "http://127.0.0.1.example"])
def test_plain_http_to_another_machine_is_refused(typed):
    with pytest.raises(InsecureAddress):
        address.read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ftp://grid.example.cn",
        "https://",
        "https://wang:secret@grid.example.cn",
        "https://grid.example.cn/path",
        "https://grid.example.cn:99999",
        "中心 地址",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_not_guessed_at(typed):
    with pytest.raises(NameNotFound):
        address.read(typed)
