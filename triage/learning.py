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

LATEST = "triage-desk.npz"
"""The name under which the newest model of the desk is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What came of training: both reports on the validation part, and where the new model is kept.

    ``faults`` say in Spanish in what it is worse; then it was not kept.
    """

    letters: int
    present: dict[str, Any]
    new: dict[str, Any]
    faults: tuple[str, ...]
    path: Path

    @property
    def kept(self) -> bool:
        """Tell whether the new model took the place of the present one."""
        return not self.faults


def teach(settings: TriageSettings, examples: Path | None = None) -> Lesson:
    """Fit from the shipped letters and those of the desk; keep the model unless it judges the validation part worse.

    ``examples`` holds labelled letters, one JSON object a line. A model that learnt from the desk is kept in
    ``settings.desk_folder`` under the hash of what it learnt from, and ``LATEST`` there points to it. Raise
    ``BadExample`` for an unreadable line, ``OSError`` when a file cannot be read or written,
    ``subprocess.SubprocessError`` when fitting fails.
    """
    key = store.model_key()
    own = examples.read_bytes() if examples is not None else b""
    letters = len(read_examples(own.decode("utf-8").split("\n"), "desk", partial=True))
    _, held = split(shipped())
    texts = [example.text for example in held]
    present = measure(Classifier(store.ready(settings), settings).judge(texts), held)
    path = store.shipped_path(settings)
    if letters:
        key = f"{key}+{hashlib.sha256(own).hexdigest()[:16]}"
        path = (settings.desk_folder or path.parent) / f"triage-{key[:12]}-{key.partition('+')[2]}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".triage-") as folder:
        fresh = Path(folder) / "fresh.npz"
        store.fit_apart(fresh, key, examples if letters else None)
        new = measure(Classifier(models.load(fresh, store.model_key()), settings).judge(texts), held)
        faults = worse(new, present)
        if not faults:
            fresh.replace(path)
            if letters:
                pointer = Path(folder) / LATEST
                pointer.symlink_to(path.name)
                pointer.replace(path.with_name(LATEST))
    return Lesson(letters=letters, present=present, new=new, faults=faults, path=path)


def worse(new: dict[str, Any], present: dict[str, Any]) -> tuple[str, ...]:
    """Say in Spanish in what a model is worse: it judges lines worse, or misses more letters of danger."""
    measures = (
        ("acierta menos líneas", new["line"]["macro_f1"], present["line"]["macro_f1"]),
        (
            "deja pasar más cartas con riesgo de trata",
            new["trafficking_risk"].get("recall", 1.0),
            present["trafficking_risk"].get("recall", 1.0),
        ),
    )
    return tuple(f"{what} ({mine:.3f}; el actual, {theirs:.3f})" for what, mine, theirs in measures if mine < theirs)
