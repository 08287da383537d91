"""A play and its processes: each has a log of its own and is ended with its process group, whatever happens."""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# How much of a log is shown after a failure, in lines.
TAIL = 40


class Failed(Exception):
    """Something is not as it has to be; the text says what."""


class Process:
    """A process in a session of its own. What it prints goes to a log, unless `stdout` is to be read by its owner."""

    def __init__(self, log: Path, command: list[str], environment: Mapping[str, str], *, talks: bool = False):
        self.log = log
        with log.open("ab") as output:
            self.child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else output,
                stderr=output,
                text=True,
                start_new_session=True,
            )

    def must_live(self) -> None:
        """Fails if it has ended."""
        code = self.child.poll()
        if code is not None:
            raise Failed(f"{self.log.stem} has ended with {code}")

    def end(self, patience: float = 10) -> None:
        """Ends it and what it has started: politely at first, for sure after `patience` seconds."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, number)
            try:
                self.child.wait(patience)
            except subprocess.TimeoutExpired:
                continue


@contextlib.contextmanager
def ended(thing) -> Iterator:
    """Ends it, whatever happens."""
    try:
        yield thing
    finally:
        thing.end()


def until(what: str, look: Callable[[], T | None], *, seconds: float, every: float = 0.1) -> T:
    """Looks again and again, until there is an answer; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:.0f} seconds in vain: {what}")
        time.sleep(every)


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def show_logs(logs: Path) -> None:
    for log in sorted(logs.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()[-TAIL:]
        print(f"\n==> the end of {log}", *lines, sep="\n", file=sys.stderr)


def arguments_of(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Reads the command line, with what every play needs besides; paths become absolute."""
    parser.add_argument("--simulate-google", type=Path, required=True, help="the binary")
    parser.add_argument("--directory", type=Path, required=True, help="where to work; what is there is removed")
    arguments = parser.parse_args()
    for name, value in vars(arguments).items():
        if isinstance(value, Path):
            setattr(arguments, name, value.absolute())
    return arguments


def perform(play: Callable[[argparse.Namespace, Path, Path], None], arguments: argparse.Namespace) -> int:
    """Plays in empty folders, shows the logs if it fails, and answers the exit status."""
    directory, logs = arguments.directory / "run", arguments.directory / "log"
    for folder in (directory, logs):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    # A signal must end the other processes, too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    # Everybody is on this machine.
    os.environ.update(NO_PROXY="localhost,127.0.0.1", no_proxy="localhost,127.0.0.1")
    began = time.monotonic()
    try:
        play(arguments, directory, logs)
    except Exception as failure:
        show_logs(logs)
        if not isinstance(failure, Failed):
            raise
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    print(f"All of it took {time.monotonic() - began:.0f} s.")
    return 0
