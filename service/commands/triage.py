"""``som triage``: judge letters, measure the judge, teach it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.commands import Context
from service.commands.letter_lines import read_letters, read_lines, written
from service.commands.spanish import OrdersOr
from service.exits import Refused, Temporary, path_error

if TYPE_CHECKING:
    from triage import TriageSettings, Verdict

WINDOW = 256


class PathOrOrder(OrdersOr):
    """Lets ``som triage FILE`` stand beside ``som triage evaluate FILE``: what is no subcommand is a file to judge."""

    otherwise = "judge"


def register(app: typer.Typer) -> None:
    """Add ``triage`` with its subcommands."""
    group = typer.Typer(
        cls=PathOrOrder,
        no_args_is_help=True,
        help="Clasifica cartas: som triage ARCHIVO|- --jsonl. También: evaluate, train.",
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
    path: str = typer.Argument(
        ..., metavar="ARCHIVO|-", help="Una carta por línea, en JSON: id, subject, body; - lee la entrada."
    ),
    jsonl: bool = typer.Option(False, "--jsonl", help="Un objeto JSON por línea (la única forma que hay)."),
) -> None:
    """Clasifica cada carta de un archivo; una línea por carta, en el mismo orden."""
    from triage import Text
    from triage.classifier import load

    letters = read_letters(path)
    judge_letters = load(settings())
    for start in range(0, len(letters), WINDOW):
        window = letters[start : start + WINDOW]
        verdicts = judge_letters.judge([Text(subject=one.subject, body=one.body) for one in window])
        said = [written({"id": one.id, **_shown(v)}) for one, v in zip(window, verdicts, strict=True)]
        typer.echo("".join(said), nl=False)


def evaluate(
    file: str = typer.Argument(
        ..., metavar="ARCHIVO|-", help="Cartas ya clasificadas por personas, una por línea, en JSON."
    ),
    as_json: bool = typer.Option(False, "--json", help="Un solo documento JSON."),
) -> None:
    """Mide la clasificación con cartas ya clasificadas: aciertos, confusiones, confianza, cobertura al 97 %."""
    from triage.classifier import load
    from triage.corpus import BadExample, read_examples
    from triage.evaluation import measure, show

    try:
        examples = read_examples((line for _, line in read_lines(file, keep_blank=True)), writer=file)
    except BadExample as error:
        raise Refused(f"{file}: {error}") from error
    if not examples:
        raise Refused(f"{file}: no tiene ninguna carta etiquetada")
    report = measure(load(settings()).judge([example.text for example in examples]), examples)
    typer.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else show(report))


def train(
    given: Path | None = typer.Option(
        None, "--examples", metavar="ARCHIVO", help="Cartas ya clasificadas, en lugar de las de esta mesa."
    ),
) -> None:
    """Aprende de lo que las personas confirmaron, compara con el modelo actual y se queda con el mejor."""
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
            raise path_error(error.filename or learnt or "", error) from error
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
    """Muestra lo que las personas de esta mesa confirmaron o corrigieron, sin datos personales."""
    for line in _of_the_desk():
        typer.echo(line, nl=False)


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
            return [written(example) for example in learn.examples(session)]


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
