"""Owns certificates for a test: its own authority, made with the openssl tool, and what it signs."""
import shutil
import subprocess

from support.processes import SERVER_USER

KEY_TYPE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
LOOPBACK = "DNS:localhost,IP:127.0.0.1,IP:::1"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificate:
    """The paths of a certificate and its key, readable for the web servers' user."""

    def __init__(self, folder, name):
        self.file, self.key = folder / f"{name}.crt", folder / f"{name}.key"

    def make(self, *arguments):
        openssl(*arguments, "-out", self.file)
        self.file.chmod(0o644)
        self.key.chmod(0o640)
        if SERVER_USER:
            shutil.chown(self.key, group=SERVER_USER)
        return self

    def replace_by(self, other):
        """Replaces the contents of the files, like an administrator."""
        for mine, others in ((self.file, other.file), (self.key, other.key)):
            mine.write_bytes(others.read_bytes())


def self_signed(folder, name, hosts=LOOPBACK):
    made = Certificate(folder, name)
    return made.make("req", "-x509", *KEY_TYPE, "-keyout", made.key, "-days", 2, "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName={hosts}")


class Authority(Certificate):
    def __init__(self, folder, name):
        super().__init__(folder, name)
        self.folder = folder
        self.make("req", "-x509", *KEY_TYPE, "-keyout", self.key, "-days", 2, "-subj", f"/CN={name}")

    def issue(self, name, hosts=LOOPBACK, days=2):
        """Issues a certificate for these hosts; one that has just expired if `days` is 0."""
        made, wish, extensions = Certificate(self.folder, name), self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        openssl("req", "-new", *KEY_TYPE, "-keyout", made.key, "-subj", f"/CN={name}", "-out", wish)
        extensions.write_text(f"subjectAltName={hosts}\n")
        return made.make("x509", "-req", "-in", wish, "-CA", self.file, "-CAkey", self.key, "-set_serial", id(made) % 2**31,
                         "-days", days, "-extfile", extensions)
