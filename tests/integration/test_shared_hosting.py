"""wamp-fcgi on a shared host: the unchanged steps of README.md, as an unprivileged user, under Apache with the real
suEXEC. Only the addresses of the router and the site are replaced."""
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import unittest

from integration.contract_base import ADD2
from integration.deployment import main, service
from support.processes import Scratch, is_running, wait_until
from support.readme import block
from support.restrictions import in_force, reaching
from support.servers import PROGRAM, TOP, DevRouter, replace_once
from support.shared_host import Customer, SharedHost, why_impossible
from support.web import Client, signed_query

SECRET = "change me"
SAMPLES = TOP / "etc/shared-hosting"


def identity(pid):
    """The real, effective, saved and file system ids of a process's user and group."""
    status = pathlib.Path("/proc", str(pid), "status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return {int(number) for key in ("Uid", "Gid") for number in lines[key].split()}


def environment(pid):
    pairs = pathlib.Path("/proc", str(pid), "environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if pair)


@unittest.skipIf(why_impossible(), why_impossible())
class SharedHosting(unittest.TestCase):
    """Each test has a customer who has followed the steps, and starts a host."""

    def setUp(self):
        self.customer = Customer()
        self.enterContext(self.customer)
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)
        self.router = DevRouter(self.scratch, "--log-calls").start()
        self.configuration = self.customer.home / ".config/wamp-fcgi/config.json"
        self.upload()
        self.follow("configuration", {"rs://127.0.0.1:8081": self.router.url})
        self.customer.write("public_html/.htaccess", "# lines that were there\n")
        self.follow("document-root")

    def upload(self):
        """The first step, which needs another machine: the layout is that of the portable archive."""
        folder = self.customer.home / "wamp-fcgi"
        shutil.copytree(SAMPLES, folder / "examples/shared-hosting")
        shutil.copy(PROGRAM, folder)
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, self.customer.name, self.customer.name)

    def follow(self, step, replaced=None):
        script = block("example", f"shared-{step}")
        for old, new in (replaced or {}).items():
            script = replace_once(script, old, new)
        return self.customer.run(script)

    def start_host(self, *modules, **how):
        self.host = SharedHost(self.scratch, self.customer, modules or ("fcgid", "rewrite"), **how).start()
        self.client = Client(self.host.port)

    def send(self, url, **how):
        return self.client.send(url=url, **how)

    def assert_works(self, url="/wamp"):
        answer = self.send(url, body=ADD2)
        self.assertEqual((answer.status, answer.body), (200, b'{"args":[5]}'))

    def assert_serves(self, url, error):
        """wamp-fcgi itself answers, with this error."""
        answer = self.send(url, body=ADD2)
        self.assertIn(f"wampfcgi.error.{error}".encode(), answer.body, url)

    def assert_apache_refuses(self, url, *statuses, method="GET"):
        """The answer is a page of Apache without content of any file here."""
        answer = self.send(url, method=method, content_type=None, body=None)
        self.assertIn(answer.status, statuses, url)
        self.assertNotIn(b"wampfcgi.error", answer.body)
        self.assert_nothing_is_told(answer)

    def assert_nothing_is_told(self, answer):
        for text in (SECRET, "realm1", "getent", "SetHandler", "exec "):
            self.assertNotIn(text.encode(), answer.body)

    def serving_process(self):
        """The ids, environment and program of the process that handles a call, once the call is answered."""
        with concurrent.futures.ThreadPoolExecutor() as background:
            answer = background.submit(self.client.call, "com.example.sleep", 1)
            wait_until(lambda: "com.example.sleep" in self.router.log.read_text(), "the call to be under way")
            [pid] = self.host.worker_pids()
            found = identity(pid), environment(pid), pathlib.Path("/proc", str(pid), "exe").readlink()
            self.assertEqual(answer.result().status, 200)
        return found

    def assert_runs_as_the_customer_without_the_environment(self):
        ids, variables, program = self.serving_process()
        self.assertEqual(ids, {self.customer.uid})
        self.assertEqual(program, self.customer.home / "wamp-fcgi/wamp-fcgi")
        self.assertNotIn("HOME", variables)
        self.assertNotIn("WAMP_FCGI_CONFIG", variables)

    def assert_log_gets(self, text):
        wait_until(lambda: text in self.host.said(), f"the error log to have: {text}")

    # The steps.

    def test_steps_of_the_readme_lead_to_an_answer(self):
        self.start_host()
        site = f"http://127.0.0.1:{self.host.port}/"
        script = replace_once(block("example", "shared-call"), "http://example.com/", site)
        run = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, timeout=30)
        self.assertEqual((run.stdout, run.stderr), ('{"args":[5]}', ""))
        htaccess = (self.customer.document_root / ".htaccess").read_text()
        self.assertEqual(htaccess, (SAMPLES / "htaccess").read_text() + "# lines that were there\n")

    def test_check_of_the_configuration_names_the_users_own(self):
        said = self.customer.run("~/wamp-fcgi/wamp-fcgi --check-config")
        self.assertEqual(said, f"{self.customer.home}/.config/wamp-fcgi/config.json: no mistakes found\n")

    def test_changed_configuration_is_read_by_the_next_request_after_the_restart(self):
        self.start_host()
        self.assert_works()
        before = self.host.worker_pids()
        self.configuration.write_text(self.configuration.read_text().replace('"signed"', '"renamed"'))
        self.assert_serves("/wamp/renamed", "not_found")
        self.follow("restart")
        self.assert_serves("/wamp/renamed", "signature_parameter_missing")
        wait_until(lambda: not any(map(is_running, before)), "the process to end")
        self.assert_works()

    # The program's user, in each of the ways.

    def test_script_runs_as_the_customer_without_the_environment(self):
        self.start_host()
        self.assert_runs_as_the_customer_without_the_environment()

    def test_wrapper_runs_as_the_customer_without_the_environment(self):
        self.follow("wrapper")
        self.start_host("fcgid")
        self.assert_works("/wamp")
        self.assert_serves("/wamp/signed", "signature_parameter_missing")
        self.assert_serves("/wamp/unknown", "not_found")
        self.assert_runs_as_the_customer_without_the_environment()
        self.assert_apache_refuses("/caller.fcgi", 403)
        self.assert_apache_refuses("/wampx", 404)

    def test_plain_cgi_runs_as_the_customer_without_the_environment(self):
        self.start_host("cgid", "rewrite")
        self.assert_works()
        self.assert_serves("/wamp/signed", "signature_parameter_missing")
        self.assert_runs_as_the_customer_without_the_environment()

    # The service for a request.

    def test_path_behind_the_mount_selects_the_service_exactly(self):
        self.start_host()
        self.assert_selects_services("/wamp")

    def test_path_behind_the_script_selects_the_service_exactly_without_mod_rewrite(self):
        self.start_host("fcgid")
        self.assert_selects_services("/caller.fcgi")

    def assert_selects_services(self, url):
        for mount in (url, f"/~{self.customer.name}{url}"):
            with self.subTest(mount):
                self.assert_works(mount)
                self.assert_works(mount + "/")
                query = signed_query(SECRET, ADD2)
                self.assertEqual(self.send(mount + "/signed", body=ADD2, query=query).status, 200)
                self.assert_serves(mount + "/%73igned", "signature_parameter_missing")
                for path in ("/unknown", "/signed/", "/x/signed", "/Signed", "/wamp", "/signedx", "/%2573igned",
                             "/signed%20", "/signed%23x", "/signed%3Fx", "/signed%26x", "/signed%25",
                             "/caller.fcgi/signed", "/wamp/signed"):
                    self.assert_serves(mount + path, "not_found")

    def test_nothing_beside_the_mount_reaches_a_service(self):
        self.start_host()
        for url in ("/wampx", "/wampsigned", "/wamp.json", "/x/wamp/signed", "/x/caller.fcgi", "/signed", "/Wamp"):
            self.assert_apache_refuses(url, 404, method="POST")

    # A service restricted in .htaccess.

    def restrict(self, sample, more="", allowed="10.0.0.0/8"):
        """Activates the sample's comment, and appends further lines."""
        text = replace_once(in_force((SAMPLES / sample).read_text()), "Require ip 10.0.0.0/8", f"Require ip {allowed}")
        self.customer.write("public_html/.htaccess", text.replace("/home/joe/", f"{self.customer.home}/") + more)
        settings = json.loads(self.configuration.read_text())
        settings["paths"]["/"]["options"] = {"procedures": ["com.example.echo"]}
        settings["paths"].update({name: service() for name in ("internal", "secret")})
        self.configuration.write_text(json.dumps(settings))

    def reaching(self, name):
        """The spellings that reach a service which makes the call; the service at "/" does not."""
        mounts = ("/wamp", "/caller.fcgi", f"/~{self.customer.name}/wamp", f"/~{self.customer.name}/caller.fcgi")
        return [url for mount in mounts for url in reaching(self.client, name, ADD2, b'{"args":[5]}', mount)]

    def assert_holds(self, sample, mount, *modules):
        """Restricts the service as in the comment, and also by the URL."""
        self.restrict(sample, f'<If "%{{REQUEST_URI}} =~ m#{mount}/secret$#">\nRequire all denied\n</If>\n')
        self.start_host(*modules)
        self.assert_serves(mount, "procedure_denied")
        for name in ("internal", "secret"):
            with self.subTest(name):
                self.assertEqual(self.reaching(name), [])

    def test_restricted_service_is_reached_by_no_spelling(self):
        self.assert_holds("htaccess", "/wamp", "fcgid", "rewrite")

    def test_restricted_service_is_reached_by_no_spelling_without_mod_rewrite(self):
        self.assert_holds("htaccess", "/caller.fcgi", "fcgid")

    def test_restricted_service_is_reached_by_no_spelling_as_plain_cgi(self):
        self.assert_holds("htaccess", "/wamp", "cgid", "rewrite")

    def test_restricted_service_is_reached_by_no_spelling_with_the_wrapper(self):
        self.follow("wrapper")
        self.assert_holds("htaccess-wrapper", "/wamp", "fcgid")

    def test_restriction_lets_in_whom_it_names(self):
        self.restrict("htaccess", allowed="127.0.0.0/8")
        self.start_host()
        self.assertGreaterEqual(set(self.reaching("internal")), {
            "/wamp/internal", "/wamp/%69nternal", "/x/../wamp/internal", f"/~{self.customer.name}/wamp/internal"})

    def test_script_has_no_url_of_its_own_beside_the_mount(self):
        self.start_host()
        for url in ("/caller.fcgi", "/caller.fcgi/", "/caller.fcgi/signed", "//caller.fcgi", "/%63aller.fcgi/signed",
                    "/x/../caller.fcgi/signed", f"/~{self.customer.name}/caller.fcgi/signed", "/wamp/../caller.fcgi"):
            self.assert_apache_refuses(url, 403, method="POST")

    # What must never be sent.

    def test_no_file_is_sent(self):
        copies = ["config.json", "config.json~", "config.json.bak", ".config.json.swp", "my-config.json", "Config.JSON",
                  ".env"]
        for name in copies:
            self.customer.write(f"public_html/{name}", self.configuration.read_text())
        self.start_host()
        for url in (*copies, ".htaccess"):
            self.assert_apache_refuses(f"/{url}", 403)
            self.assert_apache_refuses(f"/~{self.customer.name}/{url}", 403)
        for url in ("/../.config/wamp-fcgi/config.json", "/%2e%2e/.config/wamp-fcgi/config.json", "/caller.fcgi.bak",
                    "/.config/wamp-fcgi/config.json", "/config"):
            self.assert_apache_refuses(url, 400, 403, 404)
        for url in ("/caller.fcgi", "/wamp", "/wamp/config.json", "/wamp/.htaccess"):
            answer = self.send(url, method="GET", content_type=None, body=None)
            self.assertGreaterEqual(answer.status, 403)
            self.assert_nothing_is_told(answer)

    def test_page_of_the_site_is_sent_as_before(self):
        self.customer.write("public_html/manifest.json", "{}")
        self.start_host()
        self.assertEqual(self.send("/manifest.json", method="GET", content_type=None).body, b"{}")

    def test_script_is_not_sent_where_nothing_runs_it(self):
        self.customer.run("chmod 755 ~/public_html/caller.fcgi")  # otherwise the next test would pass here too
        self.start_host("rewrite")
        self.assert_apache_refuses("/caller.fcgi", 403)
        self.assert_apache_refuses("/wamp", 403, method="POST")

    def test_script_is_not_sent_where_htaccess_is_not_read(self):
        self.start_host(allow_override="None")
        self.assert_apache_refuses("/caller.fcgi", 403)

    # Errors.

    def test_log_goes_to_the_error_log_of_the_server(self):
        self.start_host()
        self.assert_serves("/wamp/signed", "signature_parameter_missing")
        self.assert_log_gets("notice: request refused: signature_parameter_missing key: ")

    def test_log_goes_to_a_file_of_the_customer(self):
        log = self.customer.home / "wamp-fcgi/log"
        settings = json.loads(self.configuration.read_text())
        self.configuration.write_text(json.dumps({**settings, "log": {"target": f"file:{log}"}}))
        self.start_host()
        self.assert_serves("/wamp/signed", "signature_parameter_missing")
        wait_until(lambda: "request refused: signature_parameter_missing" in log.read_text(), "the log")

    def test_faulty_configuration_is_told_to_the_error_log_only(self):
        self.configuration.write_text('{"router": {}}')
        for modules in (("fcgid", "rewrite"), ("cgid", "rewrite")):
            with self.subTest(modules[0]):
                self.start_host(*modules)
                self.assert_apache_refuses("/wamp", 500, method="POST")
                self.assert_log_gets(f"error: {self.configuration}:1: router.url: expected")
                self.host.stop()

    def test_missing_configuration_is_told_with_the_places_that_were_looked_at(self):
        self.configuration.unlink()
        self.start_host()
        self.assert_apache_refuses("/wamp", 500, method="POST")
        self.assert_log_gets(f"names a file; {self.configuration}: No such file or directory; /etc/wamp-fcgi/config.json")

    def test_missing_program_is_told_to_the_error_log(self):
        (self.customer.home / "wamp-fcgi/wamp-fcgi").unlink()
        self.start_host()
        self.assert_apache_refuses("/wamp", 500, method="POST")
        self.assert_log_gets(f"{self.customer.home}/wamp-fcgi/wamp-fcgi: not found")

    def test_script_that_others_may_write_is_not_started(self):
        self.customer.run("chmod 770 ~/public_html/caller.fcgi")
        self.start_host()
        self.assert_apache_refuses("/wamp", 500, method="POST")

    def test_line_that_the_host_does_not_allow_is_told_to_the_error_log(self):
        self.start_host(allow_override="FileInfo AuthConfig")
        self.assert_apache_refuses("/wamp", 500, method="POST")
        self.assert_log_gets("Options not allowed here")


if __name__ == "__main__":
    main()
