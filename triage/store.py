"""Keeps the fitted model: where it lies, under which key, and how it is fitted when it is missing."""

import hashlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from triage import model as models
from triage.model import Model, UnusableModel

PARTS = (
    "tokens.py", "phrases.py", "lexicon.py", "reading.py", "features.py", "vectors.py", "corpus.py", "model.py",
    "training.py", "facts.py", "language.py", "verdict.py",
)  # fmt: skip
PATIENCE = 300  # seconds that fitting may take on a slow machine before it is given up


@cache
def model_key() -> str:
    """Return a hash of all that the model depends on: its letters, its lexicon and its code."""
    home = files("triage")
    digest = hashlib.sha256()
    parts: list[Traversable] = [home / name for name in PARTS]
    parts += [files("letters") / "newest.py", files("letters") / "clean.py"]
    for folder in ("corpus", "lexicon"):
        parts += sorted((home / folder).iterdir(), key=lambda part: part.name)
    for part in parts:
        content = part.read_bytes()
        digest.update(f"{part.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def default_folder() -> Path:
    """Return ``$XDG_CACHE_HOME/som`` or ``~/.cache/som``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "som"


def ready(cache_dir: Path | None) -> Model:
    """Return the model: the stored one when it is whole and ours, otherwise one fitted now and stored."""
    key = model_key()
    folder = _writable(cache_dir or default_folder())
    path = folder / f"triage-{key[:16]}.npz"
    try:
        return models.load(path, key)
    except UnusableModel:
        fit_apart(path, key)
        return models.load(path, key)


def fit_apart(path: Path, key: str) -> None:
    """Fit in a process of its own and wait; two processes that do it at once write the same file, one after the other."""
    subprocess.run(
        [sys.executable, "-m", "triage.training", "--out", str(path), "--key", key],
        check=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
    )


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.gettempdir()) / f"som-{os.getuid()}"
