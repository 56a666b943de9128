"""A server of our own that answers as SCB does, in both versions of the interface. No test asks the real one."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, object, dict]


@dataclass
class ScbServer:
    """What the two versions answer, in turn; the last answer is given again.

    ``asked`` are (path, question), ``waited`` the seconds between the tries, which no test waits in fact.
    """

    version_2: list = field(default_factory=list)
    version_1: list = field(default_factory=list)
    asked: list[tuple[str, dict]] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)
    port: int = 0

    @property
    def address_2(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v2"

    @property
    def address_1(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, path: str, question: dict) -> Answer | Callable:
        answers = self.version_2 if path.startswith("/api/v2/") else self.version_1
        if not answers:
            return 503, "stängt", {}
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def start(self) -> ThreadingHTTPServer:
        scb = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                scb.asked.append((self.path, question))
                answer = scb.answer(self.path, question)
                if callable(answer):
                    answer = answer(question)
                status, body, headers = answer
                time.sleep(headers.get("X-Slow", 0))
                data = (
                    body
                    if isinstance(body, bytes)
                    else body.encode()
                    if isinstance(body, str)
                    else json.dumps(body).encode()
                )
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, str(value))
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:
                    return  # who asked has left

            def log_message(self, *args):
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 1 / 50}, daemon=True).start()
        return server


def json_stat(values: dict[str, object], *, period: str = "2022", contents: str = "BE0101N1", **more) -> dict:
    """A dataset as SCB gives it, with a value per region; ``more`` are dimensions in total, by name and code."""
    names = ["Region", *more, "ContentsCode", "Tid"]
    dimensions = {name: [code] for name, code in {**more, "ContentsCode": contents, "Tid": period}.items()}
    dimensions["Region"] = list(values)
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Folkmängden efter region, tabellinnehåll och år",
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": names,
        "size": [len(dimensions[name]) for name in names],
        "dimension": {
            name: {"label": name, "category": {"index": {code: at for at, code in enumerate(dimensions[name])}}}
            for name in names
        },
        "value": list(values.values()),
    }


def version_1(values: dict[str, object], *, period: str = "2022", contents: str = "BE0101N1") -> dict:
    """The older form."""
    return {
        "columns": [
            {"code": "Region", "text": "region", "type": "d"},
            {"code": "Tid", "text": "år", "type": "t"},
            {"code": contents, "text": "Folkmängd", "type": "c"},
        ],
        "comments": [],
        "data": [{"key": [code, period], "values": [str(value)]} for code, value in values.items()],
    }


def ok(body: object) -> Answer:
    return 200, body, {}
