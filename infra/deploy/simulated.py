"""An AWS account for tests, that is asked through a session."""

import io
import json
import tempfile
from pathlib import Path
from types import SimpleNamespace

from botocore.exceptions import ClientError

from environment import Environment

KEY = {"type": "service_account", "client_email": "moffman@project.example.com", "private_key": "PEM"}

# As it is before the first deployment; the one in the tree may have somebody's answers.
SAMCONFIG = """\
# What `sam` is told without being asked.
version = 0.1

[default.global.parameters]
stack_name = "moffman"

[default.deploy.parameters]
capabilities = "CAPABILITY_IAM"
s3_prefix = "moffman"
tags = "application=moffman"
"""


def samconfig(test, text=SAMCONFIG):
    """A samconfig.toml that is there until the test ends."""
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    file = Path(folder.name) / "samconfig.toml"
    file.write_text(text)
    return file


def environment_of(account, file, name=""):
    """An environment in this account."""
    environment = Environment(name, file)
    environment.session = account
    return environment


def refused(code, message="no"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "Simulated")


def secure(value="{}"):
    return {"Type": "SecureString", "Value": value}


class Account:
    """Knows what a test gives it, and what it was asked."""

    region_name = "eu-central-1"

    def __init__(self, parameters=None, role=None, status=None, answers=(), resources=(), **more):
        self.parameters = {"/moffman/service-account-key": secure(json.dumps(KEY))} if parameters is None else parameters
        self.role, self.status, self.resources, self.more = role, status, resources, more
        self.answers, self.asked, self.named, self.options = list(answers), [], [], []

    def client(self, _service, **options):
        self.options.append(options)
        return SimpleNamespace(
            get_caller_identity=lambda: {"Account": "123456789012"},
            get_account=lambda: {"cloudwatchRoleArn": self.role} if self.role else {},
            get_parameter=self.get_parameter,
            describe_stacks=self.describe_stacks,
            get_paginator=lambda name: SimpleNamespace(paginate=getattr(self, name)),
            invoke=self.invoke,
            get_api_key=lambda apiKey, includeValue: {"value": f"value of {apiKey}"} if includeValue else {},
            get_account_settings=lambda: {"AccountLimit": self.more["limits"]},
            get_function_concurrency=self.get_function_concurrency,
            delete_objects=self.delete_objects,
        )

    def describe_stacks(self, StackName, **_):
        if self.status is None and StackName == "moffman" or StackName not in ("moffman", *self.more.get("stacks", {})):
            raise refused("ValidationError", f"Stack with id {StackName} does not exist")
        outputs = self.more.get("stacks", {}).get(StackName, {"Sweeper": "moffman-sweeper:live"})
        complete = {"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]}
        is_complete = self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") or StackName != "moffman"
        return {"Stacks": [{"StackStatus": self.status, **(complete if is_complete else {})}]}

    def list_stack_resources(self, **_):
        return [{"StackResourceSummaries": self.resources}]

    def describe_parameters(self, ParameterFilters):
        (name,) = ParameterFilters[0]["Values"]
        self.named.append(name)
        return [{"Parameters": []}, {"Parameters": [self.parameters[name]] if name in self.parameters else []}]

    def get_parameter(self, Name, **_):
        self.named.append(f"value of {Name}")
        return {"Parameter": self.parameters[Name]}

    def invoke(self, FunctionName, Payload, **_):
        self.asked.append((FunctionName, json.loads(Payload)))
        error, answer = self.answers.pop(0)
        return {**error, "Payload": io.BytesIO(json.dumps(answer).encode())}

    def get_function_concurrency(self, FunctionName):
        if FunctionName not in self.more.get("reserved", {}):
            raise refused("ResourceNotFoundException")
        return {"ReservedConcurrentExecutions": self.more["reserved"][FunctionName]}

    def list_object_versions(self, Prefix, **_):
        kept = [item for item in self.more["objects"] if item["Key"].startswith(Prefix)]
        return [{"Versions": kept[:1]}, {"DeleteMarkers": kept[1:]}]

    def delete_objects(self, Delete, **_):
        self.asked.append(Delete["Objects"])
        return {}
