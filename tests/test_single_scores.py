"""Many scores by column are the scores of each customer."""

from churn.workspace.prediction import PredictionBatch, ScoredCustomer

ONE = ScoredCustomer(
    "a", 0.75, True, "Yes", "High", ("why",), "call", 2.5, "telco@v1", ("odd",), ("tenure",), {"tenure": 3.0}, 90.0
)
BY_COLUMN = PredictionBatch(
    "telco@v1",
    key=["a", None],
    probability=[0.75, 0.25],
    leaves=[True, False],
    status=["Yes", "No"],
    tier=["High", "Low"],
    reasons=[("why",), ()],
    action=["call", None],
    value_at_risk=[90.0, None],
    expected_gain=[2.5, None],
    ignored=[("odd",), ()],
    missing=[("tenure",), ()],
    features={"tenure": [3.0, 4.0], "plan": [None, "a"]},
)


def test_gone_through_each_is_a_single_and_keeps_features_under_a_key_alone():
    without_key = ScoredCustomer(None, 0.25, False, "No", "Low", (), None, None, "telco@v1")
    assert (len(BY_COLUMN), list(BY_COLUMN)) == (2, [ONE, without_key])
    assert [one.features for one in BY_COLUMN] == [{"tenure": 3.0}, {}]
