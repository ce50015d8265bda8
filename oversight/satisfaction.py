"""How satisfied people were, by channel; what fewer than five said is not published, nor what would give it away."""

from collections.abc import Mapping

from oversight import words
from oversight.definitions import DEFINITIONS
from oversight.parts import published
from oversight.suppression import SMALLEST, hidden
from oversight.tables import HIDDEN, Column, Row, Table
from sla.indicators import Satisfaction
from sla.remediation import SATISFACTION_PERCENT
from sla.tally import percent

_VIRTUAL = ("email", "telephone", "video")
_NOBODY = Satisfaction(answers=0, satisfied=0)
_GROUPS = {
    "satisfaccion": (*_VIRTUAL, "in_person"),
    "satisfaccion-virtual": _VIRTUAL,
    "satisfaccion-presencial": ("in_person",),
    "satisfaccion-correo": ("email",),
}


def satisfaction_rows(by_channel: Mapping[str, Satisfaction]) -> list[Row]:
    """Return the rows of the Carta's indicator: everybody, virtual, in person, and by email alone."""
    back = _hidden(by_channel)
    everybody = sum(one.answers for one in by_channel.values())
    rows = []
    for name, channels in _GROUPS.items():
        title = next(one.title for one in DEFINITIONS if one.id == name)
        found = [by_channel.get(channel, _NOBODY) for channel in channels]
        answers, satisfied = sum(one.answers for one in found), sum(one.satisfied for one in found)
        goal = float(SATISFACTION_PERCENT)
        secret = 0 < everybody < SMALLEST or _secret(name, back)
        if secret:
            rows.append(Row(id=name, label=title, cells=(HIDDEN, HIDDEN, HIDDEN, goal)))
        else:
            rows.append(
                Row(id=name, label=title, cells=(satisfied, answers, published(percent(satisfied, answers)), goal))
            )
    return rows


def satisfaction_table(by_channel: Mapping[str, Satisfaction]) -> Table:
    """Return satisfaction by channel, those with few answers together."""
    back = _hidden(by_channel)
    few = 0 < sum(one.answers for one in by_channel.values()) < SMALLEST
    groups = {channel: [channel] for channel in words.CHANNELS if channel in by_channel and channel not in back}
    if back and not few:
        groups["reservado"] = sorted(back)
    rows = []
    for name, channels in groups.items():
        answers = sum(by_channel[one].answers for one in channels)
        satisfied = sum(by_channel[one].satisfied for one in channels)
        label = words.CHANNELS.get(name, "Canales con pocas respuestas, en conjunto")
        rows.append(Row(id=name, label=label, cells=(satisfied, answers, published(percent(satisfied, answers)))))
    return Table(
        id="satisfaccion-canal",
        title="Satisfacción por canal",
        group="satisfaccion",
        head="Canal",
        columns=(
            Column(id="satisfechas", title="Respondieron 4 o 5"),
            Column(id="respuestas", title="Respondieron"),
            Column(id="porcentaje", title="%", unit="porcentaje"),
        ),
        rows=tuple(rows),
        chart=("porcentaje",),
        note="Con menos de 5 respuestas no se publica." if few else "",
    )


def _hidden(by_channel: Mapping[str, Satisfaction]) -> set[str]:
    return hidden({channel: (one.answers,) for channel, one in by_channel.items()})


def _secret(name: str, back: set[str]) -> bool:
    """Whether an indicator would give away what is hidden."""
    if name == "satisfaccion":
        return False
    if name == "satisfaccion-correo":
        return "email" in back
    return "in_person" in back  # virtual and in person are each other's complement
