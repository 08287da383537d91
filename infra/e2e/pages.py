"""Runs the commands of the pages, and compares what they print with what the pages say they print.

Each page is read from above as a person would do it, in a copy of nothing but the example configuration. `make run` and `moffman`
run the program that is built already. A block that is marked `text` is what the commands before it print: each of its lines must
be among theirs, apart from digits, ids and what stands for more of the same (…).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from processes import Failed, Process, ended, listens, until

ROOT = Path(__file__).resolve().parents[2]
PORT = 8080
# A block of code: how far it is indented, its language, its lines.
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
# What differs from run to run.
CHANGES = re.compile(r"\b\w*\d\w{12,}|\d+")

# What is not run, and why.
NOT_HERE = {
    "sudo apt-get ": "changes the machine",
    "make setup": "downloads; `.ci/run` does most of it by its other commands",
    "make test": "a command of `.ci/run`",
    "make check": "a command of `.ci/run`",
    "make docs": "a command of `.ci/run`",
    "make clients": "a command of `.ci/run`",
    "make e2e": "a command of `.ci/run`",
    "make page": "a command of `.ci/run`",
    "cp target/page/": "needs what `make page` makes",
    ".ci/run": "runs all of them",
    "make simulate": "takes minutes; `make test` plays schedules, too",
    "make fuzz": "takes minutes; `make test` tries inputs, too",
    "make deploy": "needs an AWS account; `make e2e` does it with a local AWS",
    "aws ": "needs an AWS account",
    "rm key.json": "needs a key",
    "API=": "needs an AWS account",
    "PLAN=": "needs an AWS account",
    "NEW=": "needs an AWS account",
    "curl -s $API": "needs an AWS account",
    'curl -s -H "x-api-key: $(make key)" -X POST $API': "needs an AWS account",
}


def reason(command):
    """How a command begins that is not run here; None if it is run."""
    return next((beginning for beginning in NOT_HERE if command.startswith(beginning)), None)


def commands(block):
    """The commands of a block; one may have several lines."""
    lines, found = [line for line in block.splitlines() if line.strip()], []
    for line in lines:
        is_more = found and (found[-1].count("'") % 2 == 1 or found[-1].endswith("\\"))
        found = [*found[:-1], f"{found[-1]}\n{line}"] if is_more else [*found, line]
    return found


def is_service(command):
    """Whether a command runs until it is stopped."""
    is_other = re.search(r"moffman\S* (--\S+ \S+ )*(who|forms|reservations|check-config|--get-config-template)", command)
    return "make run" in command or ("/moffman " in command and not is_other)


class Reader:
    """Somebody who does what one page says, in a folder of their own."""

    def __init__(self, page, moffman, folder):
        self.page, self.folder, self.log, self.service = page, folder, folder / "service.log", None
        self.done, self.left = 0, set()
        config = folder / "infra/config"
        config.mkdir(parents=True)
        shutil.copy(ROOT / "infra/config/moffman.example.yaml", config)
        shutil.copy(ROOT / "infra/config/moffman.example.yaml", folder / "your_config.yaml")
        (folder / "Makefile").symlink_to(ROOT / "Makefile")
        for place in ("target/debug", "path/to/moffman/target/debug"):
            (folder / place).mkdir(parents=True)
            (folder / place / "moffman").symlink_to(moffman)
        cargo = folder / "cargo"
        cargo.write_text('#!/bin/sh\nuntil [ "$1" = -- ]; do shift; done\nshift\nexec target/debug/moffman "$@"\n')
        cargo.chmod(0o755)
        # What the make around this was told would be stronger than the environment.
        inherited = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
        self.environment = {**inherited, "CARGO": str(cargo), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def read(self):
        """Does all of it."""
        text, printed = self.page.read_text(), None
        for indent, language, block in BLOCK.findall(text):
            lines = "\n".join(line.removeprefix(indent) for line in block.splitlines())
            if language == "sh":
                printed = self.perform(lines)
            elif language == "text" and printed is not None:
                self.compare(lines, printed)

    def perform(self, block):
        """Runs a block. Answers what it printed, None if it is not run here."""
        here = [command for command in commands(block) if not reason(command)]
        self.left.update(map(reason, set(commands(block)).difference(here)))
        self.done += len(here)
        if not here:
            return None
        services = [command for command in here if is_service(command)]
        for command in services:
            self.start(command)
        others = [command for command in here if command not in services]
        asks = re.compile(rf"127\.0\.0\.1:{PORT}| forms | reservations |moffman who\b")
        if any(asks.search(command) for command in others) and not self.service:
            self.start("make run")
        ran = subprocess.run(
            ["bash", "-e", "-c", "\n".join(others)], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60
        )
        if ran.returncode:
            raise Failed(f"{self.page}: exit status {ran.returncode}\n{block}\n{ran.stdout}{ran.stderr}")
        self.look_for_problems(block, ran.stdout)
        return ran.stdout

    def look_for_problems(self, block, printed):
        """A problem is in the answers only where the page says so."""
        before = self.page.read_text().split(block.splitlines()[0])[0].rpartition("\n## ")[2]
        for problem in re.findall(r'"type":"urn:moffman:problem:([\w-]+)","title"', printed):
            if f"`{problem}`" not in before:
                raise Failed(f"{self.page}: {problem}\n{block}")

    def start(self, command):
        """Starts the service anew, and waits until it listens."""
        self.end()
        self.log.write_text("")
        self.service = Process(self.log, ["bash", "-c", f"cd {self.folder} && {command}"], self.environment)
        until(command, lambda: self.service.must_live() or "Moffman listens on" in self.log.read_text(), seconds=30)

    def compare(self, shown, printed):
        """Each line that is shown is among what was printed, or soon will be by the service."""
        for line in (CHANGES.sub("#", line) for line in shown.splitlines() if "…" not in line):
            service = (lambda: self.log.read_text()) if self.service else str
            seen = lambda: line in CHANGES.sub("#", f"{printed}\n{service()}")
            until(f"{self.page} shows what is not printed: {line}", seen, seconds=5 if self.service else 0)

    def end(self):
        """Stops the service, if there is one."""
        if self.service:
            self.service.end()
            until("the service stops", lambda: not listens(PORT), seconds=30)
            self.service = None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    parser.add_argument("--directory", type=Path, required=True, help="where to work; what is there is removed")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.directory, ignore_errors=True)
    if listens(PORT):
        sys.exit(f"port {PORT} of 127.0.0.1 is taken; the pages use it")
    pages, left = sorted(page for page in ROOT.rglob("*.md") if "target" not in page.parts), set()
    try:
        for number, page in enumerate(pages):
            folder = arguments.directory.absolute() / str(number)
            with ended(Reader(page, arguments.moffman.absolute(), folder)) as reader:
                reader.read()
            print(f"{page.relative_to(ROOT)}: {reader.done} commands")
            left |= reader.left
    except Failed as failure:
        sys.exit(f"FAILED: {failure}")
    print("not run here:", *(f"{beginning.strip()}: {why}" for beginning, why in NOT_HERE.items()), sep="\n  ")
    if left != set(NOT_HERE):
        sys.exit(f"on no page: {', '.join(set(NOT_HERE) - left)}")


if __name__ == "__main__":
    main()
