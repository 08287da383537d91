"""A local AWS, and what an engineer does with it: build, deploy, invoke, look, delete."""

import io
import json
import os
import shutil
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from differences import import_gateway_responses, narrow_scheduler_rights, widen_scheduler_rights, without_metric_math
from processes import Failed, Process, free_port, until

REGION = "eu-central-1"
STACK = "moffman-e2e"
# The root user of MiniStack's account, and nothing of an engineer's own account.
ROOT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
# Compiled fast: how small and fast the functions are is not what is tried here.
LIGHT_BUILD = {
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
}


class Aws:
    """MiniStack on a free port of this machine. It checks every call against the policies of the caller's role."""

    def __init__(self, root: Path, tools: Path, ministack: Path, directory: Path, compiled: Path, logs: Path):
        self._root = root
        self._logs = logs
        self._build = directory / "build"
        # What Lambda unpacks a layer into: MiniStack does not, for compiled functions, so it is done here.
        self._opt = directory / "opt"
        self._opt.mkdir()
        temporary = directory / "tmp"
        temporary.mkdir()
        port = free_port()
        self._url = f"http://localhost:{port}"
        # All of it is passed on to the functions.
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(directory),
            "TMPDIR": str(temporary),
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "AWS_ENDPOINT_URL": self._url,
            "MOFFMAN_CONFIG": str(self._opt / "moffman.yaml"),
        }
        self._process = Process(logs / "ministack.log", [str(ministack)], environment)
        self._tools = tools
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        # For boto3 as well as for sam.
        os.environ.update(ROOT, AWS_ENDPOINT_URL=self._url)
        self._environment = {
            **os.environ,
            **LIGHT_BUILD,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CARGO_TARGET_DIR": str(compiled),
            "SAM_CLI_TELEMETRY": "0",
        }

    def client(self, service: str):
        """A client of boto3."""
        return boto3.client(service)

    def wait(self) -> None:
        def look() -> bool:
            self._process.must_live()
            try:
                with urllib.request.urlopen(f"{self._url}/_ministack/health", timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False

        until("MiniStack is up", look, seconds=60)

    def end(self) -> None:
        self._process.end()

    def build(self, configuration: Path) -> None:
        """Compiles the functions and makes the layer with this configuration."""
        self._run_sam("build", "--build-dir", str(self._build), "--parameter-overrides", "Arch=x86_64", CONFIG=configuration)
        without_metric_math(self._build / "template.yaml")

    def deploy(self, **parameters: object) -> None:
        """Deploys what was built, and waits until it is done."""
        shutil.copy(self._build / "Configuration/moffman.yaml", self._opt / "moffman.yaml")
        chosen = [f"{name}={value}" for name, value in {"Arch": "x86_64", **parameters}.items()]
        self._run("stamp", str(self._tools / "python"), "-B", "infra/deploy/release.py", str(self._build), *chosen)
        # All of it is said here, because samconfig.toml may have an engineer's own answers.
        arguments = ["--template-file", str(self._build / "template.yaml"), "--stack-name", STACK, "--region", REGION]
        arguments += ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
        self._run_sam("deploy", *arguments, "--parameter-overrides", *chosen)
        import_gateway_responses(self, STACK)
        widen_scheduler_rights(self)
        for function in ("api", "sweeper"):
            if self._layer_of(f"{STACK}-{function}") != (self._opt / "moffman.yaml").read_bytes():
                raise Failed(f"the layer of {function} is not the configuration that was deployed")

    def prepare_table(self, name: str) -> None:
        """Makes a table ready for another stack, as `make deploy` does."""
        self._run("table", str(self._tools / "python"), "-B", "infra/deploy/table.py", name)

    def delete(self) -> None:
        narrow_scheduler_rights(self)
        self._run_sam("delete", "--stack-name", STACK, "--region", REGION, "--no-prompts")

    def outputs(self) -> dict[str, str]:
        """What the stack tells about itself."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def resources(self) -> dict[str, str]:
        """The names of the stack's resources, by their names in the template."""
        summaries = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        resources = (resource for page in summaries for resource in page["StackResourceSummaries"])
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    def api_url(self) -> str:
        """Where the API is here; the output says where it would be on the internet."""
        official = urlsplit(self.outputs()["ApiUrl"])
        api, stage = official.hostname.split(".")[0], official.path.split("/")[1]
        return f"{self._url}/restapis/{api}/{stage}/_user_request_"

    def key_ids(self) -> dict[str, str]:
        """The ids of the stack's API keys, by their roles."""
        outputs = self.outputs()
        return {role: outputs[f"{name}KeyId"] for role, name in (("operator", "Api"), ("workflow", "Workflow"), ("reader", "Reader"))}

    def api_key(self, role: str = "operator") -> str:
        return self.client("apigateway").get_api_key(apiKey=self.key_ids()[role], includeValue=True)["value"]

    def invoke(self, function: str, event: dict) -> dict:
        """Invokes a function and waits for its answer."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        content = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise Failed(f"{function} {event}: {content}")
        return json.loads(content)

    def schedules(self) -> dict[str, str]:
        """When the schedules of the stack's group fire, by name."""
        client = self.client("scheduler")
        names = [item["Name"] for item in client.list_schedules(GroupName=STACK)["Schedules"]]
        return {name: client.get_schedule(GroupName=STACK, Name=name)["ScheduleExpression"] for name in names}

    def log(self, group: str) -> list[str]:
        """All lines that a function has logged."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def left(self) -> dict[str, list]:
        """What there is of the kinds of things that a stack makes, tables aside."""
        client = self.client
        groups = [group["Name"] for group in client("scheduler").list_schedule_groups()["ScheduleGroups"]]
        logs = [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]]
        left = {
            "functions": client("lambda").list_functions()["Functions"],
            "layers": client("lambda").list_layers()["Layers"],
            "schedules": client("scheduler").list_schedules()["Schedules"],
            "schedule groups": [name for name in groups if name != "default"],
            "APIs": client("apigateway").get_rest_apis()["items"],
            "API keys": client("apigateway").get_api_keys()["items"],
            "usage plans": client("apigateway").get_usage_plans()["items"],
            "queues": client("sqs").list_queues().get("QueueUrls", []),
            "topics": client("sns").list_topics()["Topics"],
            "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
            "dashboards": client("cloudwatch").list_dashboards()["DashboardEntries"],
            "log groups": [name for name in logs if STACK in name],
            "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"] if STACK in role["RoleName"]],
        }
        return {kind: things for kind, things in left.items() if things}

    def _layer_of(self, function: str) -> bytes:
        client = self.client("lambda")
        (layer,) = client.get_function_configuration(FunctionName=function, Qualifier="live")["Layers"]
        place = client.get_layer_version_by_arn(Arn=layer["Arn"])["Content"]["Location"]
        with urllib.request.urlopen(place, timeout=30) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as content:
            return content.read("moffman.yaml")

    def _run_sam(self, command: str, *arguments: str, **environment: object) -> None:
        self._run(f"sam {command}", str(self._tools / "sam"), command, *arguments, **environment)

    def _run(self, name: str, *command: str, **environment: object) -> None:
        began = time.monotonic()
        log = self._logs / f"{name.replace(' ', '-')}.log"
        with log.open("ab") as output:
            result = subprocess.run(
                command,
                cwd=self._root,
                env=self._environment | {name: str(value) for name, value in environment.items()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if result.returncode:
            raise Failed(f"{name} has failed; see {log}")
        print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)
