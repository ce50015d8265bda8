"""How a place stands to the writer, or to the person written about."""

import pytest

from triage import Text, TriageSettings
from triage.reading import read


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("Vine de Pucallpa a trabajar a un restaurante en Chile", [("from1", "PE"), ("live1", "CL")]),
        ("vine de huancayo a chile", [("from1", "PE"), ("live1", "CL")]),
        ("Mi hijo vino de Caracas a Lima", [("from3", "VE"), ("live3", "PE")]),
        ("Vine de Chile a ver a mi mamá y quiero ir a España", [("from1", "CL"), ("go1", "ES")]),
        ("Vine de Chile. A España no voy", [("from1", "CL"), ("place", "ES")]),
        ("Vivo en Arequipa y quiero ir a Italia", [("live1", "PE"), ("go1", "IT")]),
    ],
)
def test_whoever_came_from_one_place_to_the_next_is_at_the_second(said: str, stands: list[tuple[str, str]]) -> None:
    assert read(Text(body=said), TriageSettings().longest).roles == stands
