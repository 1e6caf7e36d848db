"""What is said of many rows is said once; expected texts by hand from the rows given."""

from __future__ import annotations

from breathline.cli.problems import group_problems, name_lines
from breathline.errors import Problem


def problem(row, message="The unit 'x' is not known.", **more):
    return Problem(code="unknown_unit", message=message, mend="Mend it.", file="visits.csv", row=row, **more)


def texts(problems):
    return [group.text() for group in group_problems(problems)]


def test_the_same_words_are_said_once():
    assert texts([problem(row) for row in (32, 33, 34, 35, 36, 37)]) == [
        "visits.csv, lines 32–37: The unit 'x' is not known. Mend it."
    ]


def test_different_words_stay_apart():
    said = [problem(2), problem(3, "The unit 'y' is not known."), problem(4, column="unit")]
    assert texts(said) == [str(one) for one in said]


def test_rows_that_differ_in_their_number_only_are_told_by_the_first():
    said = [
        problem(row, f"PaO2 of {value} mmHg cannot be.")
        for row, value in zip(range(26, 30), (9.5, 8.4, 7.2, 7.7), strict=True)
    ]
    assert texts(said) == [
        "visits.csv, line 26: PaO2 of 9.5 mmHg cannot be. Mend it. The same holds for lines 27–29."
    ]
    assert texts(said[:3]) == [str(one) for one in said[:3]], "three are few enough to be read one by one"


def test_every_line_is_named_or_counted():
    assert name_lines([3, 2, 2, 9, 5]) == "lines 2–3, 5 and 9"
    assert name_lines(range(1, 41, 2)) == "lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 8 more"


def test_a_problem_of_the_whole_file_names_no_line():
    other = "Something else."
    assert texts([problem(None), problem(None, other)]) == [
        "visits.csv: The unit 'x' is not known. Mend it.",
        f"visits.csv: {other} Mend it.",
    ]
