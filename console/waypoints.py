"""What a person means when they name a case by less than its whole reference."""


def full_reference(said: str, year: int) -> str:
    """Return the reference that a person means: «123» is that number of this year, «2025-123» of that one."""
    said = said.strip().upper()
    said_year, _, number = said.removeprefix("SOM-").rpartition("-")
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in (said_year or str(year), number)):
        return said
    return f"SOM-{int(said_year or year):04d}-{int(number):06d}"
