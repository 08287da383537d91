"""What a deployment needs and CloudFormation does not check, or says too late."""

import json
import sys

from botocore.exceptions import ClientError

from table import prepare_table

CREATE_KEY = "aws ssm put-parameter --name {} --type SecureString --value file://key.json"
# Lambda's and EventBridge Scheduler's limit of names.
LONGEST_NAME = 64
FUNCTIONS = {"ApiConcurrency": "api", "SweeperConcurrency": "sweeper"}
# How many executions Lambda keeps for functions without a reservation, unless the account has fewer.
KEPT_UNRESERVED = 100


class Preflight:
    """Looks at an account before a deployment, and ends with an error that says what is missing."""

    def __init__(self, environment, deployment):
        self._environment, self._deployment = environment, deployment
        self._client, self._parameter = environment.session.client, environment.parameter

    def look(self, check_key=False):
        """Looks at everything; at the content of the key only if asked to, because that needs the right to read it."""
        self.names()
        account = self._client("sts").get_caller_identity()["Account"]
        print(f"stack {self._environment.stack} in {self._environment.session.region_name}, account {account}")
        self.last_deployment()
        self.key(check_key)
        if self._parameter("FormsAuthorizationParameter"):
            self.secure_string(self._parameter("FormsAuthorizationParameter"))
        self.account_role()
        self.reservations()
        if self._parameter("ExistingTable"):
            prepare_table(self._client("dynamodb"), self._parameter("ExistingTable"))

    def names(self):
        """The functions and the schedule group are named after the stack."""
        longest = LONGEST_NAME - max(len(f"-{function}") for function in FUNCTIONS.values())
        if len(self._environment.stack) > longest:
            sys.exit(f"the stack's name {self._environment.stack} is too long: {longest} characters at most")

    def last_deployment(self):
        """A stack whose first deployment failed can only be deleted."""
        status = self._deployment.status()
        if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
            sys.exit(f"the first deployment failed ({status}): `make delete`, then deploy again")
        if status == "DELETE_FAILED":
            sys.exit(f"the stack could not be deleted ({status}): `make delete` again, then deploy")
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            sys.exit(f"the stack is being changed ({status}): wait until that is done")

    def key(self, is_read):
        """The service account's key is there; what it holds is looked at only if it may be read."""
        name = self._parameter("ServiceAccountKeyParameter")
        self.secure_string(name)
        if not is_read:
            return
        value = self._client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        try:
            key = json.loads(value)
            is_key = key["type"] == "service_account" and bool(key["private_key"])
            email = key["client_email"] if is_key else sys.exit(not_a_key(name))
        except (ValueError, TypeError, KeyError):
            sys.exit(not_a_key(name))
        print(f"the calendars and the spreadsheet have to be shared with {email}")

    def secure_string(self, name):
        """The SSM parameter of this name is there and encrypted."""
        chosen = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
        pages = self._client("ssm").get_paginator("describe_parameters").paginate(ParameterFilters=chosen)
        found = [parameter for page in pages for parameter in page["Parameters"]]
        if not found:
            advice = f"make it with\n  {CREATE_KEY.format(name)}\nor change its name in samconfig.toml"
            sys.exit(f"the SSM parameter {name} does not exist in this region; {advice}")
        if found[0]["Type"] != "SecureString":
            sys.exit(f"the SSM parameter {name} is a {found[0]['Type']}: delete it and make it a SecureString")

    def account_role(self):
        """API Gateway writes its log with a role of the account: one that is there is used, not replaced."""
        role, answer = account_role(self._environment), self._parameter("AccessLogs")
        if role and answer == "create-account-role" and not self.made(role):
            sys.exit(f"{told(role)}; change AccessLogs in samconfig.toml")
        if not role and answer == "use-account-role":
            sys.exit(f"{told(role)}; change AccessLogs in samconfig.toml")

    def made(self, role):
        """Whether this stack has made the role."""
        return role.endswith(f"/{self._deployment.resources().get('AccountRole')}")

    def reservations(self):
        """Lambda refuses a reservation that leaves the account's other functions too little, when all else is done."""
        wanted = sum(int(self._parameter(name)) for name in FUNCTIONS)
        if not wanted:
            return
        limits = self._client("lambda").get_account_settings()["AccountLimit"]
        free = limits["UnreservedConcurrentExecutions"] + sum(map(self.reserved, FUNCTIONS.values()))
        most = max(0, free - min(KEPT_UNRESERVED, limits["ConcurrentExecutions"]))
        if wanted > most:
            sys.exit(
                f"ApiConcurrency and SweeperConcurrency reserve {wanted} of the account's {limits['ConcurrentExecutions']} "
                f"executions at once, of which {most} can be reserved: lower them, 0 reserves none, or have the limit raised"
            )

    def reserved(self, function):
        """What the deployed function has reserved already."""
        client, name = self._client("lambda"), f"{self._environment.stack}-{function}"
        try:
            return client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return 0
            raise


def account_role(environment):
    """The role with which API Gateway writes logs in this account and region; None if there is none."""
    return environment.session.client("apigateway").get_account().get("cloudwatchRoleArn")


def told(role):
    """What `AccessLogs` may be in this account."""
    if role:
        return "API Gateway has a role for logs in this account: AccessLogs must be use-account-role or none"
    return "API Gateway has no role for logs in this account: AccessLogs must be create-account-role or none"


def not_a_key(name):
    """What to do about a parameter that holds something else."""
    command = f"{CREATE_KEY.format(name)} --overwrite"
    return f"the SSM parameter {name} does not hold the JSON key of a service account; put it there with\n  {command}"
