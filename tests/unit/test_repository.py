"""The promises that the files at the root make to a newcomer."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUTERMOST = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
"""The environment without the traces of a make that runs these tests."""


def test_readme_opens_with_exactly_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    assert block.group(1).splitlines() == ["make demo", "make test"]


def test_readme_maps_every_room() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("tests", "bench")]
    assert [room for room in rooms if f"`{room}/`" not in readme] == []


def test_make_help_lists_every_public_target() -> None:
    said = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, env=OUTERMOST, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[1] for line in said.splitlines()] == [
        "help",
        "demo",
        "test",
        "check",
        "bench",
        "trials",
        "clean",
    ]


def test_make_says_in_one_line_that_python_is_missing(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    for name in ("demo.txt", "test.txt", "check.txt"):
        (tmp_path / "requirements").mkdir(exist_ok=True)
        (tmp_path / "requirements" / name).touch()
    (tmp_path / "pyproject.toml").touch()
    command = ["make", "demo", "PYTHON=no-such-python"]
    ended = subprocess.run(command, cwd=tmp_path, env=OUTERMOST, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    ours = [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(ours) == 1
    assert "no Python 3.11 or newer with venv found" in ours[0]


@pytest.mark.parametrize("name", ["run", "demo", "test", "check"])
def test_requirements_are_pinned_hashed_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    joined = [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]
    assert joined
    assert all(re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", line) and "--hash=sha256:" in line for line in joined)
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links|--trusted-host| @ ", text)


def test_the_lists_of_packages_contain_each_other() -> None:
    pins = {
        name: set(
            re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==\S+", (ROOT / f"requirements/{name}.txt").read_text(), re.M)
        )
        for name in ("run", "demo", "test", "check")
    }
    assert pins["run"] < pins["demo"] < pins["test"] < pins["check"]
