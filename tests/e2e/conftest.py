"""A real browser on a live server that has both real plans."""

import os

import pytest
from django.conf import settings
from django.test import Client
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

    A violated content security policy, a missing file and an error in a script all reach the console. ``forgiven`` are
    words of the complaints that a test is about: the browser complains of every refusal and lost connection.
    """
    contexts, complaints = [], []

    def complain(words: str, forgiven: tuple[str, ...]) -> None:
        if words and not any(word in words for word in forgiven):
            complaints.append(words)

    def new_page(*, width: int = 1280, scheme: str = "light", forgiven: tuple[str, ...] = (), **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            base_url=live_server.url,
            locale="sv-SE",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and complain(message.text, forgiven))
        page.on("pageerror", lambda error: complain(str(error), ()))
        page.on("requestfailed", lambda request: complain(_failure(request), forgiven))
        page.on("request", lambda request: _stay_home(request.url, live_server.url, complaints))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def signed_in(open_page, live_server):
    """Return a function that opens a page where ``user`` is signed in."""

    def new_page(user, **options):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page = open_page(**options)
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return new_page


def _failure(request) -> str:
    """A download, and what a page was still fetching when it was left, end as aborted without anything being wrong."""
    return "" if request.failure == "net::ERR_ABORTED" else f"hämtades inte: {request.url} {request.failure}"


def _stay_home(url: str, home: str, complaints: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"hämtas från annat håll: {url}")
