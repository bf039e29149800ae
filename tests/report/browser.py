"""A headless Chromium for tests, driven over WebDriver (plain HTTP and JSON) by chromedriver; it reaches no network.

Debian and Ubuntu call the packages chromium and chromium-driver. Where they are missing a test is skipped, with the reason;
with CI=true it fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium.chromedriver")
MISSING = (
    "no Chromium with chromedriver on PATH: the HTML report was not opened in a browser (apt: chromium chromium-driver)"
)
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
STARTED = re.compile(r"started successfully on port (\d+)")
SECONDS = 60
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A proxy of the environment is for the world, not for a driver on this machine."""


@dataclass(frozen=True)
class Browser:
    """One open window."""

    session: str
    """Address of the WebDriver session."""

    def open(self, file: Path, width: int, height: int = 900) -> None:
        """Open a file in a page of this size, as a phone or a screen would show it."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("/goog/cdp/execute", cmd="Emulation.setDeviceMetricsOverride", params=size)
        self._ask("/url", url=file.as_uri())

    def print_preview(self, *, is_on: bool) -> None:
        """Show pages as they would be printed, or on a screen again."""
        self._ask("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"media": "print" if is_on else ""})

    def run(self, script: str) -> Any:  # noqa: ANN401  whatever the script returns
        """Return what a script returns in the page."""
        return self._ask("/execute/sync", script=script, args=[])

    def requests(self, page: Path) -> list[str]:
        """Return the address of everything that a page asked for, itself included, since the last call."""
        events = (json.loads(entry["message"])["message"] for entry in self._ask("/se/log", type="performance"))
        sent = (one["params"] for one in events if one["method"] == "Network.requestWillBeSent")
        return [one["request"]["url"] for one in sent if one["documentURL"] == page.as_uri()]  # others: Chromium's own

    def complaints(self) -> list[str]:
        """Return what the console says since the last call."""
        return [str(entry["message"]) for entry in self._ask("/se/log", type="browser")]

    def _ask(self, path: str, **body: object) -> Any:  # noqa: ANN401
        return ask(f"{self.session}{path}", body)


def ask(url: str, body: object | None, method: str = "POST") -> Any:  # noqa: ANN401
    """Send a WebDriver command and return its value."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with DIRECT.open(request, timeout=SECONDS) as answer:
        return json.load(answer)["value"]


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """Yield a browser with a fresh profile; skip the test, or under CI fail it, where there is none."""
    binary, driver = (next(filter(None, map(shutil.which, names)), None) for names in (BROWSERS, DRIVERS))
    if binary is None or driver is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            address = f"http://127.0.0.1:{_port(process)}/session"
            session = f"{address}/{ask(address, _wishes(binary, profile))['sessionId']}"
            try:
                yield Browser(session)
            finally:
                ask(session, None, "DELETE")
        finally:
            process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if found := STARTED.search(line):
            return int(found.group(1))
    pytest.fail("chromedriver did not start")


def _wishes(binary: str, profile: Path) -> object:
    options = {"binary": binary, "args": [*SWITCHES, f"--user-data-dir={profile}", "about:blank"]}
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }
    return {"capabilities": {"alwaysMatch": wanted}}
