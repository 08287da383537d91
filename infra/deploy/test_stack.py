"""What somebody who deploys is told about what is missing."""

import io
import json
import unittest
from types import SimpleNamespace
from unittest import mock

from botocore.exceptions import ClientError

from stack import Stack

KEY = {"type": "service_account", "client_email": "moffman@project.example.com", "private_key": "PEM"}


class NotFound(ClientError):
    """What SSM's client raises."""


class Account:
    """An AWS account that is asked through a session."""

    region_name = "eu-central-1"

    def __init__(self, parameter=None, role="arn:aws:iam::123456789012:role/logs", status=None, answers=(), resources=()):
        self.parameter, self.role, self.status, self.resources = parameter, role, status, resources
        self.answers, self.asked, self.named = list(answers), [], []

    def client(self, _service, **_options):
        return SimpleNamespace(
            exceptions=SimpleNamespace(ParameterNotFound=NotFound),
            get_caller_identity=lambda: {"Account": "123456789012"},
            get_account=lambda: {"cloudwatchRoleArn": self.role} if self.role else {},
            get_parameter=self.get_parameter,
            describe_stacks=self.describe_stacks,
            get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": self.resources}]),
            invoke=self.invoke,
        )

    def describe_stacks(self, **_):
        if self.status is None:
            message = "Stack with id moffman does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = [{"OutputKey": "Sweeper", "OutputValue": "sweeper"}]
        complete = {"Outputs": outputs} if self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else {}
        return {"Stacks": [{"StackStatus": self.status, **complete}]}

    def invoke(self, Payload, **_):
        self.asked.append(json.loads(Payload))
        error, answer = self.answers.pop(0)
        return {**error, "Payload": io.BytesIO(json.dumps(answer).encode())}

    def get_parameter(self, Name, **_):
        self.named.append(Name)
        if self.parameter is None:
            raise NotFound({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": self.parameter}


def secure(value):
    return {"Type": "SecureString", "Value": value}


def maintained(offices, **schedules):
    """The sweeper's report of the task maintain."""
    return {"offices": offices, "users": 0, "schedules": {"aligned": True, "failures": [], **schedules}}


class Told(unittest.TestCase):
    def stack(self, account, is_configured=False):
        stack = Stack()
        stack.session, stack.parameters, stack.is_configured = account, {}, is_configured
        return stack

    def preflight(self, account, *arguments, **options):
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            self.stack(account, **options).preflight("arm64", *arguments)
        return out.getvalue()

    def refusal(self, account, arch="arm64", key=None, access_logs=None, **options):
        stack = self.stack(account, **options)
        stack.parameters = {"AccessLogs": access_logs} if access_logs else {}
        with self.assertRaises(SystemExit) as ended, mock.patch("sys.stdout", new_callable=io.StringIO):
            stack.preflight(arch, key)
        return str(ended.exception)

    def finish(self, *answers):
        """How `make deploy` ends: what is printed, and the error, if it is one."""
        account, error = Account(status="UPDATE_COMPLETE", answers=[({}, answer) for answer in answers]), None
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            try:
                self.stack(account).finish()
            except SystemExit as ended:
                error = str(ended)
        self.assertEqual(account.answers, [])
        return out.getvalue(), error

    def test_whom_to_share_with(self):
        told = self.preflight(Account(secure(json.dumps(KEY))))
        self.assertIn("have to be shared with moffman@project.example.com", told)

    def test_a_missing_parameter(self):
        told = self.refusal(Account())
        self.assertIn("/moffman/service-account-key does not exist", told)
        self.assertIn("aws ssm put-parameter --name /moffman/service-account-key --type SecureString", told)

    def test_a_key_under_another_name(self):
        self.assertIn("make deploy KEY_PARAMETER=/other/name", self.refusal(Account()))
        account = Account(secure(json.dumps(KEY)))
        self.preflight(account, "/other/name")
        self.assertEqual(account.named, ["/other/name"])
        self.assertIn("/other/name does not exist", self.refusal(Account(), key="/other/name"))
        configured = self.refusal(Account(), key="/other/name", is_configured=True)
        self.assertIn("change ServiceAccountKeyParameter in samconfig.toml", configured)
        self.assertNotIn("KEY_PARAMETER", self.refusal(Account(), is_configured=True))

    def test_a_first_deployment_that_failed(self):
        for status, advice in (
            ("ROLLBACK_COMPLETE", "the first deployment failed (ROLLBACK_COMPLETE): `make delete`, then deploy again"),
            ("DELETE_FAILED", "`make delete` again"),
            ("UPDATE_IN_PROGRESS", "wait until that is done"),
        ):
            self.assertIn(advice, self.refusal(Account(secure(json.dumps(KEY)), status=status)))
        for status in (None, "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self.preflight(Account(secure(json.dumps(KEY)), status=status))

    def test_a_stack_that_is_not_there(self):
        for status, told in ((None, "there is no stack moffman in eu-central-1"), ("ROLLBACK_COMPLETE", "has no Sweeper")):
            with self.assertRaises(SystemExit) as ended:
                self.stack(Account(status=status)).invoke("{}")
            self.assertIn(told, str(ended.exception))

    def test_which_stack_sam_is_told(self):
        stack = self.stack(Account())
        self.assertEqual(stack.options(), "--stack-name moffman --region eu-central-1")
        stack.saved = {"profile": "team"}
        self.assertEqual(stack.options(), "--stack-name moffman --region eu-central-1 --profile team")

    def test_what_is_no_key(self):
        for value in ("sesame", "[]", "{}", json.dumps({**KEY, "type": "authorized_user"})):
            self.assertIn("does not hold the JSON key", self.refusal(Account(secure(value))), value)
        self.assertIn("is a String", self.refusal(Account({"Type": "String", "Value": "{}"})))

    def test_an_account_without_a_role_for_logs(self):
        account = Account(secure(json.dumps(KEY)), role=None)
        self.preflight(account)
        refusal = self.refusal(account, access_logs="use-account-role", is_configured=True)
        self.assertIn("must be create-account-role or none; change it in samconfig.toml", refusal)

    def test_an_account_whose_role_for_logs_would_be_replaced(self):
        key = secure(json.dumps(KEY))
        refusal = self.refusal(Account(key), access_logs="create-account-role", is_configured=True)
        self.assertIn("AccessLogs must be use-account-role or none; change it in samconfig.toml", refusal)
        own = [{"LogicalResourceId": "AccountRole", "PhysicalResourceId": "logs"}]
        stack = self.stack(Account(key, status="UPDATE_COMPLETE", resources=own), is_configured=True)
        stack.parameters = {"AccessLogs": "create-account-role"}
        with mock.patch("sys.stdout", new_callable=io.StringIO):
            stack.preflight("arm64")

    def test_a_deployment_that_works(self):
        told, error = self.finish(maintained(2), {"offices_swept": 2, "offices_failed": 0, "problems": [], "plans": []})
        self.assertIn("calendars that can be swept: 2", told)
        self.assertIsNone(error)

    def test_a_deployment_without_offices(self):
        told, error = self.finish(maintained(0))
        self.assertIn("there are no offices yet", told)
        self.assertIsNone(error)

    def test_a_calendar_that_is_not_shared(self):
        problem = {"office": "Prague", "problem": "it is not shared with moffman@project.example.com"}
        sweep = {"offices_swept": 1, "offices_failed": 1, "problems": [problem], "plans": []}
        _, error = self.finish(maintained(2), sweep)
        self.assertIn("calendars that cannot be swept: 1", error)
        self.assertIn("office Prague: it is not shared with moffman@project.example.com", error)

    def test_schedules_that_are_not_aligned(self):
        failed = maintained(0, aligned=False, failures=["create sweep-0-of-1: AccessDenied"])
        for answer, reason in ((failed, "AccessDenied"), (maintained(0, aligned=False, because="no group"), "no group")):
            _, error = self.finish(answer)
            self.assertIn("the schedules are not aligned", error)
            self.assertIn(reason, error)

    def test_another_processor_than_the_stack_has(self):
        self.assertIn("change Arch", self.refusal(Account(secure(json.dumps(KEY))), arch="x86_64", is_configured=True))

    def test_a_task_that_failed(self):
        for kind, told in (("Panicked", []), ("NothingSwept", ["`make sweep DRY_RUN=1` says why"])):
            answer = ({"FunctionError": "Unhandled"}, {"errorType": kind, "errorMessage": "it broke"})
            with self.assertRaises(SystemExit) as ended:
                self.stack(Account(status="CREATE_COMPLETE", answers=[answer])).invoke('{"task": "sweep"}')
            self.assertEqual(str(ended.exception).splitlines(), ["the sweeper failed: it broke", *told])


if __name__ == "__main__":
    unittest.main()
