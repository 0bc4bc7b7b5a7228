"""Owns a shared host: an unprivileged user with a home directory below /var/www, where Debian's suEXEC runs programs,
and Apache with suEXEC, which serves the user's public_html as its document root and at /~user."""
import contextlib
import pathlib
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile

from support.processes import AS_ROOT, NotReady, wait_until
from support.servers import Apache

SUEXEC = pathlib.Path("/usr/lib/apache2/suexec")
FOLDER_OF_SUEXEC = pathlib.Path("/var/www")
LOGS_OF_SUEXEC = pathlib.Path("/var/log/apache2")  # it starts nothing when it cannot write its log


def why_impossible():
    """Why a shared host is impossible here, or None."""
    if not AS_ROOT:
        return "only root can add a user and start Apache with suEXEC"
    if not SUEXEC.exists() or not SUEXEC.stat().st_mode & stat.S_ISUID:
        return "suEXEC is not installed (make deps-check)"
    return None


@contextlib.contextmanager
def folder_there(path):
    """Creates a missing folder temporarily."""
    if path.exists():
        yield
        return
    path.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(path)


class Customer:
    """A user of the host, with an empty document root. A context manager."""

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.enter_context(folder_there(FOLDER_OF_SUEXEC))
            undo.enter_context(folder_there(LOGS_OF_SUEXEC))
            self.home = pathlib.Path(tempfile.mkdtemp(prefix="wamp-fcgi-", dir=FOLDER_OF_SUEXEC))
            undo.callback(shutil.rmtree, self.home)
            self.name = f"wamp{secrets.token_hex(6)}"
            self.change_users("useradd", "--no-create-home", "--home-dir", self.home, "--shell", "/bin/sh",
                              "--user-group", "--no-log-init", self.name)
            undo.callback(self.change_users, "userdel", self.name)
            self.uid = pwd.getpwnam(self.name).pw_uid
            self.document_root = self.home / "public_html"
            self.document_root.mkdir()
            for folder, mode in ((self.home, 0o711), (self.document_root, 0o755)):
                shutil.chown(folder, self.name, self.name)
                folder.chmod(mode)
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *_):
        self.undo.close()

    @staticmethod
    def change_users(*command):
        """Retries while another process changes users."""
        def run():
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode and "lock" not in done.stderr:
                raise NotReady(f"{command[0]}: {done.stderr}")
            return done.returncode == 0

        wait_until(run, f"{command[0]} to be done")

    def run(self, script):
        """The output of a script that runs as the user's login, and must succeed."""
        done = subprocess.run(["sh", "-eu", "-c", script], cwd=self.home, user=self.name, group=self.name, umask=0o022,
                              extra_groups=[], capture_output=True, text=True, timeout=30,
                              env={"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin"})
        if done.returncode or done.stderr:
            raise NotReady(f"status {done.returncode}: {done.stderr}\n{script}")
        return done.stdout

    def write(self, path, text, mode=0o644):
        """Writes a file below the home directory, owned by the user."""
        path = self.home / path
        path.write_text(text)
        path.chmod(mode)
        shutil.chown(path, self.name, self.name)
        return path


class SharedHost(Apache):
    """Apache as a host runs it. `modules` are those that a customer may or may not have."""

    name = "apache-shared"

    def __init__(self, scratch, customer, modules=("fcgid", "rewrite"),
                 allow_override="FileInfo AuthConfig Options=ExecCGI"):
        super().__init__(scratch, config=None)
        self.customer, self.allow_override = customer, allow_override
        self.modules = ("mime", "dir", "userdir", "suexec", *modules)

    def defines(self):
        return {}

    def sample_text(self):
        return ""  # the host's configuration contains nothing of this project

    def more(self):
        run = self.scratch.folder("run")
        root = self.customer.document_root
        return f"""
TypesConfig /dev/null
DocumentRoot {root}
SuexecUserGroup {self.customer.name} {self.customer.name}
UserDir public_html
Suexec On
<Directory {root}>
    AllowOverride {self.allow_override}
    Options FollowSymLinks
    Require all granted
</Directory>
<IfModule mod_fcgid.c>
    FcgidIPCDir {run}/fcgid
    FcgidProcessTableFile {run}/fcgid_shm
    FcgidInitialEnv HOME /home/of-the-host
    FcgidInitialEnv WAMP_FCGI_CONFIG /home/of-the-host/config.json
</IfModule>
<IfModule mod_cgid.c>
    ScriptSock {run}/cgid.sock
    SetEnv WAMP_FCGI_CONFIG /home/of-the-host/config.json
</IfModule>
"""
