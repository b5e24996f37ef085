"""What a list says about who left, before anything is learnt from it."""

from churn import Workspace
from churn.intake.checks import OutcomeCounts
from churn.workspace.models import find_leaks, guess_outcome, outcome_candidates, read_labels


def read(home, *columns, rows=240, name="list.csv"):
    """A list whose columns are given as heading and a function of the row number."""
    lines = [",".join(["id", *(heading for heading, _ in columns)])]
    lines += [",".join([f"c{i}", *(str(word(i)) for _, word in columns)]) for i in range(rows)]
    return Workspace(home).lists.check("\n".join(lines).encode(), filename=name)


FATE = ("fate", lambda i: ("left", "stayed", "joined")[i % 3])
SPEND = ("spend", lambda i: i % 37)


def test_the_plain_column_comes_first_and_amounts_are_not_offered(home):
    reading = read(home, SPEND, ("plan", lambda i: "ab"[i % 2]), ("churned", lambda i: ("yes", "no")[i % 2]))
    assert (guess_outcome(reading), outcome_candidates(reading)) == ("churned", ("churned", "plan"))


def test_the_words_of_the_file_are_counted_and_those_that_mean_leaving_named(home):
    reading = read(home, SPEND, ("churned", lambda i: ("Yes", "No", "y")[i % 3]))
    found = read_labels(reading, "churned", (), ())
    assert dict(found.words) == {"No": 80, "Yes": 80, "y": 80}
    assert (found.leaving, found.known, found.enough) == (("Yes", "y"), OutcomeCounts(240, 160), True)


def test_three_words_stay_unsettled_until_a_person_says_which_mean_leaving(home):
    reading = read(home, SPEND, FATE)
    assert read_labels(reading, "fate", (), ()).known is None
    found = read_labels(reading, "fate", ("left",), ("joined",))
    assert (found.known, found.unknown) == (OutcomeCounts(160, 80), 80)


def test_too_few_are_said_in_numbers(home):
    found = read_labels(read(home, SPEND, ("churned", lambda i: "no" if i % 20 else "yes")), "churned", (), ())
    assert (found.enough, found.why.startswith("The list has 240 customers, 12 of whom left")) == (False, True)


def test_a_column_that_knows_the_answer_is_found_before_training(home):
    reading = read(home, SPEND, ("churned", lambda i: "yes" if i % 3 else "no"), ("refunded", lambda i: i % 3 > 0))
    assert [(leak.column, leak.hard) for leak in find_leaks(reading, outcome="churned")] == [("refunded", True)]
    assert find_leaks(read(home, SPEND, FATE), outcome="fate") == ()
