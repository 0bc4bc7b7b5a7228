"""Certificates and Ed25519 keys for tests, made on demand with the openssl command."""
import os
import ssl
import subprocess


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30).stdout


def make_certificate(folder, name):
    """A self-signed certificate for localhost and 127.0.0.1: (certificate file, key file)."""
    certificate, key = (os.path.join(folder, f"{name}.{kind}") for kind in ("crt", "key"))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate)
    return certificate, key


def tls_client(certificate, own=None):
    """Trusts only this certificate; `own` is the client's (certificate file, key file)."""
    context = ssl.create_default_context(cafile=certificate)
    if own:
        context.load_cert_chain(*own)
    return context


class SigningKey:
    """An Ed25519 key pair in a folder."""

    def __init__(self, folder, name="key"):
        self.file, self.message = (os.path.join(folder, f"{name}.{kind}") for kind in ("pem", "message"))
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.file)
        self.public_hex = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")[-32:].hex()

    def sign(self, message):
        with open(self.message, "wb") as file:
            file.write(message)
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", self.message)

    def answer(self, extra):
        """The AUTHENTICATE.Signature for a CHALLENGE.Extra of cryptosign."""
        return self.sign(bytes.fromhex(extra["challenge"])).hex() + extra["challenge"]
