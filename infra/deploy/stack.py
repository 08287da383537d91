"""Daily life with the deployed stack: what `make deploy`, `make sweep` and `make key` do besides calling sam."""

import json
import shlex
import sys
from base64 import b64decode
from functools import cached_property
from pathlib import Path

import boto3
import tomlkit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from samcli.yamlhelper import yaml_parse

from release import stamp

ROOT = Path(__file__).resolve().parents[2]
CREATE_KEY = "aws ssm put-parameter --name {} --type SecureString --value file://key.json"


class Stack:
    """The stack that samconfig.toml names."""

    def __init__(self):
        default = tomlkit.parse((ROOT / "samconfig.toml").read_text()).unwrap()["default"]
        saved = {**default["global"]["parameters"], **default["deploy"]["parameters"]}
        self.name = saved["stack_name"]
        self.is_configured = "parameter_overrides" in saved
        self.saved = saved
        overrides = saved.get("parameter_overrides", "")
        overrides = shlex.split(overrides) if isinstance(overrides, str) else overrides
        self.parameters = dict(item.split("=", 1) for item in overrides)

    @cached_property
    def session(self):
        """The account and region that were chosen, or those of the environment."""
        session = boto3.Session(profile_name=self.saved.get("profile"), region_name=self.saved.get("region"))
        return session if session.region_name else sys.exit("no AWS region: set AWS_DEFAULT_REGION, or it in your profile")

    def parameter(self, name):
        """The value that the template's parameter has, or would have."""
        template = yaml_parse((ROOT / "template.yaml").read_text())
        return self.parameters.get(name, template["Parameters"][name]["Default"])

    @property
    def deployed(self):
        """What CloudFormation knows of the stack; None while there is none."""
        try:
            [stack] = self.session.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return stack

    def output(self, name):
        """An output of the deployed stack."""
        stack = self.deployed
        if stack is None:
            sys.exit(f"there is no stack {self.name} in {self.session.region_name}: `make deploy` makes it")
        outputs = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
        problem = f"the stack {self.name} has no {name} ({stack['StackStatus']}): `make deploy` says what to do"
        return outputs.get(name) or sys.exit(problem)

    def stamp(self):
        """Names what was built, for the alias that everybody calls."""
        print(f"release {stamp(ROOT / '.aws-sam' / 'build', self.parameters)[:10]}")

    def finish(self):
        """Aligns the schedules, and tries whether every calendar can be swept."""
        maintained = self.carry_out({"task": "maintain"})
        print(pretty(maintained))
        troubles = not_aligned(maintained["schedules"])
        if maintained["offices"]:
            sweep = self.carry_out({"task": "sweep", "dry_run": True})
            told = [f"office {item['office']}: {item['problem']}" for item in sweep["problems"]]
            print(f"calendars that can be swept: {sweep['offices_swept']}")
            if sweep["offices_failed"]:
                troubles += [f"calendars that cannot be swept: {sweep['offices_failed']}", *told]
            elif told:
                print("\n".join(told))
        else:
            print("there are no offices yet")
        if troubles:
            sys.exit("\n".join(["the stack is deployed, but", *troubles, "repair this, then `make deploy` again"]))

    def invoke(self, event):
        """The sweeper's report of a task that it carries out now."""
        return pretty(self.carry_out(json.loads(event)))

    def carry_out(self, task):
        """Has the sweeper carry out a task; answers its report."""
        # A sweep may take its 15 minutes; repeating it would begin another one.
        config = Config(read_timeout=920, retries={"total_max_attempts": 1})
        client = self.session.client("lambda", config=config)
        answer = client.invoke(FunctionName=self.output("Sweeper"), Payload=json.dumps(task), LogType="Tail")
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            log = b64decode(answer.get("LogResult", "")).decode(errors="replace")
            warnings = [line for line in log.splitlines() if '"level":"WARN"' in line or '"level":"ERROR"' in line]
            advice = ["`make sweep DRY_RUN=1` says why"] if report.get("errorType") == "NothingSwept" else []
            sys.exit("\n".join([f"the sweeper failed: {report.get('errorMessage', report)}", *warnings, *advice]))
        return report

    def key(self):
        """The API key."""
        client = self.session.client("apigateway")
        return client.get_api_key(apiKey=self.output("ApiKeyId"), includeValue=True)["value"]

    def options(self):
        """What tells sam which stack is meant."""
        profile = f" --profile {self.saved['profile']}" if "profile" in self.saved else ""
        return f"--stack-name {self.name} --region {self.session.region_name}{profile}"

    def preflight(self, arch, key_parameter=None):
        """Looks for what a deployment needs and CloudFormation does not check, or says too late."""
        key_parameter = key_parameter or self.parameter("ServiceAccountKeyParameter")
        if self.is_configured and key_parameter != self.parameter("ServiceAccountKeyParameter"):
            sys.exit("change ServiceAccountKeyParameter in samconfig.toml instead of giving KEY_PARAMETER")
        if self.is_configured and arch != self.parameter("Arch"):
            sys.exit(f"the functions would be built for {arch}; change Arch in samconfig.toml instead of giving ARCH")
        account = self.session.client("sts").get_caller_identity()["Account"]
        print(f"stack {self.name} in {self.session.region_name}, account {account}")
        self.last_deployment()
        email = self.service_account(key_parameter)
        print(f"the calendars and the spreadsheet have to be shared with {email}")
        if self.parameter("FormsAuthorizationParameter"):
            self.secure_string(self.parameter("FormsAuthorizationParameter"))
        self.account_role()

    def last_deployment(self):
        """A stack whose first deployment failed can only be deleted."""
        status = self.deployed["StackStatus"] if self.deployed else ""
        if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
            sys.exit(f"the first deployment failed ({status}): `make delete`, then deploy again")
        if status == "DELETE_FAILED":
            sys.exit(f"the stack could not be deleted ({status}): `make delete` again, then deploy")
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            sys.exit(f"the stack is being changed ({status}): wait until that is done")

    def service_account(self, name):
        """The address in the key that this parameter holds."""
        value = self.secure_string(name)
        try:
            key = json.loads(value)
            is_key = key["type"] == "service_account" and bool(key["private_key"])
            return key["client_email"] if is_key else sys.exit(not_a_key(name))
        except (ValueError, TypeError, KeyError):
            sys.exit(not_a_key(name))

    def secure_string(self, name):
        """The value of an SSM parameter."""
        client = self.session.client("ssm")
        try:
            parameter = client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        except client.exceptions.ParameterNotFound:
            advice = f"make it with\n  {CREATE_KEY.format(name)}"
            if not self.is_configured:
                advice += "\nor, if it has another name, give that: `make deploy KEY_PARAMETER=/other/name`"
            sys.exit(f"the SSM parameter {name} does not exist in this region; {advice}")
        if parameter["Type"] != "SecureString":
            sys.exit(f"the SSM parameter {name} is a {parameter['Type']}: delete it and make it a SecureString")
        return parameter["Value"]

    def account_role(self):
        """API Gateway writes its log with a role of the account: one that is there is used, not replaced."""
        role = self.session.client("apigateway").get_account().get("cloudwatchRoleArn")
        answer = self.parameter("AccessLogs")
        if role and (answer == "create-account-role" or not self.is_configured) and not self.made(role):
            advice = "API Gateway has a role for logs in this account: AccessLogs must be use-account-role or none"
        elif not role and answer == "use-account-role":
            advice = "API Gateway has no role for logs in this account: AccessLogs must be create-account-role or none"
        else:
            return
        if self.is_configured:
            sys.exit(f"{advice}; change it in samconfig.toml")
        print(f"{advice}; answer so when you are asked")

    def made(self, role):
        """Whether this stack has made the role."""
        if not self.deployed:
            return False
        pages = self.session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        resources = (resource for page in pages for resource in page["StackResourceSummaries"])
        return any(
            resource["LogicalResourceId"] == "AccountRole" and role.endswith(f"/{resource.get('PhysicalResourceId')}")
            for resource in resources
        )


def pretty(report):
    return json.dumps(report, indent=2, ensure_ascii=False)


def not_aligned(schedules):
    """What a person has to know about schedules that are not as they should be."""
    if schedules["aligned"]:
        return []
    reasons = [schedules["because"]] if "because" in schedules else []
    return ["the schedules are not aligned", *reasons, *schedules["failures"]]


def not_a_key(name):
    """What to do about a parameter that holds something else."""
    command = f"{CREATE_KEY.format(name)} --overwrite"
    return f"the SSM parameter {name} does not hold the JSON key of a service account; put it there with\n  {command}"


def main():
    command, *arguments = sys.argv[1:]
    try:
        answer = getattr(Stack(), command)(*arguments)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS: {error}")
    if answer is not None:
        print(answer)


if __name__ == "__main__":
    main()
