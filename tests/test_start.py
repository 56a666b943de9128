"""The set-up: what `start.py` refuses and says, and that the locks are exact and name no registry."""

import importlib.util
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.test", "DEMO": "", "DEBUG": "", "PORT": ""}


@pytest.fixture
def start():
    """A fresh copy of the module, so that a test may change its folders."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_start(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    return subprocess.run(
        [sys.executable, "start.py", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", ["base", "test"])
def test_a_lock_names_exact_versions_with_hashes_and_no_registry(name):
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in lock
    assert "--index" not in lock
    requirements = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", lock).strip())
    assert len(requirements) > 20
    for requirement in requirements:
        assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==[0-9][\w.]*\s", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_every_named_dependency_is_locked():
    for name in ("base", "test"):
        wanted = re.findall(r"(?m)^[A-Za-z][\w-]*", (ROOT / "requirements" / f"{name}.in").read_text())
        locked = re.findall(r"(?m)^[a-z0-9.-]+", (ROOT / "requirements" / f"{name}.txt").read_text())
        assert {package.lower() for package in wanted} <= set(locked)


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_says_which_setting_is_missing(name):
    """Secret key required outside the demo."""
    done = run_start("serve", **{**PRODUCTION, name: ""})
    assert done.returncode != 0
    assert f"kräver {name} i miljön" in done.stderr


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_production_refuses_the_demonstrations_settings(name):
    done = run_start("serve", **{**PRODUCTION, name: "1"})
    assert done.returncode != 0
    assert f"{name}=1 hör inte till produktion" in done.stderr


def test_a_busy_port_is_said_in_plain_words():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = run_start(PORT=str(port))
    assert done.returncode != 0
    assert f"Port {port} på 127.0.0.1 är upptagen" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "åttatusen", "-1"])
def test_a_port_that_is_none_is_refused(port):
    done = run_start(PORT=port)
    assert done.returncode != 0
    assert f"PORT={port} är inget portnummer" in done.stderr


def test_the_demonstrations_secret_key_is_private_and_kept(start, tmp_path):
    start.VAR = tmp_path / "var"
    first = start.demo_secret_key()
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert start.demo_secret_key() == first


def test_the_demonstration_never_touches_the_callers_database(start, tmp_path, monkeypatch):
    """The demo's accounts exist only where the demo was asked for."""
    monkeypatch.setenv("DATABASE_URL", "postgres://drift.example.test/skarpt")
    start.VAR = tmp_path
    assert start.demo_environment()["DATABASE_URL"] == f"sqlite:///{tmp_path}/demo.sqlite3"


def test_a_changed_lock_is_installed_and_an_unchanged_one_is_not(start, tmp_path, monkeypatch):
    """Running it again is quick and needs no network."""
    (tmp_path / "base.txt").write_text("ett==1")
    calls = []
    start.LOCKS = {"base": tmp_path / "base.txt"}
    start.STAMP = tmp_path / "stamp.json"
    monkeypatch.setattr(start, "make_venv", lambda: None)
    monkeypatch.setattr(start, "installers", lambda: iter([["installera"]]))
    monkeypatch.setattr(start, "run", lambda command, **options: calls.append(command) or 0)
    start.install("base")
    start.install("base")
    assert len(calls) == 1
    assert "--require-hashes" in calls[0]
    (tmp_path / "base.txt").write_text("ett==2")
    start.install("base")
    assert len(calls) == 2


def test_static_files_are_collected_again_when_one_has_changed(start, tmp_path, monkeypatch):
    """A second start is a matter of seconds, and never serves an old style sheet."""
    calls = []
    start.ROOT = start.VAR = tmp_path
    start.LOCKS = {"base": tmp_path / "base.txt"}
    style = tmp_path / "skane_digi" / "assets" / "css" / "base.css"
    settings = tmp_path / "skane_digi" / "settings.py"
    manifest = tmp_path / "staticfiles" / "staticfiles.json"
    for path in (start.LOCKS["base"], settings, style, manifest):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ett")
    monkeypatch.setattr(start, "must", lambda command, **options: calls.append(command))

    def collections():
        calls.clear()
        start.collect_static_where_changed({})
        return len(calls)

    assert [collections(), collections()] == [1, 0]
    for changed in (style, settings, start.LOCKS["base"], style.with_name("new.css")):
        changed.write_text("något annat")
        assert [collections(), collections()] == [1, 0]
    style.with_name("new.css").unlink()
    assert [collections(), collections()] == [1, 0]
    manifest.unlink()
    assert collections() == 1


def test_a_failed_installer_gives_way_to_the_next_and_the_last_one_stops(start, tmp_path, monkeypatch):
    (tmp_path / "base.txt").write_text("ett==1")
    start.LOCKS = {"base": tmp_path / "base.txt"}
    start.STAMP = tmp_path / "stamp.json"
    monkeypatch.setattr(start, "make_venv", lambda: None)
    monkeypatch.setattr(start, "installers", lambda: iter([["uv"], ["pip"]]))
    monkeypatch.setattr(start, "run", lambda command, **options: int(command[0] == "uv"))
    start.install("base")
    assert start.STAMP.exists()
    start.STAMP.unlink()
    monkeypatch.setattr(start, "run", lambda command, **options: 1)
    with pytest.raises(SystemExit):
        start.install("base")
    assert not start.STAMP.exists()


def test_without_rights_the_exact_command_is_printed(start, monkeypatch, capsys):
    monkeypatch.setattr(start.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "apt-get" else None)
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stopped:
        start.require_packages(lambda: ["libpango-1.0-0"], "Systembibliotek för PDF")
    assert stopped.value.code != 0
    assert "sudo apt-get install --no-install-recommends libpango-1.0-0" in capsys.readouterr().err
