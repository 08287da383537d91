"""What somebody who deploys is told about what is missing."""

import io
import json
import unittest
from pathlib import Path
from unittest import mock

from deployment import Deployment
from preflight import Preflight
from simulated import KEY, Account, environment_of, samconfig, secure

NAME = "/moffman/service-account-key"
ROLE = "arn:aws:iam::123456789012:role/logs"


class Told(unittest.TestCase):
    def look(self, account, *, stack="moffman", check_key=False, **parameters):
        environment = environment_of(account, samconfig(self))
        environment.parameters, environment.stack = parameters, stack
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            Preflight(environment, Deployment(environment)).look(check_key)
        return out.getvalue()

    def refusal(self, account, **options):
        with self.assertRaises(SystemExit) as ended:
            self.look(account, **options)
        return str(ended.exception)

    def test_the_place(self):
        self.assertIn("stack moffman in eu-central-1, account 123456789012", self.look(Account()))

    def test_the_key_is_not_read_unless_asked_to(self):
        account = Account()
        self.assertNotIn("@", self.look(account))
        self.assertEqual(account.named, [NAME])
        self.assertIn("shared with moffman@project.example.com", self.look(account, check_key=True))
        self.assertEqual(account.named, [NAME, NAME, f"value of {NAME}"])

    def test_what_is_no_key(self):
        for value in ("sesame", "[]", "{}", json.dumps({**KEY, "type": "authorized_user"})):
            told = self.refusal(Account({NAME: secure(value)}), check_key=True)
            self.assertIn("does not hold the JSON key", told, value)
        self.assertIn("is a String", self.refusal(Account({NAME: {"Type": "String"}})))

    def test_a_missing_parameter(self):
        told = self.refusal(Account({}))
        self.assertIn(f"{NAME} does not exist", told)
        self.assertIn(f"aws ssm put-parameter --name {NAME} --type SecureString", told)
        told = self.refusal(Account(), FormsAuthorizationParameter="/moffman/forms")
        self.assertIn("/moffman/forms does not exist", told)

    def test_a_first_deployment_that_failed(self):
        for status, advice in (
            ("ROLLBACK_COMPLETE", "the first deployment failed (ROLLBACK_COMPLETE): `make delete`, then deploy again"),
            ("DELETE_FAILED", "`make delete` again"),
            ("UPDATE_IN_PROGRESS", "wait until that is done"),
        ):
            self.assertIn(advice, self.refusal(Account(status=status)))
        for status in (None, "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self.look(Account(status=status))

    def test_an_account_without_a_role_for_logs(self):
        self.look(Account())
        told = self.refusal(Account(), AccessLogs="use-account-role")
        self.assertIn("must be create-account-role or none; change AccessLogs in samconfig.toml", told)

    def test_an_account_whose_role_for_logs_would_be_replaced(self):
        self.look(Account(role=ROLE), AccessLogs="use-account-role")
        told = self.refusal(Account(role=ROLE), AccessLogs="create-account-role")
        self.assertIn("must be use-account-role or none; change AccessLogs in samconfig.toml", told)
        own = [{"LogicalResourceId": "AccountRole", "PhysicalResourceId": "logs"}]
        self.look(Account(role=ROLE, status="UPDATE_COMPLETE", resources=own), AccessLogs="create-account-role")

    def test_another_table_is_made_ready(self):
        with mock.patch("preflight.prepare_table") as prepare:
            self.look(Account())
            prepare.assert_not_called()
            self.look(Account(), ExistingTable="moffman-Table-1")
        self.assertEqual(prepare.call_args.args[1], "moffman-Table-1")

    def test_a_name_that_is_too_long(self):
        self.assertIn("56 characters at most", self.refusal(Account(), stack="m" * 57))
        account = Account(status="UPDATE_COMPLETE", stacks={"m" * 56: {}})
        self.look(account, stack="m" * 56)

    def test_the_names_are_those_of_the_template(self):
        template = (Path(__file__).resolve().parents[2] / "template.yaml").read_text()
        for suffix in ("-api", "-sweeper"):
            self.assertIn(f"FunctionName: !Sub ${{AWS::StackName}}{suffix}\n", template)

    def test_a_reservation_that_cannot_work(self):
        new = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
        self.look(Account(limits=new))
        told = self.refusal(Account(limits=new), ApiConcurrency="2")
        self.assertIn("reserve 2 of the account's 10 executions at once, of which 0 can be reserved", told)
        usual = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 110}
        self.look(Account(limits=usual), ApiConcurrency="5", SweeperConcurrency="5")
        self.assertIn("of which 10 can", self.refusal(Account(limits=usual), ApiConcurrency="6", SweeperConcurrency="5"))
        self.look(Account(limits=usual, reserved={"moffman-api": 6}), ApiConcurrency="16")


if __name__ == "__main__":
    unittest.main()
