"""A list in euros is written in euros everywhere, where its business has no currency of its own."""

from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.scoring.whatif import holds_whole_numbers
from churn.store.campaigns import Measurement
from churn.workspace.businesses import currency_of, wording_of
from churn.workspace.campaigns import order_from_choices
from churn.workspace.customers import form_of

EURO = "EUR"


def _list(path, rows, *, mark="€", outcome=True):
    random = np.random.default_rng(3)
    lines = ["kunde;beitrag;besuche;gekuendigt" if outcome else "kunde;beitrag;besuche"]
    for i in range(rows):
        visits = int(random.integers(0, 20))
        left = random.random() < 0.7 - visits * 0.03
        paid = f"{random.uniform(20, 90):.2f}".replace(".", ",") + f" {mark}"
        lines.append(f"k{i};{paid};{visits}" + (f";{'ja' if left else 'nein'}" if outcome else ""))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def euros(tmp_path_factory):
    home = tmp_path_factory.mktemp("euros")
    workspace = Workspace(home)
    trained = workspace.models.train(
        _list(home / "verein.csv", 500), outcome="gekuendigt", key="kunde", value="beitrag", quick=True
    )
    return workspace, trained.model, _list(home / "heute.csv", 80, outcome=False)


def test_the_mark_in_the_list_becomes_the_models_currency(euros):
    workspace, model, today = euros
    assert model.lineage["currency"] == currency_of(model, workspace.home) == workspace.currency_of(model) == EURO
    ranked = workspace.lists.score(today, model=model.name)
    assert workspace.lists.overview(ranked).currency == EURO


def test_campaign_brief_and_results_are_in_the_lists_currency(euros):
    workspace, model, today = euros
    ranked = workspace.lists.score(today, model=model.name)
    planned = workspace.campaigns.plan(ranked, order_from_choices(budget=60, name="fruehling"))
    assert planned.basis.currency == EURO
    budget = next(p for p in planned.as_json()["prices"] if p["kind"] == "budget")
    assert "€" in budget["words"] and "$" not in budget["words"]
    brief = workspace.lists.brief(ranked, "de-DE").decode()
    assert "\u00a0€" in brief
    workspace.campaigns.export(planned, workspace.home / "out.csv")
    (kept,) = workspace.campaigns.list()
    assert kept.currency == EURO


def test_the_parts_of_a_measured_campaign_are_in_the_campaigns_currency_and_counts_have_no_decimals(euros):
    workspace, model, today = euros
    workspace.campaigns.export(
        workspace.campaigns.plan(workspace.lists.score(today, model=model.name), order_from_choices(name="teile")),
        workspace.home / "teile.csv",
    )
    kept = next(one for one in workspace.campaigns.list() if one.record.campaign == "teile")
    levels = (("beitrag", "49.9"), ("besuche", "3"), ("besuche", "missing"))
    lift = {"by": [{"by": by, "name": name, "lift": None} for by, name in levels]}
    measured = Measurement("teile", "", "", "", lift, [])
    parts = workspace.campaigns.in_words(replace(kept, measured=measured)).measured.lift["by"]
    assert [p["name"] for p in parts] == ["Beitrag of €49.90", "Besuche of 3", "Besuche not known"]


def test_a_column_that_only_ever_held_whole_numbers_is_asked_for_and_changed_without_decimals(euros):
    workspace, model, _ = euros
    fields = {f.name: f for f in form_of(model, workspace.home)}
    assert (fields["besuche"].step, fields["beitrag"].step) == (1.0, None)
    assert fields["besuche"].typical == round(fields["besuche"].typical)
    assert [holds_whole_numbers(model, model.encoder.names.index(n)) for n in ("besuche", "beitrag")] == [True, False]


def test_predict_answers_in_the_lists_currency(euros):
    workspace, model, _ = euros
    client = TestClient(make_api(workspace), raise_server_exceptions=False)
    customer = {"kunde": "k1", "beitrag": 49.9, "besuche": 2}
    answer = client.post("/predict", params={"model": model.name}, json=customer).json()
    assert answer.get("currency") == EURO, answer


def test_reasons_write_money_with_the_lists_mark(euros):
    workspace, model, _ = euros
    assert wording_of(model, workspace.home).money(12.5) == "€12.50"


def test_a_list_without_a_mark_has_no_currency(tmp_path):
    workspace = Workspace(tmp_path)
    trained = workspace.models.train(
        _list(tmp_path / "verein.csv", 400, mark=""), outcome="gekuendigt", key="kunde", value="beitrag", quick=True
    )
    assert "currency" not in trained.model.lineage and workspace.currency_of(trained.model) == ""
