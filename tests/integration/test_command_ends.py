"""How commands end: one exit code for one kind of trouble, whichever command meets it, and a word on stderr."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from service.commands import SHELVES, build, hoist_config
from service.commands.ending import run
from service.exits import Code, Misused, Refused, Temporary, path_error
from tests.commands import Ended

SOM = Path(sys.executable).with_name("som")
REF = "SOM-2026-000001"
WRONG_INSTANTS = ("ayer", "2026-11-23T10:00:00", "2026-02-30T10:00:00Z")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings of a simulated desk, and a few files that are no letters."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(
        '[clock]\nsimulated = true\n[smtp]\nfrom_address = "som@example.pe"\n[data]\ndir = "."\n', encoding="utf-8"
    )
    (tmp_path / "latin1.txt").write_bytes("año".encode("latin-1"))
    (tmp_path / "carpeta").mkdir()
    return tmp_path


def som(capfd: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    code = run(build(), hoist_config(arguments))
    out, err = capfd.readouterr()
    return Ended(code, out, err)


WRONG_USAGE = [
    # a file that is not there, or that is no file
    (("ingest", "nada"), "nada"),
    (("triage", "nada", "--jsonl"), "nada: no existe"),
    (("triage", "carpeta", "--jsonl"), "carpeta: es una carpeta"),
    (("triage", "evaluate", "nada"), "nada: no existe"),
    (("triage", "train", "--examples", "nada"), "nada: no existe"),
    (("suggest", "nada", "--jsonl"), "nada: no existe"),
    (("suggest", "carpeta", "--jsonl"), "carpeta: es una carpeta"),
    (("due", "--csv", "nada"), "nada: no existe"),
    (("due", "--csv", "carpeta"), "carpeta: es una carpeta"),
    (("answer", REF, "--body", "nada", "--yes"), "nada: no existe"),
    (("answer", REF, "--body", "latin1.txt", "--yes"), "UTF-8"),
    (("report", "2026-10", "--notes", "nada"), "nada: no existe"),
    (("restore", "nada"), "nada: no existe"),
    (("backup", "nada/copia.som"), "nada/copia.som: no existe"),
    (("backup", "config.toml/copia.som"), "config.toml/copia.som: no es una carpeta"),
    (("bank", "--out", "config.toml"), "config.toml"),
    (("report", "2026-10", "--out", "config.toml"), "config.toml: no es una carpeta"),
    (("remediation", "list", "--to", "nada/registro.csv"), "nada/registro.csv: no existe"),
    (("remediation", "list", "--to", "registro.doc"), ".csv o .xlsx"),
    (("ticket", "list", "--config", "nada.toml"), "nada.toml"),
    # a word that means nothing
    (("due",), "RECEIVED_AT"),
    (("due", "2026-11-23T10:00:00Z", "--kind", "queja"), "consulta, sugerencia, reclamo"),
    (("calendar", "este"), "número entero"),
    (("indicators", "2026-13"), "2026-11"),
    (("report", "octubre", "--out", "."), "2026-11"),
    (("attention", "list", "--month", "2026"), "2026-11"),
    (("journal", "verify", "--seal", "sello"), "sello"),
    (("outbox", "list", "--state", "perdido"), "waiting"),
    (("outbox", "retry", "uno"), "número entero"),
    (("staff", "add", "x", "--name", "X", "--email", "x", "--role", "auditor"), "dirección de correo"),
    (("answer", REF), "--template o --body"),
    (("answer", REF, "--template", "x", "--set", "sin igual", "--yes"), "NOMBRE=VALOR"),
    (("nada",), "no existe la orden"),
    (("ticket", "list", "--nada"), "no existe la opción"),
    (("ticket", "show"), "falta el argumento"),
    (("ticket", "list", "--limit", "0"), "debe ser 1 o más"),
    (("ticket", "list", "--limit"), "som: la opción '--limit' necesita un valor"),
    (("ticket", "list", "--config"), "som: la opción '--config' necesita un valor"),
    (("ticket", "list", "--json=1"), "som: la opción '--json' no lleva valor"),
    (("calendar", "2026", "2027"), "sobra: 2027"),
    (("attention", "add", "--line", "1"), "falta la opción '--channel'"),
    (("tickt",), "¿Quiso decir 'ticket'?"),
    # an instant that is none
    *((("due", wrong), wrong) for wrong in WRONG_INSTANTS),
    *(
        ((*command, option, "ayer"), "«ayer» no es una fecha y hora")
        for command, option in (
            (("sweep",), "--now"),
            (("digest",), "--now"),
            (("run", "--once"), "--now"),
            (("queue",), "--now"),
            (("ingest", "."), "--now"),
            (("ingest", "."), "--arrived-at"),
            (("answer", REF, "--template", "x", "--yes"), "--at"),
            (("report", "2026-10", "--out", "."), "--now"),
            (("indicators", "2026-10"), "--as-of"),
            (("attention", "add", "--channel", "telephone", "--line", "1"), "--at"),
        )
    ),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG_USAGE)
def test_what_is_typed_wrong_ends_with_2(
    desk: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    ended = som(capfd, *arguments)
    assert (ended.code, ended.out) == (Code.USAGE, ""), ended
    assert said in ended.err
    assert "Traceback" not in ended.err


REFUSED = [
    (("ticket", "show", REF), REF),
    (("ticket", "show", "nada"), "nada"),
    (("answer", REF, "--template", "nada", "--yes"), REF),
    (("outbox", "retry", "99"), "no hay un envío 99"),
    (("outbox", "undo", "99"), "no hay un envío 99"),
    (("outbox", "settle", "99", "--sent"), "no hay un envío 99"),
    (("letters", "retry", "99"), "no hay una carta 99"),
    (("letters", "export", "99", "--to", "x.eml"), "no hay una carta 99"),
    (("letters", "accept", "nada"), "nada"),
    (("remediation", "show", "9"), "no hay una medida 9"),
    (("remediation", "edit", "9", "--responsible", "x"), "no hay una medida 9"),
    (("remediation", "close", "9"), "no hay una medida 9"),
    (("remediation", "apologise", "9"), "no hay una medida 9"),
    (("staff", "disable", "nadie"), "nadie"),
    (("staff", "enable", "nadie"), "nadie"),
    (("replies", "show", "nada"), "nada"),
    (("calendar", "2031"), "2022-01-01 a 2027-12-31"),
    (("due", "2031-01-01T10:00:00Z"), "2022-01-01 a 2027-12-31"),
    (("triage", "latin1.txt", "--jsonl"), "UTF-8"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_the_desk_does_not_allow_ends_with_1(
    desk: Path, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    ended = som(capfd, *arguments)
    assert (ended.code, ended.out) == (Code.REFUSED, ""), ended
    assert said in ended.err


def test_a_path_that_cannot_be_used_ends_by_what_is_wrong_with_it() -> None:
    kinds = {errno.ENOENT: Misused, errno.EACCES: Misused, errno.EEXIST: Refused, errno.ENOSPC: Temporary}
    assert {number: type(path_error("x", OSError(number, ""))) for number in kinds} == kinds


READING = [
    ("calendar", "2026"),
    ("due", "2026-11-23T10:00:00-05:00", "--json"),
    ("replies", "list", "--html"),
    ("ticket", "list"),
    ("ticket", "list", "--json"),
    ("doctor",),
    ("--help",),
]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_output_that_cannot_be_written_is_a_temporary_failure(desk: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run([SOM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == Code.TEMPORARY
    assert ended.stderr.splitlines()[-1] == "som: la salida quedó incompleta: no queda espacio en el disco"
    assert "Traceback" not in ended.stderr


def test_both_outputs_full_still_end_with_the_code(desk: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run([SOM, "ticket", "show", REF], stdout=full, stderr=full, timeout=60)
    assert ended.returncode == Code.REFUSED


@pytest.mark.parametrize(
    "arguments", [("calendar", "2026"), ("replies", "list", "--html"), ("ticket", "list")], ids=" ".join
)
def test_a_pipe_that_is_closed_early_ends_a_command_quietly(desk: Path, arguments: tuple[str, ...]) -> None:
    with subprocess.Popen([SOM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, [line for line in said.splitlines() if "se creó" not in line]) == (Code.DONE, [])


def test_no_output_at_all_is_no_failure(desk: Path) -> None:
    ended = subprocess.run(["sh", "-c", '"$0" calendar 2026 >&-', SOM], stderr=subprocess.PIPE, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (Code.DONE, "")


def test_the_help_page_has_every_command_once_and_speaks_spanish(capfd: pytest.CaptureFixture[str]) -> None:
    names = [name for _, shelf in SHELVES for name in shelf]
    app = build()
    groups = [group.name for group in app.registered_groups]
    commands = [one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands]
    assert sorted(names) == sorted(map(str, [*groups, *commands]))
    page = som(capfd, "--help").out
    assert all(f"\n  {name} " in page for name in names)


def test_the_version_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    ended = som(capfd, "--version")
    assert ended.code == 0
    assert ended.out.startswith("som 0.")
