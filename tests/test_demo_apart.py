"""The demo's models learnt from made-up customers: they answer the lists that come with the product, and no other."""

import pytest

from app.demo import SAMPLES
from churn import Workspace
from churn.errors import NoModelYet
from churn.samples.shipped import is_shipped
from churn.workspace.lists import OF_THE_DEMO
from tests.trained import TODAY, twin_of

SAMPLE = SAMPLES / "telco_today.csv"


def test_a_list_of_real_customers_never_meets_a_demo_model_by_itself(demo_telco, line):
    workspace = Workspace(demo_telco)
    with pytest.raises(NoModelYet, match="of your own yet; the demo's learnt from made-up customers") as problem:
        workspace.models.for_list(demo_telco / TODAY)
    assert "model=demo-telco" in problem.value.options
    with pytest.raises(NoModelYet):
        workspace.online.scorer(("customerID", "tenure", "Contract"))
    code, said = line("score", demo_telco / TODAY, "-o", demo_telco / "out.csv", "--home", demo_telco)
    assert (code, "--model demo-telco" in said, (demo_telco / "out.csv").exists()) == (2, True, False)


def test_named_by_hand_it_answers_and_says_whose_it_is(demo_telco):
    scored = Workspace(demo_telco).lists.score(demo_telco / TODAY, model="demo-telco")
    assert OF_THE_DEMO in [notice.text for notice in scored.notices]


def test_the_lists_that_come_with_the_product_meet_it(demo_telco, tmp_path):
    models = Workspace(demo_telco).models
    assert models.for_list(SAMPLE).name == models.for_list(SAMPLE.read_bytes()).name == "demo-telco"
    other = tmp_path / "telco_today.csv"
    other.write_bytes(SAMPLE.read_bytes() + b"\n")
    assert is_shipped(SAMPLE) and not is_shipped(other) and not is_shipped(tmp_path / "nowhere.csv")


def test_beside_a_model_of_ones_own_the_demo_answers_the_products_lists_alone(own_telco):
    twin_of(own_telco, "demo-telco")
    models = Workspace(own_telco).models
    assert (models.for_list(own_telco / TODAY).name, models.for_list(SAMPLE).name) == ("telco", "demo-telco")


def test_what_learnt_from_a_list_of_the_product_counts_as_the_demo(home):
    workspace = Workspace(home)
    workspace.models.train(SAMPLES / "telco_customers.csv", name="mine", quick=True)
    with pytest.raises(NoModelYet):
        workspace.models.for_list(SAMPLE.read_bytes() + b"\n")
    assert workspace.models.for_list(SAMPLE).name == "mine"
