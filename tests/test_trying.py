"""Every live model has a customer to try, who looks like one and can be scored as they stand."""

from churn import Workspace
from churn.api.openapi import tried_customers
from tests.trained import damaged, twin_of


def test_the_customer_to_try_has_every_column_and_middle_values(telco_home):
    (tried,) = tried_customers(Workspace(telco_home))
    assert (
        set(tried.customer)
        == set(tried.columns)
        == {*Workspace(telco_home).models.get("telco").encoder.names, "customerID"}
    )
    assert 1 <= tried.customer["tenure"] <= 72 and tried.customer["Contract"] == "Month-to-month"
    assert (tried.answer["ignored"], tried.answer["missing"], tried.answer["model"]) == ([], [], "telco@v1")
    assert tried.shape["example"] == tried.customer


def test_a_model_that_does_not_open_is_left_out(own_telco):
    twin_of(own_telco)
    damaged(own_telco)
    assert [t.model for t in tried_customers(Workspace(own_telco))] == ["twin"]


def test_without_a_model_there_is_nothing_to_try(home):
    assert tried_customers(Workspace(home)) == ()
