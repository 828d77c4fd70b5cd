"""Serves a desk on a free port, and opens a headless Chromium that notes everything its console says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from employer.desk import routes
from tests.employer.desk.office import PASSWORD, Office

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(slots=True)
class Window:
    """A page, and what its console complained about."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Keeps warnings and errors; refusals by the content security policy are among them."""
        if message.type in ("warning", "error"):
            self.complaints.append(message.text)

    def sign_in(self) -> None:
        """Through the form, as a person does."""
        self.page.goto(f"{self.address}/")
        self.page.get_by_role("textbox").first.fill("support")
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(f"{self.address}/")


@contextmanager
def desk_on_loopback(office: Office) -> Iterator[str]:
    """Serves the office's desk; gives its address."""
    app = Starlette(routes=[Mount("/desk", routes=routes(office.receiver))])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + 10
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/desk"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the system."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser,
    address: str,
    *,
    language: str = "en-GB",
    width: int = 1280,
    dark: bool = False,
    script: bool = True,
) -> Iterator[Window]:
    """A fresh window: no cookies, that language, that width."""
    context = browser.new_context(
        locale=language,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        timezone_id="Europe/Moscow",
    )
    opened = Window(context.new_page(), address)
    opened.page.on("console", lambda message: opened.note(message))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
    finally:
        context.close()
