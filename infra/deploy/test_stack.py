"""How a deployment begins and ends, and what the daily commands say."""

import io
import socket
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

import boto3

import stack as commands
from environment import ROOT
from simulated import SAMCONFIG, Account, environment_of, samconfig
from keepalive import IDLE, SILENT, KeptAlive
from stack import CHANGED_MEANWHILE, Stack, TaskFailed

CONFLICT = f"update reload: {CHANGED_MEANWHILE}"


def maintained(offices, **schedules):
    """The sweeper's report of the task maintain."""
    return {"offices": offices, "users": 0, "schedules": {"aligned": True, "failures": [], **schedules}}


def failed(kind, message):
    """What a function that fails answers."""
    return {"FunctionError": "Unhandled"}, {"errorType": kind, "errorMessage": message}


class Endpoint(BaseHTTPRequestHandler):
    """Answers as Lambda does."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Says nothing."""


def silence_of_a_connection():
    """Whether the socket of a client is kept alive, and after how many silent seconds."""
    found, connect = [], KeptAlive.connect

    def look(connection):
        connect(connection)
        options = (socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, IDLE)
        found.append(tuple(connection.sock.getsockopt(*option) for option in options))

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server, mock.patch.object(KeptAlive, "connect", look):
        threading.Thread(target=server.serve_forever).start()
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-central-1")
        client = session.client("lambda", endpoint_url=f"http://127.0.0.1:{server.server_port}")
        client.invoke(FunctionName="sweeper", Payload="{}")
        client.close()
        server.shutdown()
    return found[0]


