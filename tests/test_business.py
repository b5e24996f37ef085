"""A business: its settings, the lists it keeps, its segments; nothing of one is seen in another."""

import stat
from datetime import date

import pytest

from churn import Workspace
from churn.errors import ChurnError, NotFound, RequestRefused
from churn.workspace.access import Principal
from churn.workspace.business import title_from_file
from tests.trained import TODAY, rows_of


@pytest.fixture
def workspace(own_telco):
    """A home with one model that learnt from a list of one's own making."""
    return Workspace(own_telco)


def test_each_model_of_an_older_home_is_a_business(workspace):
    assert [b.name for b in workspace.businesses.all()] == ["telco"]
    settings = workspace.business("telco").settings
    assert (settings.currency, settings.horizon_months, settings.margin) == ("USD", 18, 0.5)


def test_a_business_is_there_before_it_has_learnt_anything(workspace):
    added = workspace.businesses.add("Eck-Laden München", currency="eur")
    assert workspace.business("Eck-Laden München").name == added.name
    assert (added.settings.currency, added.has_model) == ("EUR", False)
    assert added.settings.profile == "general"


@pytest.mark.parametrize("title", ["東京の店", "Spring 2027", "=cmd()", "a" * 80])
def test_any_words_name_a_business(workspace, title):
    assert workspace.businesses.add(title).title == title
    assert workspace.business(title).settings.title == title


@pytest.mark.parametrize("title", ["", "   ", "a" * 81])
def test_a_business_without_a_usable_name_is_refused(workspace, title):
    with pytest.raises(RequestRefused, match="needs a name"):
        workspace.businesses.add(title)


def test_two_businesses_never_share_a_name(workspace):
    workspace.businesses.add("Acme")
    for taken in ("Acme", "acme", "telco"):
        with pytest.raises(RequestRefused, match="already"):
            workspace.businesses.add(taken)
    with pytest.raises(RequestRefused, match="Another business"):
        workspace.business("telco").change(title="Acme")


def test_a_changed_currency_is_the_one_of_every_answer(workspace):
    source = workspace.home / TODAY
    assert workspace.lists.overview(workspace.lists.score(source)).currency == "USD"
    workspace.business("telco").change(currency="CHF")
    scored = workspace.lists.score(source)
    assert workspace.lists.overview(scored).currency == "CHF"
    assert workspace.currency_of(scored.model) == "CHF"
    assert workspace.wording_of(scored.model).money(5) == "5 CHF"


def test_half_the_horizon_and_half_the_margin_lower_what_is_at_stake(workspace):
    source, business = workspace.home / TODAY, workspace.business("telco")
    before = workspace.lists.overview(workspace.lists.score(source))
    settings = business.change(margin=0.25)
    assert settings.margin == 0.25
    halved = workspace.lists.overview(workspace.lists.score(source))
    assert halved.value_at_risk == pytest.approx(before.value_at_risk / 2)
    assert business.change(horizon_months=6).horizon_months == 6
    shorter = workspace.lists.overview(workspace.lists.score(source))
    assert shorter.value_at_risk < halved.value_at_risk
    assert "6 months" in shorter.horizon


def test_settings_survive_what_campaigns_teach(workspace):
    business = workspace.business("telco")
    business.change(horizon_months=9, margin=0.3)
    again = Workspace(workspace.home).business("telco").settings
    assert (again.horizon_months, again.margin) == (9, 0.3)
    active = workspace.playbooks.get("telco")
    assert (active.how, active.playbook.periods.mid) == ("by hand", 9)


def test_a_yearly_bill_keeps_the_horizon_in_months(workspace):
    settings = workspace.business("telco").change(bills_per_year=1)
    assert (settings.bills_per_year, settings.horizon_months) == (1, 18)


