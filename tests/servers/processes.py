"""Starting and ending real servers: they tell nobody when they listen, and each is ended by its process id."""

import socket
import subprocess
import time
from pathlib import Path

from tests.servers.require import missing


def wait_for_greeting(
    process: subprocess.Popen[bytes], port: int, greeting: bytes, *, name: str, log: Path, goodbye: bytes = b""
) -> None:
    """Wait until the server greets on that loopback port; a server that ends instead is reported with its log."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.stdout.read().decode(errors="replace") if process.stdout else ""
            missing(f"a {name} that starts here ({said.strip()} {log.read_text() if log.exists() else ''})")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
                if probe.recv(4).startswith(greeting):
                    probe.sendall(goodbye)
                    return
        except OSError:
            time.sleep(0.02)
    missing(f"a {name} that answers within 20 s")


def wait_for_end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a server that was told to stop; kill it if it does not."""
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
