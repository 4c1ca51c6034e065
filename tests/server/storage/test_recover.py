"""A server that rises from its archive, on whatever system: the parts that differ from one to the other."""

import errno
import io
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from gridserver import archive
from gridserver.errors import CommandFailed
from gridserver.storage import embedded
from gridserver.storage.embedded import installed, locale_options
from gridserver.storage.program import hung_up
from gridserver.storage.recover import Source, entrance, ground, place_of
from gridserver.storage.wal import place
from tests.helpers.centre import THE_SYSTEMS


def test_nobody_comes_in_but_who_started_it():
    assert entrance("linux", "gridworker", "") == ("local all all trust\n", "")
    assert entrance("darwin", "gridworker", "") == entrance("linux", "gridworker", "")
    hba, ident = entrance("win32", "gridworker", "wang@CENTRE-PC")
    assert hba == "host all all 127.0.0.1/32 sspi include_realm=1 map=ours\n"
    assert ident == 'ours "wang@CENTRE-PC" "gridworker"\n'
    assert "trust" not in hba, "on loopback everybody at the machine could knock"
    assert entrance("win32", 'a"b', "王 小明@县").ident == 'ours "王 小明@县" "a""b"\n'


def test_a_socket_finds_room_where_temporary_files_lie_deep():
    assert ground("linux", "/tmp") is None
    assert ground("darwin", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T") == "/tmp"
    assert ground("win32", r"C:\\Users\\a long name of somebody\\AppData\\Local\\Temp") is None


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "base/../../x", "C:/x", "base/C:x", "a\\..\\x", "\\\\server\\x"]
)
def test_nothing_in_a_copy_leads_out_of_it(name, tmp_path):
    with pytest.raises(CommandFailed):
        place_of(name, tmp_path)
    assert place_of("./base/1/2", tmp_path) == tmp_path / "base" / "1" / "2"


def test_a_copy_that_would_lead_out_is_not_laid_down(tmp_path):
    from gridserver.storage.recover import _unpack

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    source = Source([packed.getvalue()], [], 16 << 20, 1, "u", "d")
    with pytest.raises(CommandFailed):
        _unpack(source, tmp_path / "data")
    assert not (tmp_path / "outside").exists()


def test_the_programs_of_a_system_are_looked_for_where_they_lie():
    assert THE_SYSTEMS in list(installed(int(THE_SYSTEMS.parent.name), "linux", {}))
    assert Path("/usr/pgsql-18/bin") in list(installed(18, "linux", {}))
    assert Path("/opt/homebrew/opt/postgresql@18/bin") in list(installed(18, "darwin", {}))
    (found,) = installed(18, "win32", {"ProgramFiles": "D:/Programs"})
    assert found == Path("D:/Programs/PostgreSQL/18/bin")
    assert next(installed(18, "linux", {"GRIDWORKER_POSTGRESQL": "/here"})) == Path("/here")


def test_windows_compares_texts_as_the_others_do():
    assert locale_options("linux") == ["--locale=C.UTF-8"]
    assert "--builtin-locale=C.UTF-8" in locale_options("win32")


def test_the_locale_for_windows_is_one_that_the_programs_take(tmp_path, monkeypatch):
    """Tried here: the database sorts texts as it does with the locale of this system."""
    monkeypatch.setattr(embedded, "locale_options", lambda platform: locale_options("win32"))
    cluster = embedded.Cluster(tmp_path / "pg", programs=embedded.programs(), system_user="nobody")
    try:
        with psycopg.connect(cluster.start()) as line:
            found = line.execute("SELECT 'a' > 'B', lower('ÄÖ'), '王' > 'z'").fetchone()
        assert found == (True, "äö", True)
    finally:
        cluster.stop()


@pytest.mark.parametrize(
    ("version", "system"),
    [
        ("PostgreSQL 18.1 on x86_64-pc-linux-gnu, compiled by gcc (GCC) 14.2.0, 64-bit", "linux x86_64"),
        ("PostgreSQL 15.14 (Debian) on aarch64-unknown-linux-gnu, compiled by gcc, 64-bit", "linux aarch64"),
        ("PostgreSQL 17.2 on loongarch64-unknown-linux-gnu, compiled by gcc, 64-bit", "linux loongarch64"),
        ("PostgreSQL 18.1 on aarch64-apple-darwin24.5.0, compiled by Apple clang, 64-bit", "darwin aarch64"),
        ("PostgreSQL 18.1 on x86_64-windows, compiled by msvc-19.43.34808, 64-bit", "win32 x86_64"),
        ("PostgreSQL 15.4, compiled by Visual C++ build 1937, 64-bit", "win32 x86_64"),
        ("something else", ""),
    ],
)
def test_a_server_says_for_which_system_its_files_are(version, system):
    assert archive.system_of(version) == system


def test_files_of_another_system_are_refused_before_anything_is_touched(centre):
    with centre.conn() as conn:
        assert archive.system_of(place(conn).version) == archive.here()
    assert archive.why_not_here(archive.here(), archive.here()) == ""
    assert archive.why_not_here("", archive.here()) == "", "an archive of before"
    assert "win32 x86_64" in archive.why_not_here("win32 x86_64", "linux x86_64")
    assert sys.platform in archive.here()


def test_a_pipe_that_hung_up_is_known_on_every_system():
    assert hung_up(BrokenPipeError(errno.EPIPE, "gone"))
    assert hung_up(OSError(errno.EINVAL, "Windows says so"))
    assert not hung_up(OSError(errno.ENOSPC, "full"))
