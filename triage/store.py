"""Keeps the fitted model: where it lies, under which key, and how it is fitted when it is missing."""

import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from triage import model as models
from triage.model import Model, UnusableModel
from triage.verdict import TriageSettings

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


def ready(settings: TriageSettings) -> Model:
    """Return the model: the desk's, else the stored one, each only when whole and of this version, else a new fit."""
    key = model_key()
    if settings.desk_model is not None:
        with suppress(UnusableModel):
            return models.load(settings.desk_model, key)
    path = shipped_path(settings)
    try:
        return models.load(path, key)
    except UnusableModel:
        fit_apart(path, key)
        return models.load(path, key)


def shipped_path(settings: TriageSettings) -> Path:
    """Return where the model fitted from the shipped letters alone is kept."""
    folder = settings.cache_dir or default_folder()
    return _writable(folder) / f"triage-{model_key()[:16]}.npz"


def fit_apart(path: Path, key: str, examples: Path | None = None) -> None:
    """Fit in a process of its own and wait for it; raise ``CalledProcessError`` or ``TimeoutExpired`` when it fails.

    Two processes that fit at once each move a whole file into place, so either may win.
    """
    command = [sys.executable, "-m", "triage.training", "--out", str(path), "--key", key]
    if examples is not None:
        command += ["--examples", str(examples)]
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    subprocess.run(
        command,
        check=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **threads, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)},
    )


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.gettempdir()) / f"som-{os.getuid()}"
