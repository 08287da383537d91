"""A Sheets server that others wrote: the process, one spreadsheet in it, and a token endpoint that lets us in."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from processes import Failed, Process, free_port, listens, until

# Lets in whoever sends it.
TOKEN = "admin-service-token"


class TokenEndpoint:
    """Gives everybody the token: backlot's own endpoint refuses an assertion whose `sub` is null, which Google takes."""

    def __init__(self):
        body = json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Backlot:
    """A process of `backlot` with one spreadsheet."""

    def __init__(self, binary: Path, directory: Path, log: Path, tabs: dict[str, list[list]]):
        corpus, data, ids = directory / "corpus.jsonl", directory / "data", directory / "ids.json"
        corpus.write_text(json.dumps(_spreadsheet(tabs)) + "\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
        command = [str(binary), "import", "--data-dir", str(data), "--id-map", str(ids), str(corpus)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Failed(f"backlot does not take the spreadsheet:\n{done.stdout}{done.stderr}")
        (document,) = json.loads(ids.read_text())["documents"]["google_drive"].values()
        self.spreadsheet: str = document["id"]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/sheets"
        command = [str(binary), "serve", "--disable-telemetry", "--data-dir", str(data), "--port", str(port)]
        self._process = Process(log, command, environment)
        self._port = port

    def wait(self) -> None:
        def look() -> bool:
            self._process.must_live()
            return listens(self._port)

        until("backlot listens", look, seconds=60)

    def end(self) -> None:
        self._process.end()


def _spreadsheet(tabs: dict[str, list[list]]) -> dict:
    """A spreadsheet as a line of a corpus."""
    return {
        "source_type": "google_drive",
        "subtype": "spreadsheet",
        "title": "Moffman",
        "author_email": "owner@example.com",
        "folder": "Team",
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-01T00:00:00Z",
        # A corpus has no rows without cells, and no tabs without rows.
        "sheets": [{"title": title, "grid": [row or [""] for row in grid or [[]]]} for title, grid in tabs.items()],
    }
