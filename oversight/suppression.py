"""Keeping small groups back: nothing published tells of fewer than five people, not even by subtraction.

A group of one to four is hidden. Where the total is known and what is hidden could be worked out from it, the next
smallest groups are hidden too, until at least two stand for at least five people who may be shared among them in more
than one way.
"""

from collections.abc import Mapping, Sequence, Set

SMALLEST = 5
"""The smallest group that is shown."""


def hidden(groups: Mapping[str, Sequence[int]], also: Set[str] = frozenset()) -> set[str]:
    """Return the groups to hide. ``groups`` are parts of a known whole, each with the counts that are shown of it.

    ``also`` are hidden in any case: another table keeps them back, which this one must not give away.
    """
    small = {name for name, counts in groups.items() if any(0 < count < SMALLEST for count in counts)}
    kept_back = small | (also & groups.keys())
    others = sorted((name for name in groups if name not in kept_back), key=lambda name: (sum(groups[name]), name))
    others = [name for name in others if any(groups[name])]
    while others and not _safe([groups[name] for name in sorted(kept_back)]):
        kept_back.add(others.pop(0))
    return kept_back


def _safe(kept_back: Sequence[Sequence[int]]) -> bool:
    """Whether the sums of what is hidden leave each hidden count open."""
    for counts in zip(*kept_back, strict=True):
        some = [count for count in counts if count]
        if some and (len(some) < 2 or sum(some) < SMALLEST or sum(some) <= len(some)):
            return False
    return True


Place = tuple[str, str]


def hidden_cells(
    cells: Mapping[Place, int],
    rows: Mapping[str, int | None],
    columns: Mapping[str, int | None],
    *,
    bridges: bool = True,
) -> set[Place]:
    """Return the cells to hide of a table with two sides, such as countries by line.

    ``rows`` and ``columns`` are its totals, None where the total itself is kept back: then nothing of that row or
    column is shown. Here nobody and a few look alike: every cell under five is hidden, so that there is seldom a
    single one in its row or column. Where what is hidden of a known total is a small group itself, or one cell alone,
    the smallest cell that is still shown is hidden with it. With ``bridges`` so it is where several totals together
    give a small cell away that none of them does alone.
    """
    back = {
        (row, column)
        for row, of_row in rows.items()
        for column, of_column in columns.items()
        if of_row is None or of_column is None or cells.get((row, column), 0) < SMALLEST
    }
    lines = [[(row, column) for column in columns] for row, total in rows.items() if total is not None]
    lines += [[(row, column) for row in rows] for column, total in columns.items() if total is not None]
    waiting = True
    while waiting:
        waiting = False
        for line in lines:
            shown = [place for place in line if place not in back]
            if shown and _gives_away([cells.get(place, 0) for place in line if place in back]):
                back.add(min(shown, key=lambda place: (cells.get(place, 0), place)))
                waiting = True
        if bridges and not waiting and (across := _bridged(cells, rows, columns, back)) is not None:
            back.add(across)
            waiting = True
    return back


def _bridged(
    cells: Mapping[Place, int], rows: Mapping[str, int | None], columns: Mapping[str, int | None], back: Set[Place]
) -> Place | None:
    """Return the cell to hide because a small one can be worked out, None when there is none.

    Take rows and columns as towns and hidden cells as roads between them. A road that alone joins two parts is the
    difference of the totals on its one side: another road must cross (D. Gusfield, 1988). Rows whose totals are kept
    back are one town, for their sum is known; so are such columns. Where all that is hidden of a total is nobody,
    everybody knows each of those roads to be empty.
    """
    ends = {(row, column): (("row", row if rows[row] is not None else ""),
                            ("column", column if columns[column] is not None else ""))
            for row in rows for column in columns}  # fmt: skip
    roads: dict[tuple[Place, Place], int] = {}
    for place in ends.keys() & back:
        roads[ends[place]] = roads.get(ends[place], 0) + cells.get(place, 0)
    empty = {town for town in {end for road in roads for end in road} if not _through(town, roads)}
    roads = {road: count for road, count in roads.items() if empty.isdisjoint(road)}
    for road, count in sorted(roads.items()):
        if not 0 < count < SMALLEST:
            continue
        here = _reached(road[0], roads.keys() - {road})
        if road[1] in here:
            continue
        others = [place for place in ends.keys() - back if (ends[place][0] in here) != (ends[place][1] in here)]
        if others:
            return min(others, key=lambda place: (cells.get(place, 0), place))
    return None


def _through(town: Place, roads: Mapping[tuple[Place, Place], int]) -> int:
    """Return how many are hidden in all of one row or column."""
    return sum(count for road, count in roads.items() if town in road)


def _reached(start: Place, roads: Set[tuple[Place, Place]]) -> set[Place]:
    """Return the towns that can be reached by those roads."""
    seen, waiting = {start}, [start]
    while waiting:
        town = waiting.pop()
        for one, other in roads:
            for near, far in ((one, other), (other, one)):
                if near == town and far not in seen:
                    seen.add(far)
                    waiting.append(far)
    return seen


def _gives_away(kept_back: Sequence[int]) -> bool:
    """Whether the sum of what is hidden of a total, which anybody can work out, tells of a small group."""
    return 0 < sum(kept_back) < SMALLEST or (len(kept_back) == 1 and kept_back[0] > 0)
