"""What a year's figures are held against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What reports need to know beyond the desk: the Carta they speak of, and the targets of the year.

    Percentages are of 100; ``attentions`` counts letters and attentions by other channels together, 0 for no target.
    """

    carta_version: str
    within_percent: float = 100.0
    satisfaction_percent: float = 93.0
    attentions: int = 0
