"""Overview: a list in a few figures, the next step, what changed, and a brief that names nobody."""

from churn import Workspace
from tests.paging import metric, opened, shown
from tests.trained import TODAY, rows_of


def test_with_nothing_in_hand_it_says_where_to_bring_a_list(monkeypatch, home):
    assert "There is no list yet" in shown(opened(monkeypatch, home, "overview"))


def test_without_a_model_it_leads_to_training(monkeypatch, home):
    page = opened(monkeypatch, home, "overview", sample="telco_today.csv")
    assert "There is no model yet" in shown(page) and len(page.error) == 0


def test_a_sample_is_summed_up_in_money_with_its_next_step(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "overview", sample="telco_today.csv")
    assert metric(page, "Customers") == "1500"
    at_risk = next(m for m in page.metric if m.label == "Value at risk")
    assert (at_risk.value[:2], at_risk.delta) == ("\\$", "over 18 months")
    assert "Plan the campaign" in shown(page) and "first list scored by this model" in shown(page)
    assert len(page.get("plotly_chart")) == 2


def test_a_later_list_is_compared_with_the_one_before(monkeypatch, own_telco):
    workspace = Workspace(own_telco)
    workspace.lists.keep_summary(workspace.lists.score(own_telco / TODAY))
    page = opened(monkeypatch, own_telco, "score")
    later = "\n".join(rows_of(own_telco)[:41])
    page.file_uploader[0].upload("later.csv", later.encode(), "text/csv").run()
    page.switch_page("screens/overview.py").run()
    assert "20 fewer than before" in shown(page) and "Compared with today" in shown(page)


def test_a_model_named_in_the_address_scores_and_is_kept(monkeypatch, own_telco):
    asked = {"sample": "telco_today.csv", "model": "telco", "customer": "9520-SBSZF"}
    page = opened(monkeypatch, own_telco, "overview", **asked)
    for name in asked:
        del page.query_params[name]
    page.switch_page("screens/score.py").run()
    assert {name: page.query_params[name] for name in asked} == asked
