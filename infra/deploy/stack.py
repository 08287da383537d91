"""Daily life with an environment's stack: what `make deploy`, `make sweep`, `make key` and `make delete` do besides calling sam."""

import json
import sys
import time
from base64 import b64decode

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from answers import answers
from deployment import Deployment
from environment import ROOT, Environment
from keepalive import keep_alive
from packages import offer_to_remove
from preflight import Preflight, account_role, told
from release import stamp

# As shared/src/scheduler.rs says it.
CHANGED_MEANWHILE = "it was changed at the same time"
A_MOMENT = 5
# The outputs with the ids of the keys.
KEY_IDS = {"operator": "ApiKeyId", "workflow": "WorkflowKeyId", "reader": "ReaderKeyId"}


class TaskFailed(Exception):
    """The sweeper could not carry out a task; the text says why."""


class Stack:
    """The commands; each answers what is to be printed."""

    def __init__(self, environment):
        self._environment = environment
        self._deployment = Deployment(environment)

    def parameter(self, name, given=""):
        """The value of a parameter, unless another one is given."""
        return given or self._environment.parameter(name)

    def prepare(self, arch="", key_parameter="", check_key=""):
        """Has the parameters chosen if they never were, and looks whether a deployment can work."""
        given = {"Arch": arch, "ServiceAccountKeyParameter": key_parameter}
        given = {name: value for name, value in given.items() if value}
        if self._environment.is_configured:
            for name, value in given.items():
                if value != self._environment.parameter(name):
                    sys.exit(f"change {name} in samconfig.toml instead of giving {value}")
        else:
            self.choose(given)
        Preflight(self._environment, self._deployment).look(bool(check_key))

    def choose(self, given):
        """Asks for the parameters, or takes what suits the account where nobody can answer."""
        role = account_role(self._environment)
        print(told(role))
        proposals = {"AccessLogs": "use-account-role" if role else "none", **self._environment.proposals(), **given}
        self._environment.save(answers(self._environment.definitions, proposals, somebody()))
        print("kept in samconfig.toml, where they can be changed")

    def stamp(self):
        """Names what was built, for the alias that everybody calls."""
        print(f"release {stamp(ROOT / '.aws-sam' / 'build', self._environment.parameters)[:10]}")

    def finish(self):
        """Aligns the schedules, and tries whether every calendar can be swept."""
        maintained = self.maintain()
        print(pretty(maintained))
        troubles = not_aligned(maintained["schedules"])
        if maintained["offices"]:
            sweep = self.carry_out({"task": "sweep", "dry_run": True})
            problems = [f"office {item['office']}: {item['problem']}" for item in sweep["problems"]]
            print(f"calendars that can be swept: {sweep['offices_swept']}")
            if sweep["offices_failed"]:
                troubles += [f"calendars that cannot be swept: {sweep['offices_failed']}", *problems]
            elif problems:
                print("\n".join(problems))
        else:
            print("there are no offices yet")
        if troubles:
            sys.exit("\n".join(["the stack is deployed, but", *troubles, "repair this, then `make deploy` again"]))

    def maintain(self):
        """Aligns the schedules; once more if `maintain`, which fires as soon as it is made, was doing the same."""
        task = {"task": "maintain"}
        try:
            report = self.carry_out(task)
            if CHANGED_MEANWHILE not in " ".join(report["schedules"]["failures"]):
                return report
        except TaskFailed as failed:
            if CHANGED_MEANWHILE not in str(failed):
                raise
        time.sleep(A_MOMENT)
        return self.carry_out(task)

    def invoke(self, event):
        """The sweeper's report of a task that it carries out now."""
        return pretty(self.carry_out(json.loads(event)))

    def carry_out(self, task):
        """Has the sweeper carry out a task; answers its report."""
        # A sweep may take its 15 minutes; repeating it would begin another one.
        config = Config(read_timeout=920, retries={"total_max_attempts": 1})
        keep_alive()
        client, function = self._environment.session.client("lambda", config=config), self._deployment.output("Sweeper")
        answer = client.invoke(FunctionName=function, Payload=json.dumps(task), LogType="Tail")
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            log = b64decode(answer.get("LogResult", "")).decode(errors="replace")
            warnings = [line for line in log.splitlines() if '"level":"WARN"' in line or '"level":"ERROR"' in line]
            advice = ["`make sweep DRY_RUN=1` says why"] if report.get("errorType") == "NothingSwept" else []
            raise TaskFailed("\n".join([f"the sweeper failed: {report.get('errorMessage', report)}", *warnings, *advice]))
        return report

    def key(self, role="operator"):
        """The stack's API key of a role."""
        if role not in KEY_IDS:
            sys.exit(f"ROLE={role}: the roles are {', '.join(KEY_IDS)}")
        client = self._environment.session.client("apigateway")
        return client.get_api_key(apiKey=self._deployment.output(KEY_IDS[role]), includeValue=True)["value"]

    def name(self):
        """The name of the stack, which its packages in sam's bucket have, too."""
        return self._environment.stack

    def options(self):
        """What tells sam which stack is meant."""
        saved, region = self._environment.saved, self._environment.session.region_name
        profile = f" --profile {saved['profile']}" if "profile" in saved else ""
        return f"--stack-name {self._environment.stack} --region {region}{profile}"

    def packages(self):
        """Offers to remove what a deleted stack has left in sam's bucket."""
        if not self._deployment.stack():
            offer_to_remove(self._environment.session, self.name(), somebody())


def somebody():
    """Whom to ask; None where nobody would answer."""
    return input if sys.stdin.isatty() else None


def pretty(report):
    return json.dumps(report, indent=2, ensure_ascii=False)


def not_aligned(schedules):
    """What a person has to know about schedules that are not as they should be."""
    if schedules["aligned"]:
        return []
    reasons = [schedules["because"]] if "because" in schedules else []
    return ["the schedules are not aligned", *reasons, *schedules["failures"]]


def main():
    environment, command, *arguments = sys.argv[1:]
    try:
        answer = getattr(Stack(Environment(environment)), command)(*arguments)
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"AWS: {error}")
    except TaskFailed as failed:
        sys.exit(str(failed))
    except (EOFError, KeyboardInterrupt):
        sys.exit("\nnothing was done")
    if answer is not None:
        print(answer)


if __name__ == "__main__":
    main()
