"""The deployed REST API, as its callers see it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message

from processes import Failed

PROBLEM = "urn:moffman:problem:"


@dataclass
class Answer:
    """What came back."""

    request: str
    status: int
    headers: Message
    body: bytes

    def json(self):
        return json.loads(self.body)

    def ok(self):
        """The content of a success."""
        if self.status != 200:
            raise Failed(f"{self.request}: {self.status} {self.body.decode()}")
        return self.json()

    def problem(self, status: int, kind: str) -> dict:
        """The content of a refusal, which must be of this status and kind."""
        media_type = self.headers.get_content_type()
        if self.status != status or media_type != "application/problem+json":
            raise Failed(f"{self.request}: {self.status} {media_type} {self.body.decode()}, expected {status} {kind}")
        problem = self.json()
        if (problem["type"], problem["status"]) != (PROBLEM + kind, status) or not problem["request_id"]:
            raise Failed(f"{self.request}: {problem}, expected {kind}")
        return problem


class Api:
    """Calls the API at `url` with the key, or without one if it is empty."""

    def __init__(self, url: str, key: str):
        self.url = url.rstrip("/")
        self.key = key

    def get(self, path: str) -> Answer:
        return self.send("GET", path, None)

    def post(self, path: str, content: object = None) -> Answer:
        return self.send("POST", path, b"" if content is None else json.dumps(content).encode())

    def reserve(self, name: str, office: str, start: str, end: str, *, approved: bool, request_dt: str) -> Answer:
        user = {"name": name, "email": "ada@example.com"}
        content = {"user": user, "approved": approved, "start": start, "end": end}
        return self.post("/api/v1/reservations", content | {"request_dt": request_dt, "office_id": office})

    def send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"x-api-key": self.key} if self.key else {}
        if body is not None:
            headers["content-type"] = "application/json"
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Answer(f"{method} {path}", answer.status, answer.headers, answer.read())
