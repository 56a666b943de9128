"""How a test tells ``tests.invoices.killable`` what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.invoices.mail_catcher import MailCatcher

ROOT = Path(__file__).resolve().parents[2]


class Killable:
    """``tests.invoices.killable`` and what it can be told."""

    def __init__(self, folder: Path, catcher: MailCatcher, **environment: str):
        self.folder, self.catcher = folder, catcher
        self.template = folder / "mall.sqlite3"
        address = {"DATABASE_URL": f"sqlite:///{self.template}", "EMAIL_URL": f"smtp://127.0.0.1:{catcher.port}"}
        site = {"SITE_URL": "https://plan.example.org", "DJANGO_SETTINGS_MODULE": "tests.invoices.killable_settings"}
        self.complaints = (folder / "klagomål.txt").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.invoices.killable"],
            cwd=ROOT,
            env={**os.environ, **address, **site, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
        )
        self._answer()

    def begin(self, work: str, database: Path | str, **options) -> int:
        """Let a copy begin the work; return its number."""
        return self._tell({"work": work, "database": str(database), "with": options})["pid"]

    def end(self, pid: int) -> int:
        return self._tell({"wait": pid})["status"]

    def do(self, work: str, database: Path | str, **options):
        """Let a copy do the work to its end, and return its answer."""
        status = self.end(self.begin(work, database, **options))
        assert status == 0, (self.folder / "klagomål.txt").read_text()[-4000:]
        return json.loads(Path(f"{database}.answer").read_text())

    def close(self) -> None:
        self.process.communicate(timeout=30)
        self.complaints.close()

    def _tell(self, order: dict) -> dict:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        assert line, (self.folder / "klagomål.txt").read_text()[-4000:]
        return json.loads(line)
