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

    def output(self, name):
        """An output of the deployed stack."""
        [stack] = self.session.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return next(item["OutputValue"] for item in stack["Outputs"] if item["OutputKey"] == name)

    def invoke(self, event):
        """The sweeper's report of a task that it carries out now."""
        # A sweep may take its 15 minutes; repeating it would begin another one.
        config = Config(read_timeout=920, retries={"total_max_attempts": 1})
        client = self.session.client("lambda", config=config)
        answer = client.invoke(FunctionName=self.output("Sweeper"), Payload=event, LogType="Tail")
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            log = b64decode(answer.get("LogResult", "")).decode(errors="replace")
            warnings = [line for line in log.splitlines() if '"level":"WARN"' in line or '"level":"ERROR"' in line]
            sys.exit("\n".join([f"the sweeper failed: {report.get('errorMessage', report)}", *warnings]))
        return json.dumps(report, indent=2, ensure_ascii=False)

    def key(self):
        """The API key."""
        client = self.session.client("apigateway")
        return client.get_api_key(apiKey=self.output("ApiKeyId"), includeValue=True)["value"]

    def options(self):
        """What tells sam which stack is meant."""
        return f"--stack-name {self.name} --region {self.session.region_name}"

    def preflight(self, arch):
        """Looks for what a deployment needs and CloudFormation does not check, or says too late."""
        if self.is_configured and arch != self.parameter("Arch"):
            sys.exit(f"the functions would be built for {arch}; change Arch in samconfig.toml instead of giving ARCH")
        account = self.session.client("sts").get_caller_identity()["Account"]
        print(f"stack {self.name} in {self.session.region_name}, account {account}")
        email = self.service_account(self.parameter("ServiceAccountKeyParameter"))
        print(f"the calendars and the spreadsheet have to be shared with {email}")
        if self.parameter("FormsAuthorizationParameter"):
            self.secure_string(self.parameter("FormsAuthorizationParameter"))
        self.account_role()

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
            sys.exit(f"the SSM parameter {name} does not exist in this region; make it with\n  {CREATE_KEY.format(name)}")
        if parameter["Type"] != "SecureString":
            sys.exit(f"the SSM parameter {name} is a {parameter['Type']}: delete it and make it a SecureString")
        return parameter["Value"]

    def account_role(self):
        """API Gateway writes its log with a role of the account, which a new account does not have."""
        if self.parameter("AccessLogs") != "use-account-role":
            return
        if self.session.client("apigateway").get_account().get("cloudwatchRoleArn"):
            return
        advice = "API Gateway has no role for logs in this account: AccessLogs must be create-account-role or none"
        if self.is_configured:
            sys.exit(f"{advice}; change it in samconfig.toml")
        print(f"{advice}; answer so when you are asked")


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
