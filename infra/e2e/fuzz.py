"""Fuzzes an API from the OpenAPI document that it serves itself."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import Failed

HERE = Path(__file__).resolve().parent
CONFIGURATION = HERE / "schemathesis.toml"
FEWEST_CASES = 2000
# How many examples of each operation it takes to make so many cases of all of them.
EXAMPLES = 180


@dataclass(frozen=True)
class Caller:
    """Who sends the requests."""

    role: str
    key: str


def fuzz(url: str, callers: Sequence[Caller], logs: Path, seed: int, cases: int = FEWEST_CASES) -> None:
    """Fails unless every answer to so many cases is as documented, and one that the caller's role allows."""
    share = -(-cases // len(callers))
    made = sum(cases_of(url, caller, logs, seed, share) for caller in callers)
    if made < cases:
        raise Failed(f"only {made} cases, expected {cases}")


def cases_of(url: str, caller: Caller, logs: Path, seed: int, cases: int) -> int:
    """What was found is in the log, with the requests to repeat it; answers how many cases there were."""
    report, log = logs / f"schemathesis-{caller.role}.json", logs / f"schemathesis-{caller.role}.log"
    command = [sys.executable, "-B", "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIGURATION), "run"]
    command += [f"{url}/api/v1/openapi.json", "--url", url, "--header", f"x-api-key:{caller.key}"]
    command += ["--seed", str(seed), "--max-examples", str(-(-cases * EXAMPLES // FEWEST_CASES))]
    command += ["--report", "json", "--report-json-path", str(report)]
    # The checks of our own, and what they have to know.
    environment = {**os.environ, "PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "role_check", "MOFFMAN_ROLE": caller.role}
    environment["MOFFMAN_KEY"] = caller.key
    with log.open("wb") as output:
        # In a folder of its own, because it leaves some files.
        result = subprocess.run(
            command, cwd=logs, env=environment, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
    if not report.exists():
        raise Failed(f"schemathesis did not run; see {log}")
    summary = json.loads(report.read_text())
    made, operations = summary["test_cases"]["generated"], summary["operations"]["tested"]
    print(f"  {made} cases of {caller.role} for {operations} operations in {summary['running_time']:.0f} s", flush=True)
    if result.returncode or not summary["complete"]:
        raise Failed(f"schemathesis has found something; see {log}")
    return made
