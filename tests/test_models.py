"""Models at the workspace: trained from a list, kept whole, and live when better or when told."""

import pytest

from churn import Workspace
from churn.errors import ChurnError, RequestRefused
from churn.training import boosting as tuning
from churn.training.registry import champion, versions
from churn.workspace.models import reading_name
from tests.trained import HISTORY, damaged, rewritten, rows_of

FIELDS = ["model", "version", "promoted", "why", "leaderboard", "report", "leaks", "seconds", "notices"]


def train_lines(home, lines, **asked):
    return Workspace(home).models.train("\n".join(lines).encode(), filename="list.csv", quick=True, **asked)


def leavers(lines, most):
    """The list with at most this many who left."""
    stayed = [row for row in lines[1:] if row.endswith(",No")]
    return [lines[0], *stayed, *[row for row in lines[1:] if row.endswith(",Yes")][:most]]


def test_the_first_model_goes_live_under_its_business_name(telco_home):
    reign = champion(telco_home, "telco")
    assert (reign.version, reign.number) == ("v1", 1)
    assert Workspace(telco_home).models.get("telco").lineage["profile"] == "telco"


def test_a_second_training_is_another_version_and_goes_live_only_as_asked(own_telco):
    found = Workspace(own_telco).models.train(own_telco / HISTORY, quick=True, promotion="no", seed=1)
    assert list(found.as_json()) == FIELDS
    assert (found.model.version, found.verdict.promoted) == ("v2", False)
    assert champion(own_telco, "telco").version == "v1"


def test_a_damaged_champion_cannot_keep_a_new_model_from_going_live(own_telco):
    damaged(own_telco)
    found = Workspace(own_telco).models.train(own_telco / HISTORY, quick=True)
    assert (found.model.version, champion(own_telco, "telco").version) == ("v2", "v2")


@pytest.mark.parametrize(("left", "said"), [(0, "everyone stayed"), (3, "3 of whom left; at least 100 customers")])
def test_too_few_who_left_are_refused_and_nothing_is_written(telco_home, home, left, said):
    with pytest.raises(ChurnError, match=said) as refused:
        train_lines(home, leavers(rows_of(telco_home, HISTORY), left))
    assert (str(refused.value).count("\n"), list(home.iterdir())) == (0, [])


def test_an_outcome_of_one_word_alone_is_refused(telco_home, home):
    lines = [row for row in rows_of(telco_home, HISTORY) if not row.endswith(",No")]
    with pytest.raises(ChurnError) as refused:
        train_lines(home, lines)
    assert ("Churn" in refused.value.message, bool(refused.value.fix)) == (True, True)


def visits(stays, leaves, rows=300):
    """A list of no known business: who visits often stays."""
    words = (f"{i},{i % 7},{i % 50},{stays if i % 7 > 2 or i % 11 == 0 else leaves}" for i in range(rows))
    return ["nr,visits,spend,gone", *words]


def test_an_outcome_in_odd_words_is_refused_with_the_flag_that_helps(home):
    with pytest.raises(ChurnError, match=r"gone.*(blau|grün)") as refused:
        train_lines(home, visits("blau", "grün"), outcome="gone", key="nr")
    assert "positive=WORD" in refused.value.options


def test_odd_words_are_learnt_from_once_they_are_named(home):
    found = train_lines(home, visits("blau", "grün"), outcome="gone", key="nr", positive=["grün"])
    assert (found.model.stays, found.model.leaves) == ("blau", "grün")


@pytest.mark.parametrize(
    ("words", "name"),
    [("Spring 2027", "spring-2027"), ("解約予測", "model-cf1eb18b"), ("../x", "x"), ("a/b", "a-b"), ("-x", "x")],
)
def test_a_model_may_be_called_in_any_words_and_is_found_by_them(home, words, name):
    found = train_lines(home, visits("no", "yes"), outcome="gone", key="nr", name=words)
    assert (found.model.name, found.model.lineage.get("title")) == (name, words)
    assert [(c["name"], c["title"]) for c in Workspace(home).models.list()] == [(name, words)]
    assert Workspace(home).models.get(words).name == name
    again = train_lines(home, visits("no", "yes"), outcome="gone", key="nr", name=name)
    assert (again.model.version, again.model.lineage["title"]) == ("v2", words)


def test_a_list_of_no_known_business_gives_the_model_its_own_name(tmp_path):
    path = rewritten(tmp_path / "Åse's Liste (1).csv", visits("no", "yes"))
    found = Workspace(tmp_path).models.train(path, quick=True, outcome="gone", key="nr")
    assert (found.model.name, found.model.lineage["title"]) == ("ase-s-liste-1", "Åse's Liste (1)")


def test_a_column_is_named_as_in_the_file_or_as_in_the_schema(telco_home):
    head, *rows = rows_of(telco_home, HISTORY)
    lines = [head.replace("tenure", "Tenure Months"), *rows[:3]]
    reading = Workspace(telco_home).lists.check("\n".join(lines).encode(), filename="x.csv")
    assert [reading_name(reading, n) for n in (None, "tenure", "Tenure Months")] == [None, "tenure", "tenure"]
    with pytest.raises(RequestRefused, match="no column 'Foo'"):
        reading_name(reading, "Foo")


def test_pages_that_explain_a_version_are_kept_with_it(telco_home):
    pages = sorted((telco_home / "models" / "telco" / "v1" / "report").glob("*.html"))
    assert pages != [] and all(page.read_text(encoding="utf-8").startswith("<!doctype html>") for page in pages)


def test_a_search_that_was_stopped_leaves_no_version_and_goes_on_where_it_was(own_telco, monkeypatch):
    monkeypatch.setattr(tuning, "_judge", lambda library, sample, checks, trial, aim: (trial.params["rate"], [1.0]))
    asked = {"quick": True, "promotion": "no", "tune": 6}
    told = []

    def stop(share, text):
        told.append(text)
        if "trial 2 of 3" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Workspace(own_telco).models.train(own_telco / HISTORY, progress=stop, **asked)
    (search,) = (own_telco / "data" / "searches").iterdir()
    assert (len(search.read_text().splitlines()), list(versions(own_telco, "telco"))) == (2, ["v1"])
    told.clear()
    Workspace(own_telco).models.train(own_telco / HISTORY, progress=lambda share, text: told.append(text), **asked)
    assert "Going on with a search of which 2 trials are kept" in told
    assert len(search.read_text().splitlines()) == 6
