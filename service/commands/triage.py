"""``som triage``: judge letters, measure the judge, teach it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from service.commands import Context
from service.exits import Refused, Temporary

if TYPE_CHECKING:
    from triage import Text, TriageSettings, Verdict

WINDOW = 256


class PathOrCommand(TyperGroup):
    """Lets ``som triage FILE`` stand beside ``som triage evaluate FILE``: what is no subcommand is a file to judge."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden subcommand ``judge`` in front of anything that names no subcommand."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["judge", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add ``triage`` with its subcommands."""
    group = typer.Typer(
        cls=PathOrCommand,
        no_args_is_help=True,
        help="Judge letters: som triage PATH|- --jsonl. Also: evaluate FILE, train.",
    )
    group.command("judge", hidden=True)(judge)
    group.command("evaluate")(evaluate)
    group.command("train")(train)
    group.command("examples")(examples)
    app.add_typer(group, name="triage")


def settings() -> "TriageSettings":
    """Return the settings of the room; the built-in ones when there is no settings file."""
    from service.settings import load_or_default

    return load_or_default(Context.config).triage_settings()


def judge(
    path: str = typer.Argument(..., metavar="PATH|-", help="JSON lines with id, subject and body; - reads stdin."),
    jsonl: bool = typer.Option(False, "--jsonl", help="One JSON object per line (the only form there is)."),
) -> None:
    """Judge every letter of a file; one verdict per line, in the same order."""
    from triage.classifier import load

    letters = [_letter(number, line) for number, line in _lines(path)]
    judge_letters = load(settings())
    for start in range(0, len(letters), WINDOW):
        window = letters[start : start + WINDOW]
        verdicts = judge_letters.judge([text for _, text in window])
        sys.stdout.write(
            "".join(_json({"id": name, **_shown(v)}) + "\n" for (name, _), v in zip(window, verdicts, strict=True))
        )


def evaluate(
    file: str = typer.Argument(..., metavar="FILE|-", help="Labelled letters, JSON lines."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Measure the judge on labelled letters: scores, confusion, reliability, coverage at 97 % precision."""
    from triage.classifier import load
    from triage.corpus import BadExample, read_examples
    from triage.evaluation import measure, show

    try:
        examples = read_examples((line for _, line in _lines(file, keep_blank=True)), writer=file)
    except BadExample as error:
        raise Refused(f"{file}: {error}") from error
    if not examples:
        raise Refused(f"{file}: no labelled letters in it")
    report = measure(load(settings()).judge([example.text for example in examples]), examples)
    typer.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else show(report))


def train(
    given: Path | None = typer.Option(
        None, "--examples", help="Labelled letters, JSON lines, in place of what the desk's own people judged."
    ),
) -> None:
    """Fit anew with what the desk judged, compare on the fixed validation part, and keep the better of the two."""
    import tempfile
    from subprocess import SubprocessError

    from triage.corpus import BadExample
    from triage.learning import teach

    chosen = settings()
    with tempfile.TemporaryDirectory(prefix="som-triage-") as folder:
        learnt = given
        if learnt is None and (own := _of_the_desk()):
            learnt = Path(folder) / "desk.jsonl"
            learnt.write_text("".join(own), encoding="utf-8")
        try:
            lesson = teach(chosen, learnt)
        except (BadExample, UnicodeDecodeError) as error:
            raise Refused(f"{learnt}: {error}") from error
        except OSError as error:
            raise Refused(f"{error.filename or learnt}: {error.strerror}") from error
        except SubprocessError as error:
            raise Temporary(f"el entrenamiento no terminó bien: {error}") from error
    typer.echo(f"cartas de esta mesa de las que se aprende: {lesson.letters}")
    for name, report in (("actual", lesson.present), ("nuevo", lesson.new)):
        danger = report["trafficking_risk"]
        typer.echo(
            f"{name:8} {report['model']:22} línea macro-F1 {report['line']['macro_f1']:.3f}"
            f"  exactitud {report['line']['accuracy']:.3f}  trata, exhaustividad {danger.get('recall', 0.0):.3f}"
        )
    if not lesson.kept:
        raise Refused(f"se queda el modelo actual: el nuevo {' y '.join(lesson.faults)}")
    typer.echo(f"se guardó el nuevo: {lesson.path}")
    if lesson.letters:
        typer.echo('El servicio y la cola clasifican con él desde que se reinicien, si [triage] desk_model = "latest".')


def examples() -> None:
    """Print what this desk's people confirmed or corrected, personal data masked: what train learns from."""
    for line in _of_the_desk():
        sys.stdout.write(line)


def _of_the_desk() -> list[str]:
    """Return the desk's own labelled letters, one JSON object a line; none where there is no desk yet."""
    from service.settings import load
    from service.settings.loading import DEFAULT_FILE

    if Context.config is None and not DEFAULT_FILE.exists():
        return []
    scheme, _, file = load(Context.config).database_url().partition(":///")
    if scheme == "sqlite" and not Path(file.partition("?")[0]).exists():
        return []
    from casework import learn
    from casework.desk import require
    from service.commands.common import desk, me
    from tickets.states import Role

    with desk() as opened:
        require(me(opened), Role.SUPERVISOR, Role.ADMINISTRATOR)
        with opened.store.read() as session:
            return [_json(example) + "\n" for example in learn.examples(session)]


def _lines(path: str, *, keep_blank: bool = False) -> list[tuple[int, str]]:
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror})") from error
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            raise Refused(f"{path}: line {number}: not UTF-8 (byte {error.start})") from error
        if keep_blank or line.strip():
            lines.append((number, line))
    return lines


def _no_constant(word: str) -> None:
    """NaN and Infinity are Python's, not JSON's (RFC 8259, 6)."""
    raise ValueError(f"{word} is not a JSON value")


def _letter(number: int, line: str) -> tuple[Any, "Text"]:
    from triage import Text

    try:
        row = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(f"line {number}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise Refused(f"line {number}: not a JSON object")
    if "id" not in row:
        raise Refused(f"line {number}: no id")
    if isinstance(row["id"], float):
        raise Refused(f"line {number}: the id is neither a string nor a whole number")
    for field in ("subject", "body"):
        if not isinstance(row.get(field), str | None):
            raise Refused(f"line {number}: {field} is not a string")
    return row["id"], Text(subject=row.get("subject") or "", body=row.get("body") or "")


def _shown(verdict: "Verdict") -> dict[str, Any]:
    return {
        "line": verdict.line,
        "confidence": verdict.confidence,
        "confident": verdict.confident,
        "enough": verdict.enough,
        "kind": verdict.kind,
        "on_behalf": verdict.on_behalf,
        "trafficking_risk": verdict.trafficking_risk,
        "language": verdict.language,
        "countries": list(verdict.countries),
        "reasons": list(verdict.reasons),
    }


def _json(row: dict[str, Any]) -> str:
    readable = json.dumps(row, ensure_ascii=False)
    return readable if readable.isprintable() else json.dumps(row)
