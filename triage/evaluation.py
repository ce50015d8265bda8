"""Measures verdicts against labelled letters."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from triage.corpus import KINDS, Example
from triage.model import LINES
from triage.verdict import Verdict

PRECISION = 0.97
STEPS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)


def scores(pairs: Iterable[tuple[Any, Any]], labels: Sequence[Any]) -> dict[str, Any]:
    """Return accuracy, macro-F1 and per-label precision, recall and F1 of (right, judged) pairs.

    A label that neither occurs nor is ever judged does not count in the mean.
    """
    counted = Counter(pairs)
    each: dict[str, dict[str, float]] = {}
    for label in labels:
        hit = counted[label, label]
        occurs = sum(count for (right, _), count in counted.items() if right == label)
        judged = sum(count for (_, said), count in counted.items() if said == label)
        if occurs or judged:
            each[str(label)] = {
                "precision": hit / judged if judged else 0.0,
                "recall": hit / occurs if occurs else 0.0,
                "f1": 2 * hit / (occurs + judged),
                "letters": occurs,
            }
    total = sum(counted.values())
    return {
        "accuracy": sum(count for (right, said), count in counted.items() if right == said) / total if total else 0.0,
        "macro_f1": sum(row["f1"] for row in each.values()) / len(each) if each else 0.0,
        "each": each,
    }


def country_scores(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> dict[str, float]:
    """Return micro precision, recall and F1 of sets of countries, and the share of sets that are wholly right."""
    hit = judged = occurs = exact = total = 0
    for right, said in pairs:
        right, said = set(right), set(said)
        hit += len(right & said)
        judged += len(said)
        occurs += len(right)
        exact += right == said
        total += 1
    return {
        "precision": hit / judged if judged else 0.0,
        "recall": hit / occurs if occurs else 0.0,
        "f1": 2 * hit / (judged + occurs) if judged + occurs else 0.0,
        "exact": exact / total if total else 0.0,
    }


def reliability(verdicts: Sequence[Verdict], examples: Sequence[Example]) -> list[dict[str, float]]:
    """Return, per band of confidence, how many letters fell in it, the mean confidence and the share that was right."""
    bands: list[dict[str, float]] = []
    for low, high in pairwise(STEPS):
        inside = [(v, e) for v, e in zip(verdicts, examples, strict=True) if low <= v.confidence < high]
        if inside:
            bands.append(
                {
                    "from": low,
                    "to": min(high, 1.0),
                    "letters": len(inside),
                    "confidence": sum(v.confidence for v, _ in inside) / len(inside),
                    "right": sum(v.line == e.line for v, e in inside) / len(inside),
                }
            )
    return bands


def coverage(verdicts: Sequence[Verdict], examples: Sequence[Example]) -> dict[str, float]:
    """Return the share of letters judged confidently and how often those were right, by the model's own bar.

    ``best`` is the share that a bar chosen with hindsight would cover at 97 % precision: a measure of what is possible,
    never of what was promised.
    """
    sure = [(v, e) for v, e in zip(verdicts, examples, strict=True) if v.confident]
    ordered = sorted(zip(verdicts, examples, strict=True), key=lambda pair: -pair[0].confidence)
    right, best = 0, 0
    for number, (verdict, example) in enumerate(ordered, 1):
        right += verdict.line == example.line
        if right / number >= PRECISION:
            best = number
    return {
        "covered": len(sure) / len(verdicts),
        "precision": sum(v.line == e.line for v, e in sure) / len(sure) if sure else 0.0,
        "best": best / len(verdicts),
    }


def measure(verdicts: Sequence[Verdict], examples: Sequence[Example]) -> dict[str, Any]:
    """Compare verdicts with the labels, field by field; every share is between 0 and 1."""
    both = list(zip(verdicts, examples, strict=True))
    report: dict[str, Any] = {
        "letters": len(both),
        "model": verdicts[0].model_version if verdicts else "",
        "line": scores(((e.line, v.line) for v, e in both), LINES),
        "kind": scores(((e.kind, v.kind) for v, e in both), KINDS),
        "on_behalf": scores(((e.on_behalf, v.on_behalf) for v, e in both), (True,))["each"].get("True", {}),
        "trafficking_risk": scores(((e.trafficking_risk, v.trafficking_risk) for v, e in both), (True,))["each"].get(
            "True", {}
        ),
        "language": {"accuracy": sum(e.language == v.language for v, e in both) / len(both) if both else 0.0},
        "countries": country_scores((e.countries, v.countries) for v, e in both),
        "confusion": [[sum(e.line == a and v.line == b for v, e in both) for b in LINES] for a in LINES],
        "reliability": reliability(verdicts, examples),
        "coverage": coverage(verdicts, examples),
        "line_by_language": _by(both, lambda e: e.language),
    }
    if any(example.difficulty for example in examples):
        report["line_by_difficulty"] = _by(both, lambda e: e.difficulty or "-")
    if any(example.arguable for example in examples):
        report["line"]["accuracy_arguable"] = sum(v.line == e.line or v.line in e.arguable for v, e in both) / len(both)
    return report


def _by(both: Sequence[tuple[Verdict, Example]], key: Callable[[Example], str]) -> dict[str, dict[str, float]]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for verdict, example in both:
        groups[key(example)].append(verdict.line == example.line)
    return {name: {"letters": len(hits), "accuracy": sum(hits) / len(hits)} for name, hits in sorted(groups.items())}


def show(report: dict[str, Any]) -> str:
    """Set a report out for reading."""
    out = [f"{report['letters']} letters, model {report['model']}", ""]
    for name in ("line", "kind"):
        part = report[name]
        out.append(f"{name}: accuracy {part['accuracy']:.3f}, macro-F1 {part['macro_f1']:.3f}")
        if "accuracy_arguable" in part:
            out.append(f"  with arguable labels tolerated: {part['accuracy_arguable']:.3f}")
        out += [
            f"  {label:15} precision {row['precision']:.3f}  recall {row['recall']:.3f}  F1 {row['f1']:.3f}"
            f"  ({row['letters']})"
            for label, row in part["each"].items()
        ]
    for name in ("on_behalf", "trafficking_risk", "countries"):
        row = report[name]
        if row:
            out.append(f"{name}: precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}")
    out.append(f"language: accuracy {report['language']['accuracy']:.3f}")
    out += ["", "confusion (rows: right line, columns: judged line)", "     " + "".join(f"{line:5}" for line in LINES)]
    out += [f"{line:5}" + "".join(f"{n:5}" for n in row) for line, row in enumerate(report["confusion"])]
    out += ["", "reliability (confidence said, share right, letters)"]
    out += [
        f"  {band['from']:.2f}-{band['to']:.2f}  {band['confidence']:.3f}  {band['right']:.3f}  {band['letters']:4}"
        for band in report["reliability"]
    ]
    cover = report["coverage"]
    out += [
        "",
        f"coverage with the bar fixed beforehand: {cover['covered']:.1%} at precision {cover['precision']:.1%}",
        f"best bar in hindsight for 97 % precision would cover {cover['best']:.1%}",
    ]
    for title, name in (("by language", "line_by_language"), ("by difficulty", "line_by_difficulty")):
        if name in report:
            out += ["", f"line, {title}"]
            out += [f"  {key:10} {row['accuracy']:.3f}  ({row['letters']})" for key, row in report[name].items()]
    return "\n".join(out)