@pytest.mark.parametrize(
    "wrong",
    [{"currency": "dollars"}, {"horizon_months": 0}, {"margin": 1.5}, {"bills_per_year": -1}, {"margin": float("nan")}],
)
def test_a_setting_that_cannot_be_is_refused_and_nothing_changes(workspace, wrong):
    business = workspace.business("telco")
    before = business.settings
    with pytest.raises(RequestRefused):
        business.change(title="New name", **wrong)
    assert business.settings == before


def test_own_labels_are_the_words_of_the_reasons(workspace):
    business = workspace.business("telco")
    business.change(labels={"Contract": "Kind of contract", "tenure": "  "})
    wording = workspace.wording_of(business.model)
    assert wording.label("Contract") == "Kind of contract"
    assert business.settings.labels == {"Contract": "Kind of contract"}


def test_a_viewer_changes_nothing(workspace):
    viewer = workspace.as_user(Principal("Vera", "viewer", "key"))
    for act in (
        lambda: viewer.businesses.add("New"),
        lambda: viewer.business("telco").change(margin=0.1),
        lambda: viewer.business("telco").lists.keep(b"x", "x.csv", customers=1),
        lambda: viewer.business("telco").segments.save("S", {}),
    ):
        with pytest.raises(ChurnError, match="may not"):
            act()


def test_lists_stay_in_the_home_by_their_day(workspace):
    lists = workspace.business("telco").lists
    first = lists.keep(b"a", "customers_2026-11-23.csv", customers=1)
    said = lists.keep(b"b", "customers.csv", customers=1, day=date(2026, 11, 30))
    assert [(k.day, k.day_from) for k in (first, said)] == [("2026-11-23", "name"), ("2026-11-30", "said")]
    again = Workspace(workspace.home).business("telco").lists
    assert [k.name for k in again.all()] == ["customers.csv", "customers_2026-11-23.csv"]
    assert again.content(first.list) == b"a"
    assert again.latest() == said


def test_a_list_brought_again_is_kept_once(workspace):
    lists = workspace.business("telco").lists
    first = lists.keep(b"a", "customers_20261123.csv", customers=1)
    assert lists.keep(b"a", "copy of customers.csv", customers=1) == first
    assert len(lists.all()) == 1


def test_a_kept_list_is_scored_as_when_it_was_brought(workspace):
    content = (workspace.home / TODAY).read_bytes()
    business = workspace.business("telco")
    kept = business.lists.keep(content, TODAY, customers=60)
    assert business.lists.score(kept.list).scored.table.equals(workspace.lists.score(content).scored.table)


def test_kept_lists_are_for_the_account_that_runs_it_alone(workspace):
    kept = workspace.business("telco").lists.keep(b"secret", "x.csv", customers=1)
    path = workspace.home / "data" / "lists" / "telco" / kept.list
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_kept_list_that_was_changed_on_the_disk_is_not_opened(workspace):
    kept = workspace.business("telco").lists.keep(b"secret", "x.csv", customers=1)
    (workspace.home / "data" / "lists" / "telco" / kept.list).write_bytes(b"other")
    with pytest.raises(ChurnError, match="not the file"):
        workspace.business("telco").lists.content(kept.list)


def test_the_lists_of_one_business_are_not_those_of_another(workspace):
    other = workspace.businesses.add("Other")
    kept = workspace.business("telco").lists.keep(b"a", "a.csv", customers=1)
    assert other.lists.all() == ()
    for number in (kept.list, "../telco/x", ""):
        with pytest.raises(NotFound):
            other.lists.content(number)


def test_a_forgotten_customer_is_in_no_kept_list_any_more(workspace):
    lines = rows_of(workspace.home)
    content = "\n".join(lines).encode()
    gone, stays = lines[1].split(",")[0], lines[2].split(",")[0]
    business = workspace.business("telco")
    business.lists.keep(content, TODAY, customers=60, day=date(2026, 11, 30))
    business.lists.keep("\n".join([lines[0], lines[1]]).encode(), "one.csv", customers=1)
    went = workspace.customers.forget(gone)
    assert went.lists == 2
    (kept,) = business.lists.all()
    assert (kept.customers, kept.day) == (59, "2026-11-30")
    text = business.lists.content(kept.list).decode()
    assert gone not in text and stays in text
    table = business.lists.score(kept.list).scored.table
    assert table.num_rows == 59
    assert workspace.lists.score(content).scored.table.slice(1).column("probability") == table.column("probability")
    assert {p.name for p in (workspace.home / "data" / "lists" / "telco").iterdir()} == {kept.list}


