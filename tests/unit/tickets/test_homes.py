"""Where the chains say that letters are: told twice is unsure, moves are followed, absurd numbers cost little."""

from tickets.homes import UNSURE, Homes, Numbers


def test_numbers_take_a_page_for_an_id_and_not_for_all_before_it() -> None:
    numbers = Numbers()
    for one in (3, 10**15, -1, "x", None, 10**30):
        numbers[one] = 7
    assert (numbers[3], numbers[10**15], numbers[4], numbers[-1], numbers["x"]) == (7, 7, 0, 0, 0)
    assert numbers.those(9) == [3, 10**15]
    assert len(numbers._pages) == 2
    numbers.settle(3, 8)
    assert numbers[3] == UNSURE


def test_a_letter_is_where_it_was_moved_to() -> None:
    homes = Homes()
    homes.take(1, 1, "opened", {"intake": 5})
    homes.take(1, 2, "merged", {"into": 2})
    homes.take(2, 9, "split_off", {"message": 50, "into": 4})
    homes.take(3, 3, "split_off", {"message": 50, "into": 7})
    assert homes.letters[5] == 1
    assert [homes.fits(1, one) for one in (1, 2, 3, "x", None)] == [True, True, False, False, False]
    assert homes.fits(1, 4, 50)
    assert not homes.fits(1, 1, 50)
    assert homes.fits(0, 99)
    assert homes.fits(UNSURE, 99)
    assert homes.ended_in(2) == [2, 1]
    homes.take(2, 10, "merged", {"into": 1})
    assert not homes.fits(1, 3), "made by hand: a circle ends too"
