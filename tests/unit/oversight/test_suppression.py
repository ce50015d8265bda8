"""Small groups stay hidden, also from a reader who subtracts what is shown from the total."""

from hypothesis import given
from hypothesis import strategies as st

from oversight.suppression import SMALLEST, hidden, hidden_cells


def test_a_group_of_one_to_four_is_hidden_with_what_would_give_it_away() -> None:
    assert hidden({"a": (3,), "b": (20,), "c": (40,)}) == {"a", "b"}
    assert hidden({"a": (3,), "b": (4,), "c": (40,)}) == {"a", "b"}
    assert hidden({"a": (1,), "b": (1,), "c": (7,), "d": (90,)}) == {"a", "b", "c"}
    assert hidden({"a": (5,), "b": (0,), "c": (40,)}) == set()
    assert hidden({"a": (0,), "b": (40,)}) == set()


def test_a_group_is_hidden_for_any_of_its_counts() -> None:
    assert hidden({"a": (50, 3), "b": (60, 60), "c": (70, 70)}) == {"a", "b"}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), min_size=1))
def test_what_is_shown_is_never_small_and_what_is_hidden_is_never_alone(counts: dict[str, int]) -> None:
    back = hidden({name: (count,) for name, count in counts.items()})
    assert all(count == 0 or count >= SMALLEST for name, count in counts.items() if name not in back)
    some = [counts[name] for name in back if counts[name]]
    left = [name for name, count in counts.items() if name not in back and count]
    assert not some or not left or (len(some) > 1 and sum(some) >= SMALLEST)


TABLE = st.lists(
    st.lists(st.sampled_from((0, 0, 1, 2, 4, 5, 6, 9, 30)), min_size=3, max_size=3), min_size=3, max_size=5
)


@given(TABLE)
def test_no_total_gives_a_cell_of_a_crossed_table_away(numbers: list[list[int]]) -> None:
    rows = [f"r{place}" for place in range(len(numbers))]
    columns = ["a", "b", "c"]
    cells = {(row, column): numbers[i][j] for i, row in enumerate(rows) for j, column in enumerate(columns)}
    down = {row: sum(cells[row, column] for column in columns) for row in rows}
    across = {column: sum(cells[row, column] for row in rows) for column in columns}
    back = hidden_cells(cells, dict(down), dict(across))
    shown = {cell: count for cell, count in cells.items() if cell not in back}
    assert all(count >= SMALLEST for count in shown.values())
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    for line in lines:
        inside = [cell for cell in line if cell in back]
        if len(inside) == len(line):
            continue
        left = sum(cells[cell] for cell in inside)  # anybody can work it out
        assert left == 0 or left >= SMALLEST
        assert len(inside) != 1 or left == 0, "one hidden cell beside shown ones, known by subtraction"


def test_what_another_table_keeps_back_is_not_given_away() -> None:
    assert hidden({"a": (8, 8), "b": (60, 60), "c": (70, 70)}, {"a"}) == {"a", "b"}
    cells = {("CL", "1"): 30, ("CL", "2"): 9, ("ES", "1"): 20, ("ES", "2"): 8}
    back = hidden_cells(cells, {"CL": 39, "ES": 28}, {"1": 50, "2": None})
    assert {("CL", "2"), ("ES", "2")} <= back


def table(*lines: str) -> tuple[dict[tuple[str, str], int], dict[str, int], dict[str, int]]:
    """Return the cells of a table, and the totals of its rows and columns."""
    numbers = [[int(one) for one in line.split()] for line in lines]
    cells = {(f"r{i}", f"c{j}"): one for i, line in enumerate(numbers) for j, one in enumerate(line)}
    down = {f"r{i}": sum(line) for i, line in enumerate(numbers)}
    return cells, down, {f"c{j}": sum(line[j] for line in numbers) for j in range(len(numbers[0]))}


def test_totals_taken_together_give_no_cell_away() -> None:
    """Two pairs of rows and columns, joined by one small cell: each line hides two, yet both pairs' totals tell it."""
    cells, down, across = table("3 4 30 40", "4 3 2 50", "20 30 4 3", "40 20 3 4")
    before = hidden_cells(cells, dict(down), dict(across), bridges=False)
    left = {"r0", "r1"}
    joins = [place for place in before if (place[0] in left) != (place[1] in {"c0", "c1"})]
    assert joins == [("r1", "c2")]
    rows = sum(down[row] for row in left) - sum(cells[p] for p in cells if p[0] in left and p not in before)
    columns = sum(across[c] for c in ("c0", "c1")) - sum(
        cells[p] for p in cells if p[1] in {"c0", "c1"} and p not in before
    )
    assert rows - columns == cells["r1", "c2"], "that is how anybody worked it out"
    back = hidden_cells(cells, dict(down), dict(across))
    assert len([place for place in back if (place[0] in left) != (place[1] in {"c0", "c1"})]) > 1


def test_cells_known_to_be_empty_cover_nobody() -> None:
    """What is hidden of the third row and of the second column is nobody: it leaves nothing open in the other lines."""
    cells, down, across = table("12 0 36", "14 0 2", "0 10 0", "20 38 0")
    assert ("r1", "c0") in hidden_cells(cells, dict(down), dict(across), bridges=False)
    back = hidden_cells(cells, dict(down), dict(across))
    assert {("r0", "c0"), ("r1", "c0"), ("r0", "c2"), ("r1", "c2")} <= back, "two may be shared among four"
