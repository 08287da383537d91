"""Fuzzes the deployed API from the OpenAPI document that it serves itself."""

import json
import subprocess
import sys
from pathlib import Path

from api import Api
from processes import Failed

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
FEWEST_CASES = 2000


def fuzz(api: Api, logs: Path, seed: int) -> None:
    """Fails unless every answer is as documented; what was found is in the log, with the requests to repeat it."""
    report = logs / "schemathesis.json"
    document = f"{api.url}/api/v1/openapi.json"
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIGURATION), "run", document]
    command += ["--url", api.url, "--header", f"x-api-key:{api.key}"]
    command += ["--seed", str(seed), "--report", "json", "--report-json-path", str(report)]
    log = logs / "schemathesis.log"
    with log.open("wb") as output:
        # In a folder of its own, because it leaves some files.
        result = subprocess.run(command, cwd=logs, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if not report.exists():
        raise Failed(f"schemathesis did not run; see {log}")
    summary = json.loads(report.read_text())
    cases = summary["test_cases"]["generated"]
    print(f"  {cases} cases for {summary['operations']['tested']} operations in {summary['running_time']:.0f} s")
    if result.returncode or not summary["complete"]:
        raise Failed(f"schemathesis has found something; see {log}")
    if cases < FEWEST_CASES:
        raise Failed(f"only {cases} cases, expected {FEWEST_CASES}")
