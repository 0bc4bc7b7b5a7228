"""Owns making the Debian package from a build."""
import os
import pathlib
import subprocess

from support.servers import BUILD


def make_package(folder, epoch=None, version=None):
    """Makes the package in a folder and returns its path; `epoch` is its time stamp, `version` another version than the
    program's. Uses a umask that denies access to all others."""
    environment = {**os.environ, **({"SOURCE_DATE_EPOCH": str(epoch)} if epoch else {})}
    other = ["-D", f"CPACK_PACKAGE_VERSION={version}"] if version else []
    run = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder, *other], env=environment,
                         capture_output=True, text=True, timeout=500, umask=0o077)
    packages = list(pathlib.Path(folder).glob("*.deb"))
    if run.returncode or len(packages) != 1:
        raise AssertionError(f"cpack ended with {run.returncode} and made {packages}\n{run.stdout}{run.stderr}")
    return packages[0]
