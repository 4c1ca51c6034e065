"""A county with a certificate authority of its own: the enrolment code vouches for it."""

import shutil

from gridworker import settings
from simulation.processes.authority import Authority
from tests.helpers.served import GRID, served


def test_the_code_vouches_for_the_countys_authority_and_for_no_other(command, tmp_path, tmp_path_factory):
    county, stranger = Authority(tmp_path_factory.mktemp("county")), Authority(tmp_path_factory.mktemp("stranger"))
    certificate, key = county.files()
    certificate.write_bytes(certificate.read_bytes() + county.ca.read_bytes())
    with served((certificate, key)) as centre:
        assert centre.address.startswith("https://")
        code = centre.script([f"add-account wang --role grid_worker --region {GRID}", "enrol wang"])[1]["code"]
        first = ("sign-in", "--centre", centre.address, "--user", "wang")

        unknown = command(*first, "--code", code.replace("-", "")[:20])
        assert unknown.code == 1
        assert "证书" in unknown.err
        wrong = command(*first, "--code", code, "--ca", str(stranger.ca))
        assert wrong.code == 1
        assert "证书" in wrong.err
        assert command(*first, "--code", code, "--ca", str(key)).code == 1, "a key is no certificate"

        assert command(*first, "--code", code).code == 0
        assert command("sync").json["ok"]
        noted = settings.load(tmp_path / "home").enrolments["wang"]
        assert noted.centre == centre.address
        shutil.rmtree(tmp_path / "home" / "authorities")
        assert command("sync").json["ok"], "the certificate lies in the store, too"
