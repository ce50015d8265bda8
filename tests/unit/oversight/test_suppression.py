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
