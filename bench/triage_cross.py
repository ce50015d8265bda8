"""Cross-validation of the judge: the fixed validation part, hands never learnt from, each hand left out, mixed folds.

Every model is fitted, calibrated and given its bars without the letters that it is measured on; the letters written
for the weak spots of others (``corpus.DRILLS``) teach but never measure. Takes some minutes.
"""

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from triage import TriageSettings
from triage.classifier import Classifier
from triage.corpus import DRILLS, HELD, Example, shipped, split
from triage.evaluation import measure
from triage.training import FOLDS, fit, fold_of


def rounds(learn: Sequence[Example], held: Sequence[Example]) -> Iterator[tuple[str, Sequence[Example], list[Example]]]:
    """Yield (name, letters to learn from, letters to measure on)."""
    yield "validation part", learn, [example for example in held if not example.writer.startswith(HELD)]
    for writer in sorted({example.writer for example in held if example.writer.startswith(HELD)}):
        yield writer, learn, [example for example in held if example.writer == writer]
    others = [example for example in learn if not example.writer.startswith(DRILLS)]
    for writer in sorted({example.writer for example in others}):
        left_out = [example for example in others if example.writer == writer]
        yield f"{writer} left out", [example for example in learn if example.writer != writer], left_out
    for number in range(FOLDS):
        fold = [example for example in others if fold_of(example) == number]
        yield f"fold {number + 1}", [example for example in learn if fold_of(example) != number], fold


def said(report: dict[str, Any]) -> str:
    """Return the figures of one round on one line."""
    danger, covered = report["trafficking_risk"], report["coverage"]
    return (
        f"line {report['line']['accuracy']:.3f} F1 {report['line']['macro_f1']:.3f}  kind F1"
        f" {report['kind']['macro_f1']:.3f}  on behalf F1 {report['on_behalf']['f1']:.3f}"
        f"  danger P {danger['precision']:.2f} R {danger['recall']:.2f}  countries F1 {report['countries']['f1']:.3f}"
        f"  language {report['language']['accuracy']:.3f}"
        f"  covered {covered['covered']:.2f} at {covered['precision']:.3f}"
    )


def main() -> None:
    """Print one line for each round, and the mean and spread over the mixed folds."""
    learn, held = split(shipped())
    mixed: list[dict[str, Any]] = []
    known: Sequence[Example] = ()
    for name, taught, asked in rounds(learn, held):
        if taught is not known:
            known, model = taught, fit(taught, "cross-validation")
        verdicts = Classifier(model, TriageSettings()).judge([example.text for example in asked])
        report = measure(verdicts, asked)
        if name.startswith("fold"):
            mixed.append(report)
        print(f"{name:18} {len(asked):4}  {said(report)}", flush=True)
    for what in ("line", "kind"):
        rates = [report[what]["macro_f1"] for report in mixed]
        print(f"mixed folds, {what} macro-F1: {statistics.mean(rates):.3f} ± {statistics.stdev(rates):.3f}")


if __name__ == "__main__":
    main()
