"""Deploys Moffman to a local AWS and plays the story of a team with it; the exit status says whether all went well."""

import argparse
import sys
import time
from pathlib import Path

from aws import Aws
from byroapi import Byroapi
from google import Google
from mail import MailServer
from processes import arguments_of, ended, perform
from stage import PEOPLE, Stage
from story import STEPS

ROOT = Path(__file__).resolve().parents[2]


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    venvs, compiled = arguments.venvs, arguments.directory / "build"
    with (
        ended(Google(arguments.simulate_google, logs / "google.log")) as google,
        ended(MailServer(directory)) as mail_server,
        ended(Byroapi(venvs / "byroapi/bin", directory, logs / "byroapi.log", PEOPLE, mail_server)) as byroapi,
        ended(Aws(ROOT, arguments.tools / "bin", venvs / "ministack/bin/ministack", directory, compiled, logs)) as aws,
    ):
        byroapi.wait()
        aws.wait()
        stage = Stage(directory, logs, aws, google, byroapi, mail_server, arguments.seed)
        for step in STEPS:
            began = time.monotonic()
            print(step.__doc__, flush=True)
            step(stage)
            print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True, help="virtual environment with sam, cargo-lambda and zig")
    parser.add_argument("--venvs", type=Path, required=True, help="folder of the virtual environments of this test")
    parser.add_argument("--seed", type=int, default=1, help="which requests schemathesis makes")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
