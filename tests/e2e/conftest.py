"""A real browser on a live server that has both real plans."""

import os

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    # Playwright runs an event loop in this thread, where Django would refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser, live_server, real_plans):
    """Return a function that opens a page of a given width and colour scheme; complaints of the browser fail the test.

    A violated content security policy, a missing file and an error in a script all reach the console.
    """
    contexts, complaints = [], []

    def new_page(*, width: int = 1280, scheme: str = "light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            base_url=live_server.url,
            locale="sv-SE",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: _note_failure(request, complaints))
        page.on("request", lambda request: _stay_home(request.url, live_server.url, complaints))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert complaints == []


def _note_failure(request, complaints: list[str]) -> None:
    """A download, and what a page was still fetching when it was left, end as aborted without anything being wrong."""
    if request.failure != "net::ERR_ABORTED":
        complaints.append(f"hämtades inte: {request.url} {request.failure}")


def _stay_home(url: str, home: str, complaints: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"hämtas från annat håll: {url}")
