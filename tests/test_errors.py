"""One error family: what is wrong, and what to do next."""

from churn import errors
from churn.errors import ChurnError, ListRefused


def test_an_error_reads_as_one_text():
    assert str(ListRefused("The file is empty.", "Export it again.")) == "The file is empty. Export it again."
    assert str(ListRefused("The file is empty.")) == "The file is empty."


def test_every_kind_of_error_is_of_the_family_and_drawn_in_the_picture():
    kinds = [k for k in vars(errors).values() if getattr(k, "__module__", "") == errors.__name__]
    assert all(issubclass(k, ChurnError) and k.__name__ in errors.__doc__ for k in kinds)
