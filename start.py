#!/usr/bin/env python3
"""Set-up, demonstration, production start and checks, in one file with nothing but the standard library.

    python3 start.py              the demonstration on http://127.0.0.1:8000 (PORT to change it)
    python3 start.py serve        production; SECRET_KEY and ALLOWED_HOSTS from the environment
    python3 start.py worker       production with TASK_QUEUE=database: does the work in the background (WORKERS)
    python3 start.py test         every check that CI runs
    python3 start.py bench        the measurements of docs/benchmark.md
    python3 start.py manage …     manage.py in the same environment

What it says about installing goes to stderr, so that `start.py manage … --format json` can be piped.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import getpass
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-locks.json"
LOCKS = {name: ROOT / "requirements" / f"{name}.txt" for name in ("base", "test")}

# Shared library → the Debian and Ubuntu package that brings it. Without the last one every PDF takes ten times as long.
PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
TEST_PROGRAMS = {"pdftotext": "poppler-utils", "qpdf": "qpdf"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

PYTEST_NO_TESTS = 5

# Work that nobody has touched for a minute has been left by a worker that died.
LEFT_AFTER = 90
TAKE_UP = ("invoices", "--take-up")


def say(text: str = "") -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str, status: int = 1) -> NoReturn:
    say(f"\n{text}")
    raise SystemExit(status)


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, to_stderr: bool = False) -> int:
    """Run a command in the project's folder; `env` is added to ours. Returns its exit status."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=sys.stderr if to_stderr else None,
    ).returncode


def must(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, to_stderr: bool = False) -> None:
    status = run(command, env=env, to_stderr=to_stderr)
    if status:
        stop(f"Avbrutet: ”{' '.join(str(part) for part in command)}” slutade med status {status}.", status)


def django(*arguments: str) -> list[str | Path]:
    return [PYTHON, "manage.py", *arguments]


# Python packages ------------------------------------------------------------------------------------------------------


def make_venv() -> None:
    """A `.venv` without pip: Debian's own Python lacks what `python3 -m venv` needs to put pip there."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0:
        return
    if VENV.exists():
        say("Miljön .venv går inte att köra (Python har bytts?) och görs om.")
        shutil.rmtree(VENV)
    must([sys.executable, "-m", "venv", "--without-pip", VENV])


def installers() -> Iterator[list[str | Path]]:
    """The ways to install into `.venv`, best first."""
    if uv := shutil.which("uv"):
        yield [uv, "pip", "install", "--quiet", "--python", PYTHON]
    options = ["--quiet", "--quiet", "--no-input", "--disable-pip-version-check"]
    if importlib.util.find_spec("pip"):
        yield [sys.executable, "-m", "pip", "--python", PYTHON, "install", *options]
    elif importlib.util.find_spec("ensurepip"):
        must([PYTHON, "-m", "ensurepip", "--default-pip"], to_stderr=True)
        yield [PYTHON, "-m", "pip", "install", *options]


def install(*names: str) -> None:
    """Install the named locks, every package checked by its hash; nothing where the locks are unchanged."""
    wanted = {name: hashlib.sha256(LOCKS[name].read_bytes()).hexdigest() for name in names}
    make_venv()
    installed = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    if all(installed.get(name) == digest for name, digest in wanted.items()):
        return
    say("Installerar Pythonpaket (kräver nätverk, första gången omkring en halv minut) …")
    files = [argument for name in names for argument in ("-r", LOCKS[name])]
    for installer in installers():
        if run([*installer, "--require-hashes", "--only-binary", ":all:", *files], to_stderr=True) == 0:
            STAMP.write_text(json.dumps({**installed, **wanted}))
            return
    stop(
        "Pythonpaketen kunde inte installeras. Kontrollera att nätverket fungerar och att pip finns"
        " (Debian och Ubuntu: apt-get install python3-pip), och försök igen."
    )


# System packages ------------------------------------------------------------------------------------------------------


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_libraries() -> list[str]:
    return [package for library, package in PDF_LIBRARIES.items() if not loads(library)]


def browser() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def postgresql_programs() -> Path | None:
    """The folder of the newest PostgreSQL server's programs."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    return Path(found).resolve().parent if (found := shutil.which("initdb")) else None


