"""The facts of a case as text: its promise, counted step by step, the judgement and why, the person, the journal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.text import Text

from casework.close import OUTCOMES
from casework.desk import Desk
from console import words
from console.clockwords import Urgency, left, owed_words, short, short_date
from console.conversation import attachment_line
from console.lines import STYLES
from console.outside import joined, one_line
from console.senders import failed, reason
from console.sight import Sight
from tickets.tables import JournalEntry, Promise

_HEAD = "bold underline"


RISK = "⚠ RIESGO DE TRATA: quien la retiene podría leer la respuesta."


def headline(desk: Desk, sight: Sight, *, risk_apart: bool = False) -> Text:
    """Return the lines over a case: who is at it, what is owed and by when, what it is marked with, and its subject.

    ``risk_apart``: the screen itself says that there is risk of trafficking.
    """
    ticket, promise = sight.ticket, sight.owed
    target_at, due_at = (promise.target_at, promise.due_at) if promise is not None else (None, None)
    shown = Text(overflow="ellipsis")
    if sight.merged_into:
        shown.append(f"Este caso se unió a {sight.merged_into}: sus cartas están allí (g lo abre).", style="bold")
        return shown
    if sight.answering:
        shown.append(f"✎ {one_line(sight.answering, 30)} está respondiendo este caso.\n", style="bold reverse")
    urgency = left(desk, sight.seen_at, target_at, due_at).urgency
    style = "bold reverse" if urgency is Urgency.BROKEN else STYLES[urgency]  # red on dark is hard to read
    shown.append(owed_words(desk, sight.seen_at, target_at, due_at), style=style)
    held = sight.staff.get(ticket.assignee_id or 0, "")
    line = "" if ticket.state == "quarantined" else f"línea {ticket.line}{'?' if ticket.proposed else ''}"
    countries = ", ".join(words.country(code) for code in ticket.countries.split())
    shown.append(f"\n{joined(f'A cargo de {one_line(held, 30)}' if held else 'Sin tomar', line, countries)}\n")
    marks = words.flag_words(
        state=ticket.state,
        trafficking_risk=ticket.trafficking_risk,
        on_behalf=ticket.on_behalf,
        verified=ticket.verified or not sight.checked,
        proposed=ticket.proposed,
        enough=ticket.enough,
        flags=tuple(ticket.flags.split()),
        failed=sight.last_letter is not None and failed(sight.last_letter.sender_note),
    )
    if ticket.trafficking_risk:
        shown.append("" if risk_apart else f"{RISK}\n", style="bold")
        marks.remove(words.RISK)
    shown.append(one_line(ticket.subject, 200) or "(sin asunto)", style="bold")
    shown.append(f" · {', '.join(marks)}" if marks else "")
    return shown


def facts(desk: Desk, sight: Sight) -> Text:
    """Return what is known of a case beside its letters."""
    shown = Text()
    _judgement(shown, sight)
    _promises(shown, desk, sight)
    _person(shown, sight)
    _files(shown, sight)
    shown.rstrip()
    return shown


def journal_text(sight: Sight) -> Text:
    """Return what happened in a case, the newest first, with who did it."""
    shown = Text()
    judged = _judgements(sight.journal)
    for entry in reversed(sight.journal):
        who = sight.who(int(entry.actor.removeprefix("staff:"))) if entry.actor.startswith("staff:") else "el servicio"
        shown.append(f"{short(entry.at, sight.seen_at)} · ", style="dim")
        shown.append(f"{one_line(who, 40)}: ")
        said, detail = judged.get(entry.id) or (words.EVENTS.get(entry.event, entry.event.replace("_", " ")), "")
        shown.append(said, style="bold")
        if detail := detail or _detail(sight, entry):
            shown.append(f" ({detail})")
        shown.append("\n")
    shown.rstrip()
    return shown


def _judgements(journal: Sequence[JournalEntry]) -> dict[int | None, tuple[str, str]]:
    """Return what a person did to the judgement of a case, by entry: what was confirmed, or each thing that changed."""
    said: dict[int | None, tuple[str, str]] = {}
    before: Mapping[str, Any] = {}
    for entry in journal:
        if "line" not in entry.facts or "trafficking_risk" not in entry.facts:
            continue
        if entry.event == "judged" and (changed := _changes(before, entry.facts)):
            said[entry.id] = ("corrigió la clasificación", ", ".join(changed))
        elif entry.event == "judged":
            said[entry.id] = ("confirmó la clasificación", "")
        before = entry.facts
    return said


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    kind = words.KINDS.get(str(after.get("kind")), "").lower()
    marks = (("trafficking_risk", "riesgo de trata"), ("on_behalf", "por otra persona"))
    told = [f"línea {after['line']}"] if after["line"] != before.get("line") else []
    told += [kind] if after.get("kind") != before.get("kind") else []
    told += [
        f"{'marcó' if after.get(name) else 'quitó'} «{said}»"
        for name, said in marks
        if bool(after.get(name)) != bool(before.get(name))
    ]
    return told


def _detail(sight: Sight, entry: JournalEntry) -> str:
    """Return what an entry says beside its event: to whom, which letter, what was judged, with what outcome."""
    facts = entry.facts
    if isinstance(to := facts.get("to"), int):
        return one_line(sight.who(to), 40)
    match entry.event:
        case "judged" | "opened" | "recovered" if "line" in facts:
            kind = words.KINDS.get(str(facts.get("kind")), "")
            return f"línea {facts['line']}, {kind.lower()}"
        case "promised" | "promise_void":
            return words.KINDS.get(str(facts.get("kind")), "").lower()
        case "merged" | "merged_in" if facts.get("two_addresses"):
            return "de otra dirección"
        case "closed":
            return OUTCOMES.get(str(facts.get("outcome")), "")
        case "send_undone" | "promise_kept" | "promise_answered_late":
            return ""
        case _:
            return words.MESSAGES.get(str(facts.get("kind")), "").lower()


def trace_text(promise: Promise) -> Text:
    """Return the count of a promise day by day, with the reason of each."""
    shown = Text()
    for step in promise.trace:
        day = short_date(date.fromisoformat(str(step["date"])))
        shown.append(f"  {day}: ", style="" if step["working"] else "dim")
        shown.append(f"{one_line(str(step['why']), 300)}\n", style="" if step["working"] else "dim")
    return shown


def _judgement(shown: Text, sight: Sight) -> None:
    ticket, verdict = sight.ticket, sight.verdict
    shown.append("Clasificación\n", style=_HEAD)
    shown.append(f"Línea {ticket.line}: {words.LINES_IN_FULL[ticket.line]}\n", style="bold")
    said = joined(
        words.KINDS.get(ticket.kind, ticket.kind),
        f"en {words.language(ticket.language)}" if ticket.language else "",
        ", ".join(words.country(code) for code in ticket.countries.split()),
        "escribe por otra persona" if ticket.on_behalf else "",
    )
    shown.append(f"{said}\n")
    if ticket.kind != "consulta" and not ticket.kind_confirmed:
        shown.append("El tipo está por confirmar; mientras tanto corre el plazo de consulta.\n")
    if ticket.line_confirmed:
        shown.append(f"La línea la confirmó {one_line(sight.judged_by, 40) or 'una persona'}.\n")
    elif verdict is not None:
        asked = "Falta que una persona la confirme" if ticket.proposed else "Nadie la ha revisado todavía"
        shown.append(f"{asked}: c la confirma, l corrige la línea.\n")
    if verdict is not None:
        sure = min(99, round(verdict.confidence * 100))
        doubt = "" if verdict.confident else ", con dudas"
        shown.append(f"El clasificador dijo línea {verdict.line}{doubt} ({sure} % de confianza):\n", style="dim")
        for reason in verdict.reasons:
            shown.append(f"  – {one_line(reason, 200)}\n")
    if sight.warning is not None and (verdict is None or sight.warning.id != verdict.id):
        shown.append("En otra carta vio señales de trata:\n", style="bold")
        for reason in sight.warning.reasons:
            shown.append(f"  – {one_line(reason, 200)}\n")
    shown.append("\n")


def _promises(shown: Text, desk: Desk, sight: Sight) -> None:
    for promise in reversed(sight.promises):
        shown.append(f"Plazo de {promise.kind}: {words.PROMISES[promise.state]}\n", style=_HEAD)
        shown.append(f"Llegó el {short(promise.received_at, sight.seen_at)}\n")
        shown.append(f"Se responde a más tardar el {short(promise.due_at, sight.seen_at)}\n", style="bold")
        if promise.target_at != promise.due_at:
            shown.append(f"Meta interna: {short(promise.target_at, sight.seen_at)}\n")
        if promise.answered_at is not None:
            shown.append(f"Respondida el {short(promise.answered_at, sight.seen_at)}\n")
        shown.append("Cómo se contó:\n", style="dim")
        shown.append_text(trace_text(promise))
        if promise.provisional:
            shown.append("  Calendario provisional: puede cambiar.\n")
        shown.append("\n")


def _person(shown: Text, sight: Sight) -> None:
    ticket, letter = sight.ticket, sight.last_letter
    shown.append("Persona\n", style=_HEAD)
    shown.append(f"{one_line(ticket.requester_name, 100) or '(sin nombre)'}\n")
    shown.append(f"<{one_line(ticket.requester_address, 200) or 'sin dirección'}>\n")
    if letter is not None:
        shown.append(f"{reason(verified=letter.verified, note=letter.sender_note, checked=sight.checked)}\n")
    if sight.related:
        shown.append(f"Quizá relacionado con {sight.related}\n")
    if sight.others:
        shown.append("Sus otros casos (g los abre):\n")
        for one in sight.others:
            shown.append(f"  {one.reference} · {short(one.opened_at, sight.seen_at)}\n")
            state = words.STATES.get(one.state, one.state).lower()
            shown.append(f"    {state} · {one_line(one.subject, 80) or '(sin asunto)'}\n", style="dim")
    else:
        shown.append("No ha escrito otras veces.\n")


def _files(shown: Text, sight: Sight) -> None:
    if sight.files:
        shown.append("\nAdjuntos (b los guarda en una carpeta)\n", style=_HEAD)
        for one in sight.files:
            shown.append_text(attachment_line(one))
