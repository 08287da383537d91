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

    def __init__(self, parameter=None, role="arn:aws:iam::123456789012:role/logs", answer=None):
        self.parameter, self.role, self.answer = parameter, role, answer

    def client(self, _service, **_options):
        return SimpleNamespace(
            exceptions=SimpleNamespace(ParameterNotFound=NotFound),
            get_caller_identity=lambda: {"Account": "123456789012"},
            get_account=lambda: {"cloudwatchRoleArn": self.role} if self.role else {},
            get_parameter=self.get_parameter,
            describe_stacks=lambda **_: {"Stacks": [{"Outputs": [{"OutputKey": "Sweeper", "OutputValue": "sweeper"}]}]},
            invoke=lambda **_: {**self.answer, "Payload": io.BytesIO(self.answer["Payload"])},
        )

    def get_parameter(self, **_):
        if self.parameter is None:
            raise NotFound({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": self.parameter}


def secure(value):
    return {"Type": "SecureString", "Value": value}


class Told(unittest.TestCase):
    def stack(self, account, is_configured=False):
        stack = Stack()
        stack.session, stack.parameters, stack.is_configured = account, {}, is_configured
        return stack

    def preflight(self, account, **options):
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            self.stack(account, **options).preflight("arm64")
        return out.getvalue()

    def refusal(self, account, arch="arm64", **options):
        with self.assertRaises(SystemExit) as ended, mock.patch("sys.stdout", new_callable=io.StringIO):
            self.stack(account, **options).preflight(arch)
        return str(ended.exception)

    def test_whom_to_share_with(self):
        told = self.preflight(Account(secure(json.dumps(KEY))))
        self.assertIn("have to be shared with moffman@project.example.com", told)

    def test_a_missing_parameter(self):
        told = self.refusal(Account())
        self.assertIn("/moffman/service-account-key does not exist", told)
        self.assertIn("aws ssm put-parameter --name /moffman/service-account-key --type SecureString", told)

    def test_what_is_no_key(self):
        for value in ("sesame", "[]", "{}", json.dumps({**KEY, "type": "authorized_user"})):
            self.assertIn("does not hold the JSON key", self.refusal(Account(secure(value))), value)
        self.assertIn("is a String", self.refusal(Account({"Type": "String", "Value": "{}"})))

    def test_an_account_without_a_role_for_logs(self):
        account = Account(secure(json.dumps(KEY)), role=None)
        self.assertIn("answer so when you are asked", self.preflight(account))
        self.assertIn("change it in samconfig.toml", self.refusal(account, is_configured=True))

    def test_another_processor_than_the_stack_has(self):
        self.assertIn("change Arch", self.refusal(Account(secure(json.dumps(KEY))), arch="x86_64", is_configured=True))

    def test_a_task_that_failed(self):
        answer = {"FunctionError": "Unhandled", "Payload": json.dumps({"errorMessage": "it broke"}).encode()}
        with self.assertRaises(SystemExit) as ended:
            self.stack(Account(answer=answer)).invoke("{}")
        self.assertEqual(str(ended.exception), "the sweeper failed: it broke")


if __name__ == "__main__":
    unittest.main()
