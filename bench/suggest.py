"""Measures the suggester: how often a right reply is among the first three, by cross-validation and beside a baseline.

    python -m bench.suggest [--folds 5] [--seed 1] [--misses] [--triage] [--held-out FILE]

The labels (tests/corpus/suggest_labels.jsonl) name the right replies of development letters, the best one first. What
the folds learn is how often each reply was chosen for a line; the words come from the catalogue. The baseline offers
the three most frequent replies of the line. A hundred of the letters were labelled a second time later
(suggest_second_pass.jsonl): how far both passes agree bounds what any suggester can reach.

With --triage the line and the signals are those of the classifier, which was fitted on the same letters: that figure
flatters. With --held-out nothing is learned from the letters measured: suggest_held_out_1.jsonl was measured before the
cues of the catalogue were widened, and then used for that; suggest_held_out_2.jsonl was labelled afterwards, and no cue
was changed for it.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from letters.newest import newest_text
from replies.catalogue import load
from replies.suggest import Asked, Choices, Suggester

ROOT = Path(__file__).parent.parent
LABELS = ROOT / "tests" / "corpus" / "suggest_labels.jsonl"
SECOND_PASS = ROOT / "tests" / "corpus" / "suggest_second_pass.jsonl"
LETTERS = sorted((ROOT / "triage" / "corpus").glob("dev*.jsonl"))


@dataclass(frozen=True)
class Labelled:
    """A development letter with its right replies, the best first."""

    id: str
    asked: Asked
    right: tuple[str, ...]


def labelled(labels: Path = LABELS, letters: Iterable[Path] = LETTERS) -> list[Labelled]:
    """Return the labelled letters by id."""
    rows = {row["id"]: row for path in letters for row in _rows(path)}
    return [
        Labelled(row["id"], _asked(rows[row["id"]]), tuple(row["templates"]))
        for row in sorted(_rows(labels), key=lambda row: row["id"])
    ]


def counts(examples: Sequence[Labelled]) -> Choices:
    """Return how often each reply was right, by line: the best counts 1, another as good 0.5."""
    found: dict[int, dict[str, float]] = {line: {} for line in range(6)}
    for example in examples:
        for place, template_id in enumerate(example.right):
            line = found[example.asked.line]
            line[template_id] = line.get(template_id, 0.0) + (1.0 if place == 0 else 0.5)
    return found


@dataclass
class Tally:
    """How many letters had a right reply among the first three, the best one there, a right one first; the baseline."""

    letters: int = 0
    among_three: int = 0
    best_among_three: int = 0
    first: int = 0
    baseline: int = 0

    def said(self) -> str:
        """Return the shares in words."""
        shares = {
            "a right reply among the first three": self.among_three,
            "the best one among the first three": self.best_among_three,
            "a right reply first": self.first,
            "baseline, three most frequent of the line": self.baseline,
        }
        return "\n".join(f"{count / self.letters:7.1%}  {name}" for name, count in shares.items())


class Missed(list[tuple[Labelled, list[str]]]):
    """The letters without a right reply among the first three, with what was offered."""


def measure(examples: Sequence[Labelled], folds: int = 5, seed: int = 1) -> tuple[Tally, Missed]:
    """Return the tally over all folds and the letters that were missed, with what was offered."""
    shuffled = list(examples)
    random.Random(seed).shuffle(shuffled)
    tally, missed = Tally(), Missed()
    for fold in range(folds):
        learned = counts([example for place, example in enumerate(shuffled) if place % folds != fold])
        _try(shuffled[fold::folds], learned, tally, missed)
    return tally, missed


def measure_held_out(examples: Sequence[Labelled], learned: Choices) -> tuple[Tally, Missed]:
    """Return the tally over letters from which nothing was learned, and those that were missed."""
    tally, missed = Tally(), Missed()
    _try(examples, learned, tally, missed)
    return tally, missed


def _try(examples: Sequence[Labelled], learned: Choices, tally: Tally, missed: Missed) -> None:
    suggester = Suggester(load(), learned)
    for example in examples:
        offered = [suggestion.template for suggestion in suggester.suggest(example.asked)]
        habits = learned[example.asked.line]
        usual = sorted(habits, key=lambda name: -habits[name])[:3]
        right = set(example.right)
        tally.letters += 1
        tally.among_three += bool(right & set(offered))
        tally.best_among_three += example.right[0] in offered
        tally.first += offered[0] in right
        tally.baseline += bool(right & set(usual))
        if not right & set(offered):
            missed.append((example, offered))


@dataclass(frozen=True)
class Agreement:
    """How far two passes over the same letters agree; ``kappa`` is Cohen's, of the best reply."""

    letters: int
    same_best: int
    share_one: int
    kappa: float

    def said(self) -> str:
        """Return the agreement in words."""
        return (
            f"{self.same_best / self.letters:7.1%}  same best reply in a second pass over {self.letters} letters "
            f"(kappa {self.kappa:.2f})\n{self.share_one / self.letters:7.1%}  at least one reply in common"
        )


def agreement(first: Path = LABELS, second: Path = SECOND_PASS) -> Agreement:
    """Compare the labels with those given to the same letters in a second pass."""
    before = {row["id"]: row["templates"] for row in _rows(first)}
    pairs = [(before[row["id"]], row["templates"]) for row in _rows(second)]
    same = sum(one[0] == other[0] for one, other in pairs)
    counts_one, counts_other = (Counter(pair[side][0] for pair in pairs) for side in (0, 1))
    chance = sum(counts_one[name] * counts_other[name] for name in counts_one) / len(pairs) ** 2
    return Agreement(
        letters=len(pairs),
        same_best=same,
        share_one=sum(bool(set(one) & set(other)) for one, other in pairs),
        kappa=(same / len(pairs) - chance) / (1 - chance),
    )


def judged(examples: Sequence[Labelled]) -> list[Labelled]:
    """Return the letters with the line and the signals of the classifier in place of the labelled ones."""
    from triage.classifier import load as judge
    from triage.verdict import Text

    verdicts = judge().judge([Text(subject=e.asked.subject, body=e.asked.body) for e in examples])
    return [
        replace(
            example,
            asked=replace(
                example.asked,
                line=verdict.line,
                kind=verdict.kind,
                countries=verdict.countries,
                trafficking_risk=verdict.trafficking_risk,
                enough=verdict.enough,
            ),
        )
        for example, verdict in zip(examples, verdicts, strict=True)
    ]


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(
        subject=row["subject"],
        body=newest_text(row["body"]),
        line=row["line"],
        kind=row["kind"],
        countries=tuple(row["countries"]),
        trafficking_risk=row["trafficking_risk"],
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--held-out", type=Path, help="labels to measure with the counts of all of --labels")
    parser.add_argument("--misses", action="store_true", help="also print the letters that were missed")
    parser.add_argument("--triage", action="store_true", help="line and signals by the classifier, not by the label")
    chosen = parser.parse_args()
    examples = labelled(chosen.held_out or chosen.labels)
    if chosen.triage:
        examples = judged(examples)
    if chosen.held_out:
        tally, missed = measure_held_out(examples, counts(labelled(chosen.labels)))
        print(f"{tally.letters} letters of {chosen.held_out.name}")
    else:
        tally, missed = measure(examples, chosen.folds, chosen.seed)
        print(f"{tally.letters} letters, {chosen.folds} folds, seed {chosen.seed}")
    print(tally.said())
    if not chosen.held_out:
        print(agreement().said())
    if chosen.misses:
        for example, offered in missed:
            print(f"{example.id}  line {example.asked.line}  offered {offered}  right {list(example.right)}")


if __name__ == "__main__":
    main()
