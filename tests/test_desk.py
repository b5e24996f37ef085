"""The old name of the workspace, for one more release."""

import pytest

from churn import Desk


def test_the_old_names_still_answer_and_say_what_they_are_called_now(telco_home):
    with pytest.deprecated_call(match="Desk.shelf is Workspace.models.list now"):
        assert [card["name"] for card in Desk(telco_home).shelf()] == ["telco"]
    with pytest.raises(AttributeError, match="has no nonsense"):
        Desk(telco_home).nonsense()
