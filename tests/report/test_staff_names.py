"""Names of employees in the quotes of a report."""

from dataclasses import replace

from pipelines.report.staff_names import hide_staff_names
from saywhy.issue import Quote
from tests.builders.reports import FULL


def test_names_of_employees_are_hidden_and_spans_move() -> None:
    """A quote shows a placeholder, its clause keeps its words, and nothing says where the name was."""
    quote = Quote("Thanks, Anja! The app is slow.", 14, 30, "en", 3, staff_names=((8, 12),))
    named = replace(FULL, issues=(replace(FULL.issues[0], quotes=(quote,)),))
    [hidden] = hide_staff_names(named).issues[0].quotes
    assert hidden.text == "Thanks, [staff name]! The app is slow."
    assert (hidden.text[hidden.start : hidden.end], hidden.staff_names) == ("The app is slow.", ())
