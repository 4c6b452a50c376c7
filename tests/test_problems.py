"""The table of problems: codes that no client can mistake for another."""

from __future__ import annotations

from server.problems import TABLE


def test_no_two_problems_share_a_code_as_clients_read_it_a_number() -> None:
    numbers = [float(problem.code) for problem in TABLE.values()]
    assert len(numbers) == len(set(numbers))


def test_our_own_codes_end_in_no_nought_so_that_as_numbers_they_meet_none_of_central_s() -> None:
    own = [problem.code for problem in TABLE.values() if int(problem.code.split(".")[1]) >= 60]
    taken = {"400": range(1, 45), "403": range(1, 3), "404": range(1, 12), "409": range(1, 24)}
    for code in own:
        status, _, number = code.partition(".")
        shown = int(str(float(f"0.{number}"))[2:])
        assert shown not in taken.get(status, ()), code