def missing_test_packages() -> list[str]:
    missing = [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
    if not postgresql_programs():
        missing.append("postgresql")
    if not browser() and not is_ubuntu():
        missing.append("chromium")
    return missing


def is_ubuntu() -> bool:
    """Ubuntu's chromium package is only a pointer to a snap, which neither a container nor a CI machine can run."""
    release = Path("/etc/os-release")
    return release.exists() and "\nID=ubuntu" in "\n" + release.read_text()


def require_packages(missing: Callable[[], list[str]], purpose: str) -> None:
    """Install with apt-get what `missing()` names where we may, else say the exact command and stop."""
    packages = missing()
    if not packages:
        return
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        stop(f"{purpose} saknas. Installera motsvarigheten till dessa Debianpaket: {' '.join(packages)}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and (not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode):
        stop(f"{purpose} saknas. Kör detta och sedan start.py igen:\n\n    sudo {command}\n")
    say(f"Installerar {purpose[0].lower()}{purpose[1:]}: {' '.join(packages)} …")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    for attempt in (1, 2):
        updated = quietly([*apt, "update"])
        if updated and quietly([*apt, "install", "--no-install-recommends", *packages]) and not missing():
            return
        if attempt == 1:
            time.sleep(5)
    stop(f"{purpose} kunde inte installeras. Kör detta för hand och sedan start.py igen:\n\n    {command}\n")


def quietly(command: Sequence[str]) -> bool:
    """Run without output; show its last lines only where it fails."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if done.returncode:
        say("\n".join(done.stdout.splitlines()[-12:]))
    return done.returncode == 0


def require_pdf_libraries() -> None:
    require_packages(missing_libraries, "Systembibliotek för PDF")


# The demonstration ----------------------------------------------------------------------------------------------------


def chosen_port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        stop(f"PORT={text} är inget portnummer. Ange ett tal mellan 1 och 65535, till exempel PORT=8001.")
    return int(text)


def chosen_number(name: str, *, default: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= most:
        stop(f"{name}={text} går inte. Ange ett tal mellan 1 och {most}, till exempel {name}={default}.")
    return int(text)


def require_free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "är upptagen" if error.errno == errno.EADDRINUSE else f"går inte att använda ({error.strerror})"
            stop(f"Port {port} på {host} {reason}. Välj en annan, till exempel: PORT=8765 python3 start.py")


def demo_secret_key() -> str:
    path = VAR / "secret_key"
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


def demo_environment() -> dict[str, str]:
    """The demonstration's settings; a DATABASE_URL of the caller's is never filled with demo accounts."""
    return {
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": demo_secret_key(),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": f"sqlite:///{VAR / 'demo.sqlite3'}",
    }


def prepare_demo(env: Mapping[str, str], *, to_stderr: bool = False) -> None:
    VAR.mkdir(exist_ok=True)
    must(django("build_fonts"), env=env, to_stderr=to_stderr)
    must(django("migrate", "--verbosity", "0"), env=env, to_stderr=to_stderr)
    must(django("load_demo"), env=env, to_stderr=to_stderr)


def demo() -> NoReturn:
    started = time.monotonic()
    port = chosen_port()
    require_free_port("127.0.0.1", port)
    install("base")
    require_pdf_libraries()
    env = demo_environment()
    prepare_demo(env)
    collect_static_where_changed(env)
    took = decimal(time.monotonic() - started)
    print(f"\nKlart på {took} sekunder. Öppna http://127.0.0.1:{port} (avsluta med Ctrl-C).", flush=True)
    become_server(env, bind=f"127.0.0.1:{port}", workers=2, options=["--log-level", "warning"])


def collect_static_where_changed(env: Mapping[str, str]) -> None:
    """Collect and compress the static files, the slowest part of a start, only where one of them is another."""
    folders = (ROOT / "skane_digi" / "assets", ROOT / "build" / "fonts")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    settled = [LOCKS["base"], ROOT / "skane_digi" / "settings.py", *files]
    now = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in settled]
    stamp, manifest = VAR / "collected-static.json", ROOT / "staticfiles" / "staticfiles.json"
    if manifest.exists() and stamp.exists() and json.loads(stamp.read_text()) == now:
        return
    must(django("collectstatic", "--noinput", "--verbosity", "0"), env=env)
    stamp.write_text(json.dumps(now))


def become_server(env: Mapping[str, str], *, bind: str, workers: int, options: Sequence[str]) -> NoReturn:
    """Hand the process over to gunicorn, so that Ctrl-C and a supervisor's signals reach it and nothing else."""
    command = [
        *(str(PYTHON), "-m", "gunicorn", "skane_digi.wsgi:application", "--bind", bind, "--workers", str(workers)),
        *("--threads", "4", "--timeout", "120", "--graceful-timeout", "20", "--no-control-socket", *options),
    ]
    os.chdir(ROOT)
    os.execve(PYTHON, command, {**os.environ, **env})


# Production -----------------------------------------------------------------------------------------------------------


def serve() -> NoReturn:
    """Serve what the environment names, after Django's own deployment checks; refuses anything of the demonstration."""
    env = production_environment()
    host, port = os.environ.get("HOST", "127.0.0.1"), chosen_port()
    require_free_port(host, port)
    install("base")
    require_pdf_libraries()
    VAR.mkdir(exist_ok=True)
    must(django("build_fonts"), env=env)
    # First the settings alone, so that a wrong set-up touches no database; then what lies in the database.
    must(django("check", "--deploy", "--fail-level", "WARNING"), env=env)
    must(django("migrate", "--noinput", "--verbosity", "1"), env=env)
    must(django("check", "--deploy", "--fail-level", "WARNING", "--database", "default"), env=env)
    must(django("collectstatic", "--noinput", "--verbosity", "0"), env=env)
    say(f"Servern startar på http://{host}:{port} (avsluta med Ctrl-C).")
    workers = int(os.environ.get("WEB_CONCURRENCY") or min(2 * (os.cpu_count() or 1) + 1, 9))
    recycling = ["--max-requests", "2000", "--max-requests-jitter", "200", "--access-logfile", "-"]
    become_server(env, bind=f"{host}:{port}", workers=workers, options=recycling)


def production_environment() -> dict[str, str]:
    if missing := [name for name in ("SECRET_KEY", "ALLOWED_HOSTS") if not os.environ.get(name)]:
        stop(f"Produktionsstart kräver {' och '.join(missing)} i miljön. Se README.md.")
    for name in ("DEMO", "DEBUG"):
        if os.environ.get(name, "").lower() not in ("", "0", "false", "no", "off"):
            stop(f"{name}={os.environ[name]} hör inte till produktion. Ta bort {name} ur miljön och starta igen.")
    default_database = f"sqlite:///{VAR / 'production.sqlite3'}"
    return {"DEMO": "0", "DEBUG": "0", "DATABASE_URL": os.environ.get("DATABASE_URL") or default_database}


def worker() -> int:
    """Keep WORKERS processes at the work in the background, until a signal; one that dies is begun anew.

    A signal lets each finish what it is doing. What one had in hand when it died is taken up again when the site has
    had time to see that nobody works on it.
    """
    env = production_environment()
    if os.environ.get("TASK_QUEUE") != "database":
        stop("Sätt TASK_QUEUE=database i miljön, både här och för servern. Annars gör servern arbetet själv.")
    number = chosen_number("WORKERS", default=2, most=64)
    install("base")
    require_pdf_libraries()
    must(django("build_fonts"), env=env)
    say(f"{number} arbetare gör det som läggs i kön (avsluta med Ctrl-C).")
    return keep_at_work([django("db_worker", "--queue-name", "*")] * number, env=env, after_a_death=django(*TAKE_UP))


def keep_at_work(
    commands: Sequence[Sequence[str | Path]], *, env: Mapping[str, str], after_a_death: Sequence[str | Path]
) -> int:
    """Run the commands side by side, each anew when it ends, until a signal; return 0 when all have ended by it.

    ``after_a_death`` is run some time after one has ended by itself, and once some time after the start.
    """
    is_ending, due = [], time.monotonic() + LEFT_AFTER
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, frame: is_ending.append(number))
    at_work = [begin(command, env) for command in commands]
    while not is_ending:
        time.sleep(0.2)
        for place, process in enumerate(at_work):
            if process.poll() is not None and not is_ending:
                say(f"En arbetare slutade med status {process.returncode} och ersätts.")
                time.sleep(1)
                at_work[place], due = begin(commands[place], env), time.monotonic() + LEFT_AFTER
        if due and time.monotonic() > due and not is_ending:
            due = None
            run(after_a_death, env=env)
    say("Arbetarna gör färdigt det de håller på med.")
    for process in at_work:
        process.terminate()
    for process in at_work:
        process.wait()
    return 0


def begin(command: Sequence[str | Path], env: Mapping[str, str]) -> subprocess.Popen:
    # A group of its own: Ctrl-C in a terminal reaches us alone, and a second signal would cut off the work at hand.
    ours = {**os.environ, **env}
    return subprocess.Popen([str(part) for part in command], cwd=ROOT, env=ours, start_new_session=True)


# manage.py and the measurements ---------------------------------------------------------------------------------------


def manage(arguments: Sequence[str]) -> int:
    """manage.py in production's environment where SECRET_KEY is set, else in the demonstration's."""
    install("base")
    require_pdf_libraries()
    if os.environ.get("SECRET_KEY"):
        env = production_environment()
    else:
        env = demo_environment()
        if not (VAR / "demo.sqlite3").exists():
            prepare_demo(env, to_stderr=True)
    return run(django(*arguments), env=env)


def bench(arguments: Sequence[str]) -> int:
    """Measure on a database of its own, so that the demonstration's data neither weighs in nor grows."""
    install("base")
    require_pdf_libraries()
    with tempfile.TemporaryDirectory(prefix="skane-digi-bench-") as folder:
        env = {**demo_environment(), "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        prepare_demo(env, to_stderr=True)
        must(django("collectstatic", "--noinput", "--verbosity", "0"), env=env, to_stderr=True)
        return run(django("bench", *arguments), env=env)


# The checks -----------------------------------------------------------------------------------------------------------


def test(*, fast: bool, own: Sequence[str]) -> int:
    """Run every check, all of them even where one fails, and sum up; with arguments of one's own only pytest with them.

    Returns 0 only where all passed.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # so that PostgreSQL is stopped then too
    install("base", "test")
    require_pdf_libraries()
    if not (fast or own):
        require_packages(missing_test_packages, "Program för testerna")
        require_browser()
    results: list[tuple[str, bool, float]] = []

    def step(name: str, *command: str | Path, env: Mapping[str, str]) -> None:
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        status = run(command, env=env)
        if "pytest" in command and status == PYTEST_NO_TESTS:
            print("Inga tester hittades; det räknas som fel.")
        results.append((name, status == 0, time.monotonic() - started))

    with tempfile.TemporaryDirectory(prefix="skane-digi-test-") as folder:
        env = check_environment(f"sqlite:///{folder}/test.sqlite3")
        must(django("build_fonts"), env=env)
        pytest = (PYTHON, "-m", "pytest")
        if own:
            step("pytest", *pytest, *own, env=env)
        else:
            static_checks(step, env)
            step("tester på SQLite", *pytest, "-n", "2", "-m", "not e2e", env=env)
        if not (fast or own):
            with postgresql() as address:
                step("tester på PostgreSQL", *pytest, "-n", "2", "-m", "not e2e", env={**env, **address})
            step("tester i webbläsare", *pytest, "-n", "2", "-m", "e2e", env=env)
    summarise(results)
    return 0 if all(passed for _, passed, _ in results) else 1


def check_environment(database_url: str) -> dict[str, str]:
    env = {
        "DEMO": "0",
        "DEBUG": "0",
        "HTTPS": "0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "DATABASE_URL": database_url,
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    return {**env, "CHROMIUM": found} if (found := browser()) else env


def static_checks(step: Callable[..., None], env: Mapping[str, str]) -> None:
    programs = VENV / "bin"
    production = {**env, "HTTPS": "1", "ALLOWED_HOSTS": "example.test"}
    step("ruff check", programs / "ruff", "check", ".", env=env)
    step("ruff format", programs / "ruff", "format", "--check", ".", env=env)
    step("importkontrakt", programs / "lint-imports", "--no-cache", "--no-logo", env=env)
    step("mallar", programs / "djlint", "templates", "--lint", "--quiet", env=env)
    step("migrationer", *django("makemigrations", "--check", "--dry-run"), env=env)
    step("check --deploy", *django("check", "--deploy", "--fail-level", "WARNING"), env=production)


def require_browser() -> None:
    """Where no package brings a browser (Ubuntu), the one that Playwright itself downloads."""
    if not browser() and run([PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"], to_stderr=True):
        stop("Webbläsaren kunde inte installeras. Ange en egen: CHROMIUM=/sökväg python3 start.py test")


@contextlib.contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """A PostgreSQL server of our own on a free port, gone when the checks are; it will not run as root."""
    programs = postgresql_programs()
    if programs is None:
        stop("PostgreSQL saknas.")
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="skane-digi-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if as_owner:
            shutil.chown(folder, "postgres", "postgres")
        data, port = folder / "data", free_port()
        fast_and_forgetful = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off"
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {fast_and_forgetful}"
        control = [*as_owner, str(programs / "pg_ctl"), "-D", str(data), "-w"]
        initdb = [*as_owner, str(programs / "initdb"), "-D", str(data), "-U", "skane", "-A", "trust"]
        made = quietly([*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"])
        if not made or not quietly([*control, "-l", str(folder / "log"), "-o", options, "start"]):
            stop(f"PostgreSQL kunde inte startas som {'postgres' if as_owner else getpass.getuser()}.")
        try:
            yield {"DATABASE_URL": f"postgres://skane@127.0.0.1:{port}/postgres", "CONN_MAX_AGE": "0"}
        finally:
            quietly([*control, "-m", "immediate", "stop"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def summarise(results: Sequence[tuple[str, bool, float]]) -> None:
    print("\n=== Sammanfattning")
    for name, passed, duration in results:
        print(f"  {'ok ' if passed else 'FEL'}  {name:<20} {decimal(duration):>7} s")
    failed = [name for name, passed, _ in results if not passed]
    print(f"\nMisslyckades: {', '.join(failed)}." if failed else "\nAllt godkänt.")


def decimal(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


# The command line -----------------------------------------------------------------------------------------------------


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Sätter upp och startar Skåne digi.", epilog="Utan kommando: demo.")
    commands = parser.add_subparsers(dest="command", metavar="kommando")
    commands.add_parser("demo", help="demonstrationen på http://127.0.0.1:8000 (PORT byter port); behåller sina data")
    commands.add_parser("serve", help="produktion: SECRET_KEY, ALLOWED_HOSTS och DATABASE_URL ur miljön (HOST, PORT)")
    commands.add_parser("worker", help="produktion med TASK_QUEUE=database: arbetet i bakgrunden (WORKERS processer)")
    checks = commands.add_parser("test", help="samma kontroller som CI; med egna argument körs bara pytest med dem")
    checks.add_argument("--fast", action="store_true", help="utan PostgreSQL och webbläsare")
    commands.add_parser("bench", help="mätningarna i docs/benchmark.md", add_help=False)
    commands.add_parser("manage", help="manage.py i samma miljö", add_help=False)
    return parser


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 a newcomer's own Python may be any
        stop("Python 3.11 eller nyare krävs.")
    parser = command_line()
    chosen, rest = parser.parse_known_args()
    if rest and chosen.command not in ("test", "bench", "manage"):
        parser.error(f"okända argument: {' '.join(rest)}")
    match chosen.command:
        case "test":
            return test(fast=chosen.fast, own=rest)
        case "bench":
            return bench(rest)
        case "manage":
            return manage(rest)
        case "worker":
            return worker()
        case "serve":
            serve()
        case _:
            demo()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        stop("Avbrutet.", 130)