def test_what_is_older_than_may_be_kept_goes_from_the_disk_too(workspace):
    workspace.business("telco").lists.keep(b"a", "a.csv", customers=1)
    workspace.customers.forget_before("2999-01-01")
    assert workspace.business("telco").lists.all() == ()
    assert not list((workspace.home / "data" / "lists").glob("*/*"))


def test_segments_belong_to_their_business(workspace):
    business, other = workspace.business("telco"), workspace.businesses.add("Other")
    saved = business.segments.save("High and new", {"tiers": ("High",), "search": "month"})
    assert business.segments.get("High and new").filter == {"tiers": ["High"], "search": "month"}
    assert other.segments.all() == ()
    business.segments.save("High and new", {"tiers": ("Low",)})
    assert len(business.segments.all()) == 1
    business.segments.remove(saved.segment)
    assert business.segments.all() == ()


def test_a_business_that_learnt_nothing_can_be_removed_with_its_lists(workspace):
    other = workspace.businesses.add("Other")
    other.lists.keep(b"a", "a.csv", customers=1)
    other.remove()
    assert [b.name for b in workspace.businesses.all()] == ["telco"]
    assert not list((workspace.home / "data" / "lists").glob("*/*"))
    with pytest.raises(RequestRefused, match="has a model"):
        workspace.business("telco").remove()


def test_a_first_list_proposes_its_business(workspace):
    reading = workspace.lists.check(workspace.home / "history.csv")
    proposal = workspace.businesses.propose(reading)
    assert (proposal.profile, proposal.currency, proposal.outcome) == ("telco", "USD", "Churn")
    assert proposal.customers == reading.rows


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("acme_customers_2026-11-23.csv", "Acme"),
        ("Kunden Export.xlsx", "Kunden"),
        ("20261123.csv", "My business"),
        ("客户.csv", "客户"),
        ("list.csv.gz", "My business"),
    ],
)
def test_the_name_of_a_file_names_the_business(name, title):
    assert title_from_file(name) == title


def test_training_under_the_title_of_a_business_is_training_for_it(workspace):
    business = workspace.businesses.add("Fernmelde-Gesellschaft")
    made = workspace.models.train(workspace.home / "history.csv", name="Fernmelde-Gesellschaft", quick=True)
    assert made.model.name == business.name
    assert business.has_model
    business.change(title="Anders")
    assert workspace.models.get("Anders").name == business.name


def test_a_business_whose_model_is_damaged_is_still_listed_with_its_lists(workspace):
    kept = workspace.business("telco").lists.keep(b"a", "a.csv", customers=1)
    (workspace.home / "models" / "telco" / "v1" / "model.json").write_text("{}")
    (again,) = Workspace(workspace.home).businesses.all()
    assert (again.title, again.lists.all()) == ("telco", (kept,))
    assert again.change(title="Still here").title == "Still here"
    with pytest.raises(ChurnError, match="was changed"):
        again.model  # noqa: B018


def test_two_weeks_of_one_file_name_are_two_lists(workspace):
    lists = workspace.business("telco").lists
    lists.keep(b"a", "customers.csv", customers=1, day=date(2026, 11, 23))
    lists.keep(b"b", "customers.csv", customers=1, day=date(2026, 11, 30))
    assert [k.day for k in lists.all()] == ["2026-11-30", "2026-11-23"]
    assert lists.before(lists.all()[0].list) == lists.all()[1]
