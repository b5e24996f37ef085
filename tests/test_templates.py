"""A template is a list that reads without a question."""

from churn import Workspace


def test_every_model_and_business_has_one_that_its_reading_accepts(telco_home):
    workspace = Workspace(telco_home)
    templates = workspace.lists.templates()
    assert next(iter(templates)) == "telco v1"
    reading = workspace.lists.check(templates["telco v1"].encode(), filename="template.csv", profile="telco")
    assert (reading.rows, reading.doubtful, reading.set_aside) == (1, (), ())
    assert reading.schema.outcome is None


def test_a_business_without_columns_of_its_own_has_none(home):
    assert "Any customer list" not in Workspace(home).lists.templates()
