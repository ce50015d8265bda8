"""Debian's chromium without a window, spoken to over two pipes (Chrome DevTools Protocol), with the library alone."""

import base64
import fcntl
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.require import program

PATIENCE = 60.0
"""Seconds to wait for any one answer."""

LOADED = """new Promise(done => document.readyState === "complete" ? done(true)
  : addEventListener("load", () => done(true)))"""

FLAGS = (
    "--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-default-apps", "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
    "--no-sandbox",  # the pages are our own, and a container may not offer what the sandbox needs
    "--host-resolver-rules=MAP * ~NOTFOUND", "--no-proxy-server", "--lang=es-PE",
)  # fmt: skip


WIRED = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])"""
"""The browser reads orders from 3 and answers on 4, whatever numbers its pipes have here."""


class BrowserError(Exception):
    """The browser refused what it was asked, or ended."""


@dataclass
class Browser:
    """A running browser. Answers and events come in on one pipe, told apart by their number."""

    _read: int
    _write: int
    _process: subprocess.Popen[bytes]
    _next: int = 0
    _rest: bytes = b""
    _listeners: dict[str, Callable[[dict[str, Any]], None]] = field(default_factory=dict)

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Ask something and wait for its answer; events that come meanwhile go to their page."""
        self._next += 1
        number = self._next
        asked: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            asked["sessionId"] = session
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        answer = self.wait(lambda said: said.get("id") == number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Take in what the browser says until something is what was wanted."""
        until = time.monotonic() + PATIENCE
        while True:
            said = self._one(until)
            if (listener := self._listeners.get(said.get("sessionId", ""))) is not None:
                listener(said)
            if wanted(said):
                return said

    def page(self, path: Path, *, width: int = 1200, height: int = 900) -> "Page":
        """Open a file in a window of that size, and wait until it has loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        self._listeners[session] = page.hear
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setFocusEmulationEnabled", enabled=True)  # as if its window were in front
        page.resize(width, height)
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        page.call("Page.navigate", url=path.as_uri())
        page.evaluate(LOADED)
        return page

    def _one(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise BrowserError("chromium does not answer")
            piece = os.read(self._read, 1 << 20)
            if not piece:
                raise BrowserError(f"chromium ended with {self._process.wait()}")
            self._rest += piece
        one, _, self._rest = self._rest.partition(b"\0")
        said: dict[str, Any] = json.loads(one)
        return said


@dataclass
class Page:
    """One page: what it logged and asked for is kept."""

    _browser: Browser
    _session: str
    loads: int = 0
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask something of this page."""
        return self._browser.call(method, self._session, **params)

    def reload(self) -> None:
        """Load it again, and wait until everything is there."""
        before = self.loads
        self.call("Page.reload")
        if self.loads == before:
            self._browser.wait(lambda _said: self.loads > before)

    def hear(self, said: dict[str, Any]) -> None:
        """Note what the page logs, throws and asks the network for."""
        params = said.get("params", {})
        match said.get("method"):
            case "Page.loadEventFired":
                self.loads += 1
            case "Runtime.exceptionThrown":
                self.problems.append(str(params["exceptionDetails"].get("text")))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.problems.append(str(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Network.requestWillBeSent":
                self.requests.append(str(params["request"]["url"])[:200])

    def medium(self, name: str) -> None:
        """Show it as on ``print`` or ``screen``."""
        self.call("Emulation.setEmulatedMedia", media=name)

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def resize(self, width: int, height: int = 900) -> None:
        """Give the window another size; under 600 it is a telephone."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        typed = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.call("Input.insertText", text=text)

    def pdf(self) -> bytes:
        """Print it as its own print style wants."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def picture(self) -> bytes:
        """Return what it looks like, from top to bottom, as a PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@contextmanager
def browser() -> Iterator[Browser]:
    """Run chromium with a profile of its own until the block ends; without it the test is ``missing``."""
    path = program("chromium")
    with tempfile.TemporaryDirectory(prefix="som-chromium-", ignore_cleanup_errors=True) as profile:
        orders, from_us = _pipe()
        to_us, answers = _pipe()

        flags = [*FLAGS, f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [sys.executable, "-c", WIRED, str(orders), str(answers), path, *flags, "about:blank"],
            pass_fds=(orders, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile, "XDG_CONFIG_HOME": profile, "XDG_CACHE_HOME": profile},
        )
        os.close(orders)
        os.close(answers)
        running = Browser(to_us, from_us, process)
        try:
            yield running
        finally:
            try:
                running.call("Browser.close")
                process.wait(10)
            except (BrowserError, OSError, subprocess.TimeoutExpired):
                process.kill()
                process.wait()
            os.close(to_us)
            os.close(from_us)


def _pipe() -> tuple[int, int]:
    """Return a pipe whose ends are not among the first ten numbers, which the browser's own ends take."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
