"""Teaches the judge from the desk's own letters, and never lets a worse judge take the place of a better one."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage import model as models
from triage import store
from triage.classifier import Classifier
from triage.corpus import read_examples, shipped, split
from triage.evaluation import measure
from triage.verdict import TriageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What came of training: both reports on the validation part, whether the new model was kept, and where."""

    letters: int
    present: dict[str, Any]
    new: dict[str, Any]
    kept: bool
    path: Path


def teach(settings: TriageSettings, examples: Path | None = None) -> Lesson:
    """Fit from the shipped letters and those of the desk; keep the model unless it judges the validation part worse.

    ``examples`` holds labelled letters, one JSON object a line. A model that learnt from the desk goes to
    ``settings.desk_model`` (or beside the shipped one). Raise ``BadExample`` for an unreadable line, ``OSError`` when a
    file cannot be read or written, ``subprocess.SubprocessError`` when fitting fails.
    """
    key = store.model_key()
    own = examples.read_bytes() if examples is not None else b""
    letters = len(read_examples(own.decode("utf-8").split("\n"), "desk"))
    _, held = split(shipped())
    texts = [example.text for example in held]
    present = measure(Classifier(store.ready(settings), settings).judge(texts), held)
    path = store.shipped_path(settings)
    if letters:
        key = f"{key}+{hashlib.sha256(own).hexdigest()[:16]}"
        path = settings.desk_model or path.with_name("triage-desk.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".triage-") as folder:
        fresh = Path(folder) / "fresh.npz"
        store.fit_apart(fresh, key, examples if letters else None)
        new = measure(Classifier(models.load(fresh, store.model_key()), settings).judge(texts), held)
        kept = not worse(new, present)
        if kept:
            fresh.replace(path)
    return Lesson(letters=letters, present=present, new=new, kept=kept, path=path)


def worse(new: dict[str, Any], present: dict[str, Any]) -> bool:
    """Tell whether a model judges lines worse, or misses more letters of danger."""
    return bool(
        new["line"]["macro_f1"] < present["line"]["macro_f1"]
        or new["trafficking_risk"].get("recall", 1.0) < present["trafficking_risk"].get("recall", 1.0)
    )
