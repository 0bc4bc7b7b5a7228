"""Owns how the Debian package is made of what is built."""
import os
import pathlib
import subprocess

from support.servers import BUILD


def make_package(folder, epoch=None):
    """Path of the package, in a folder; `epoch` is the time that it bears. Made by somebody who shows nobody anything."""
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": str(epoch)} if epoch else {})}
    run = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder], env=environment,
                         capture_output=True, text=True, timeout=500, umask=0o077)
    packages = list(pathlib.Path(folder).glob("*.deb"))
    if run.returncode or len(packages) != 1:
        raise AssertionError(f"cpack ended with {run.returncode} and made {packages}\n{run.stdout}{run.stderr}")
    return packages[0]
