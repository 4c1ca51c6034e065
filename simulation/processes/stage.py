"""What every history of real processes begins with: a centre with its county, and desks that are enrolled."""

import os
import secrets
import shutil
import ssl
import subprocess
import tempfile
from multiprocessing import get_context
from pathlib import Path
from random import Random

from gridserver import tls
from gridserver.beginning import clock, new_id
from gridserver.cli.world import opened
from gridserver.people.passwords import Passwords
from gridserver.people.staff import Staff
from gridserver.settings import PasswordCost, Settings
from gridserver.storage.engine import transaction
from simulation import founding
from simulation.processes.authority import Authority
from simulation.processes.centre import CentreAtWork
from simulation.processes.desk import PASSWORD, begin
from simulation.processes.office import Office

STABLE = get_context("forkserver")
"""From it desks are started in a moment: everything is imported there already."""
STABLE.set_forkserver_preload(["simulation.processes.day", "simulation.__main__"])
SMALL_DISK = "24m"


class Stage:
    """Made once, and put up again for each history. ``desks``: so many, one of each person in turn."""

    def __init__(self, desks: int, chance: Random) -> None:
        self.desks = desks
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
        self._folder = Path(tempfile.mkdtemp(prefix="gwp-", dir=memory if roomy else None))
        self._folder.chmod(0o711)  # PostgreSQL's account passes through
        authority = Authority(self._folder)
        certificate, key = authority.files()
        certificate.write_bytes(certificate.read_bytes() + authority.ca.read_bytes())
        self.tls = (certificate, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.office = Office("https://127.0.0.1:9", context, chance)
        try:
            self._found(self._folder / "first")
        except BaseException:
            self.close()
            raise

    def put_up(self) -> Path:
        """A folder in which centre and desks lie as on the first day; home 0 on a small disk where that can be."""
        here = self._folder / "today"
        subprocess.run(["cp", "-a", str(self._folder / "first"), str(here)], check=True)
        disk = here / "home0"
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            subprocess.run(["cp", "-a", f"{self._folder / 'first' / 'home0'}/.", str(disk)], check=True)
        return here

    def take_down(self) -> None:
        """Everything of the last history goes."""
        here = self._folder / "today"
        if os.path.ismount(here / "home0"):
            subprocess.run(["umount", "-l", str(here / "home0")], check=False)
        shutil.rmtree(here, ignore_errors=True)

    def close(self) -> None:
        """Nothing is left."""
        self.office.close()
        self.take_down()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _found(self, here: Path) -> None:
        here.mkdir(mode=0o711)
        settings = Settings(data=here / "centre")
        cheap = Passwords(PasswordCost(time=1, memory_kib=64, lanes=1))
        with opened(settings, ca=tls.private_authority(*self.tls)) as world, transaction(world.engine) as conn:
            founding.found(conn, clock(), cheap.hash(PASSWORD))
            staff = Staff(conn, clock(), new_id, secrets.token_bytes, cheap)
            codes = [str(staff.enrol(founding.login(each))) for each in range(self.desks)]
        centre = CentreAtWork(here / "centre", self.tls)
        centre.begin()
        try:
            centre.wait()
            self.office.lead_to(centre.address)
            for number, code in enumerate(codes):
                home = here / f"home{number}"
                home.mkdir()
                first = STABLE.Process(target=begin, args=(home, number, code, self.office.address))
                first.start()
                first.join()
                assert first.exitcode == 0, "a desk was not enrolled"
        finally:
            centre.stop()
