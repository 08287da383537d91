"""Plays stories in a browser with the page of a running moffman; the exit status says whether all went well."""

import argparse
import sys
import time
import traceback
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from processes import Failed, arguments_of, ended, perform
from stage import Binaries, Stage
from stories import STORIES

# How long a story waits for anything that it wants to see, in milliseconds.
PATIENCE = 15_000
BROWSER = "/usr/bin/chromium"


def play(arguments: argparse.Namespace, directory: Path, logs: Path) -> None:
    binaries = Binaries(arguments.moffman, arguments.simulate_google)
    pictures = arguments.directory / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    stories = [story for story in STORIES if arguments.story in story.__name__]
    failed = []
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER)
        for story in stories:
            began = time.monotonic()
            place, log = directory / story.__name__, logs / f"{story.__name__}.log"
            place.mkdir()
            try:
                with ended(Stage(binaries, browser, place, log, pictures)) as stage:
                    story(stage)
                    stage.must_be_content()
            except Exception:
                failed.append(story.__name__)
                print(f"{story.__doc__}\n  failed", flush=True)
                traceback.print_exc()
            else:
                log.unlink()
                print(f"{story.__doc__}\n  done in {time.monotonic() - began:.1f} s", flush=True)
        browser.close()
    print(f"{len(stories) - len(failed)} passed, {len(failed)} failed")
    if failed or not stories:
        raise Failed(f"stories: {', '.join(failed) or 'none has such a name'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moffman", type=Path, required=True, help="the binary")
    parser.add_argument("--story", default="", help="play only stories whose name has this")
    return perform(play, arguments_of(parser))


if __name__ == "__main__":
    sys.exit(main())
