"""train and models on the command line: the design's fields, the registry, and refusals in one sentence."""

import pytest

from churn.training.registry import load, promote, save
from tests.trained import HISTORY, damaged, rewritten, rows_of

TRAINED = ["model", "version", "promoted", "why", "leaderboard", "report", "leaks", "seconds", "notices"]


@pytest.fixture
def two_versions(own_telco):
    """A home whose telco v2, the same model again, is live."""
    saved = save(own_telco, load(own_telco, "telco", "v1"))
    promote(own_telco, "telco", saved.version, why="a test")
    return own_telco


def test_train_answers_the_designs_fields(line, telco_home, tmp_path):
    asked = ["--quick", "--name", "mine", "--promote", "no", "--home", tmp_path]
    code, told = line("train", telco_home / HISTORY, *asked)
    assert (code, list(told)) == (0, TRAINED)
    assert (told["model"], told["version"], told["promoted"]) == ("mine", "v1", False)
    assert line("models", "--home", tmp_path)[1]["models"][0]["live"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--outcome", "Nothing"], "no column 'Nothing'"),
        (["--positive", "Maybe"], "never says 'Maybe'"),
        (["--aim", "glory"], "invalid choice"),
        (["--seed", "one"], "invalid int value"),
    ],
)
def test_train_refuses_in_one_sentence_and_leaves_nothing(line, telco_home, tmp_path, words, said):
    code, told = line("train", telco_home / HISTORY, *words, "--home", tmp_path)
    assert (code, said in told, "Traceback" in told) == (2, True, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("left", "said"), [(0, "everyone stayed"), (3, "3 of whom left; at least 100")])
def test_train_refuses_too_few_who_left(line, telco_home, tmp_path, left, said):
    head, *rows = rows_of(telco_home, HISTORY)
    few = [r for r in rows if r.endswith(",No")] + [r for r in rows if r.endswith(",Yes")][:left]
    code, told = line("train", rewritten(tmp_path / "few.csv", [head, *few]), "--home", tmp_path / "home")
    assert (code, said in told, (tmp_path / "home").exists()) == (2, True, False)


def test_train_refuses_a_list_that_does_not_say_who_left(line, telco_home, tmp_path):
    code, told = line("train", telco_home / "today.csv", "--home", tmp_path)
    assert (code, told) == (2, "No column says who left. Name the column that does (--outcome COLUMN).")


def test_models_lists_what_is_on_the_shelf(line, two_versions):
    code, told = line("models", "--home", two_versions)
    (card,) = told["models"]
    assert (code, card["name"], card["live"], card["versions"]) == (0, "telco", "v2", ["v1", "v2"])


def test_an_empty_shelf_says_so(line, tmp_path):
    assert line("models", "--home", tmp_path) == (0, {"models": []})


def test_rollback_goes_back_and_promote_forth(line, two_versions):
    assert line("models", "rollback", "telco", "--home", two_versions)[1]["version"] == "v1"
    code, told = line("models", "promote", "telco@v2", "--why", "better after all", "--home", two_versions)
    assert (code, told) == (0, {"model": "telco", "version": "v2", "why": "better after all"})
    (card,) = line("models", "--home", two_versions)[1]["models"]
    assert [r["version"] for r in card["history"]] == ["v1", "v2", "v1", "v2"]


def test_show_answers_the_report_and_where_the_model_came_from(line, telco_home):
    code, told = line("models", "show", "telco", "--home", telco_home)
    assert (code, list(told)) == (0, ["name", "version", "thresholds", "report", "lineage", "explained_by"])
    assert told["explained_by"]["way"] == "tables"
    assert (told["name"], told["lineage"]["profile"]) == ("telco", "telco")


def test_verify_finds_every_changed_file_and_exits_2(line, two_versions):
    code, told = line("models", "verify", "telco", "--home", two_versions)
    assert (code, told["versions"]) == (0, {"v1": [], "v2": []})
    assert told["explained_by"]["v1"]["way"] == "tables"
    assert told["explained_by"]["v1"]["largest_difference"] <= 1e-4
    damaged(two_versions)
    code, told = line("models", "verify", "telco", "--home", two_versions)
    assert (code, told["versions"]["v2"], len(told["versions"]["v1"])) == (2, [], 1)
    assert "explainer.npz" in told["versions"]["v1"][0]


def test_a_damaged_version_cannot_go_live(line, two_versions):
    damaged(two_versions)
    code, told = line("models", "rollback", "telco", "--home", two_versions)
    assert code == 2
    code, told = line("models", "promote", "telco@v1", "--home", two_versions)
    assert (code, "cannot go live" in told) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "needs a model"),
        (["promote", "telco"], "Which version should go live?"),
        (["promote", "telco@v9"], "no version v9 of telco"),
        (["promote", "nobody@v1"], "nobody"),
        (["rollback", "telco"], "no earlier version of telco"),
        (["rollback", "nobody"], "nobody"),
        (["show", "telco@../v1"], "cannot be the version"),
        (["verify", "nobody"], "There is no model nobody."),
        (["verify", "telco@v9"], "no version v9 of telco"),
        (["burn", "telco"], "invalid choice"),
    ],
)
def test_models_refuses_in_one_sentence(line, telco_home, words, said):
    code, told = line("models", *words, "--home", telco_home)
    assert (code, said in told) == (2, True)