class Commands(unittest.TestCase):
    def stack(self, account, text=SAMCONFIG):
        self.environment = environment_of(account, samconfig(self, text))
        return Stack(self.environment)

    def finish(self, *answers):
        """How `make deploy` ends: what is printed, and the error, if it is one."""
        answers = [answer if isinstance(answer, tuple) else ({}, answer) for answer in answers]
        account, error = Account(status="UPDATE_COMPLETE", answers=answers), None
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out, mock.patch.object(commands.time, "sleep"):
            try:
                self.stack(account).finish()
            except (SystemExit, TaskFailed) as ended:
                error = str(ended)
        self.assertEqual(account.answers, [])
        self.assertEqual({function for function, _ in account.asked}, {"moffman-sweeper:live"})
        return out.getvalue(), error

    def prepare(self, account, *given):
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out, mock.patch.object(commands, "somebody", lambda: None):
            self.stack(account).prepare(*given)
        return out.getvalue(), self.environment.parameters

    def test_a_first_deployment_takes_what_suits_the_account(self):
        for role, access_logs in ((None, "none"), ("arn:aws:iam::123456789012:role/logs", "use-account-role")):
            _, parameters = self.prepare(Account(role=role))
            self.assertEqual(parameters["AccessLogs"], access_logs)
        self.assertEqual(parameters["ServiceAccountKeyParameter"], "/moffman/service-account-key")

    def test_a_first_deployment_takes_what_it_is_given(self):
        account = Account({"/other/name": {"Type": "SecureString"}})
        _, parameters = self.prepare(account, "x86_64", "/other/name")
        self.assertEqual((parameters["Arch"], account.named), ("x86_64", ["/other/name"]))

    def test_what_was_chosen_is_changed_in_one_place(self):
        for given in (("x86_64", ""), ("", "/other/name")):
            stack = self.stack(Account())
            self.environment.saved["parameter_overrides"] = ""
            with self.assertRaises(SystemExit) as ended:
                stack.prepare(*given)
            self.assertIn("in samconfig.toml instead of giving", str(ended.exception))

    def test_a_stack_that_is_not_there(self):
        for status, told in ((None, "there is no stack moffman in eu-central-1"), ("ROLLBACK_COMPLETE", "has no Sweeper")):
            with self.assertRaises(SystemExit) as ended:
                self.stack(Account(status=status)).invoke("{}")
            self.assertIn(told, str(ended.exception))

    def test_each_role_has_a_key(self):
        outputs = {"ApiKeyId": "one", "WorkflowKeyId": "two", "ReaderKeyId": "three"}
        stack = self.stack(Account(status="UPDATE_COMPLETE", stacks={"moffman": outputs}))
        keys = [stack.key(), stack.key("operator"), stack.key("workflow"), stack.key("reader")]
        self.assertEqual(keys, [f"value of {key}" for key in ("one", "one", "two", "three")])
        with self.assertRaises(SystemExit) as ended:
            stack.key("admin")
        self.assertEqual(str(ended.exception), "ROLE=admin: the roles are operator, workflow, reader")
        with self.assertRaises(SystemExit) as ended:
            self.stack(Account(status="UPDATE_COMPLETE", stacks={"moffman": {"ApiKeyId": "one"}})).key("reader")
        self.assertIn("has no ReaderKeyId", str(ended.exception))
        self.assertIn("@$(STACK) key $(ROLE)", (ROOT / "Makefile").read_text())

    def test_which_stack_sam_is_told(self):
        stack = self.stack(Account())
        self.assertEqual(stack.options(), "--stack-name moffman --region eu-central-1")
        self.environment.saved["profile"] = "team"
        self.assertEqual(stack.options(), "--stack-name moffman --region eu-central-1 --profile team")

    def test_packages_lie_under_the_name_that_the_stack_has_now(self):
        renamed = SAMCONFIG.replace('stack_name = "moffman"', 'stack_name = "attendance"')
        stack = self.stack(Account(), renamed)
        with mock.patch.object(commands, "offer_to_remove") as offer:
            stack.packages()
        self.assertEqual((stack.name(), offer.call_args.args[1]), ("attendance", "attendance"))
        self.assertIn('deploy --config-env $(or $(ENV),default) --s3-prefix "$$($(STACK) name)"', (ROOT / "Makefile").read_text())

    def test_packages_of_a_living_stack_stay(self):
        for status, offers in (("UPDATE_COMPLETE", 0), (None, 1)):
            with mock.patch.object(commands, "offer_to_remove") as offer:
                self.stack(Account(status=status)).packages()
            self.assertEqual(offer.call_count, offers, status)

    def test_a_deployment_that_works(self):
        told, error = self.finish(maintained(2), {"offices_swept": 2, "offices_failed": 0, "problems": [], "plans": []})
        self.assertIn("calendars that can be swept: 2", told)
        self.assertIsNone(error)

    def test_a_deployment_without_offices(self):
        told, error = self.finish(maintained(0))
        self.assertIn("there are no offices yet", told)
        self.assertIsNone(error)

    def test_the_schedule_that_did_the_same_meanwhile(self):
        for first in (maintained(0, aligned=False, failures=[CONFLICT]), failed("NotAligned", f"no: {CONFLICT}")):
            self.assertIsNone(self.finish(first, maintained(0))[1])
            error = self.finish(first, maintained(0, aligned=False, failures=[CONFLICT]))[1]
            self.assertIn(CHANGED_MEANWHILE, error)
        self.assertIn(f'"{CHANGED_MEANWHILE}"', (ROOT / "shared/src/scheduler.rs").read_text())

    def test_a_calendar_that_is_not_shared(self):
        problem = {"office": "Prague", "problem": "it is not shared with moffman@project.example.com"}
        sweep = {"offices_swept": 1, "offices_failed": 1, "problems": [problem], "plans": []}
        _, error = self.finish(maintained(2), sweep)
        self.assertIn("calendars that cannot be swept: 1", error)
        self.assertIn("office Prague: it is not shared with moffman@project.example.com", error)

    def test_schedules_that_are_not_aligned(self):
        refused = maintained(0, aligned=False, failures=["create sweep-0-of-1: AccessDenied"])
        for answer, reason in ((refused, "AccessDenied"), (maintained(0, aligned=False, because="no group"), "no group")):
            _, error = self.finish(answer)
            self.assertIn("the schedules are not aligned", error)
            self.assertIn(reason, error)

    def test_a_task_that_failed(self):
        for kind, told in (("Panicked", []), ("NothingSwept", ["`make sweep DRY_RUN=1` says why"])):
            account = Account(status="CREATE_COMPLETE", answers=[failed(kind, "it broke")])
            with self.assertRaises(TaskFailed) as ended:
                self.stack(account).invoke('{"task": "sweep"}')
            self.assertEqual(str(ended.exception).splitlines(), ["the sweeper failed: it broke", *told])

    def test_a_long_task_keeps_its_connection(self):
        account = Account(status="CREATE_COMPLETE", answers=[({}, {})])
        self.stack(account).invoke('{"task": "sweep"}')
        (config,) = [options["config"] for options in account.options if options]
        self.assertEqual((config.read_timeout, config.retries), (920, {"total_max_attempts": 1}))
        self.assertLess(SILENT, 350, "seconds after which a NAT gateway forgets a connection")
        self.assertEqual(silence_of_a_connection(), (1, SILENT))


if __name__ == "__main__":
    unittest.main()
