"""Training from a list to a model, and the comparison of two trainings."""

import json

import numpy as np
import pyarrow as pa
import pytest

from churn import threads
from churn.errors import ChurnError, ListRefused, RequestRefused
from churn.schema import Column, Schema
from churn.training.model import model_digest
from churn.training.train import TrainingComparison, compare_trainings, train
from tests.small_lists import SCHEMA, small_table, small_training

TABLE = small_table()


def test_a_model_is_better_than_the_hand_rule_and_every_number_is_there():
    trained = small_training()
    board = {row["name"]: row for row in trained.leaderboard}
    champion = next(row for row in trained.leaderboard if row["champion"])
    assert champion["logloss"] <= min(row["logloss"] for row in trained.leaderboard) + 1e-9
    assert champion["logloss"] < board["Hand rule"]["logloss"]
    assert {"roc_auc", "pr_auc", "precision", "recall", "f1", "accuracy", "seconds", "milliseconds"} <= champion.keys()


def test_the_tables_give_the_probabilities_of_the_libraries_and_reasons_that_add_up():
    model = small_training().model
    matrix = model.encoder.matrix(TABLE)
    added = model.explainer.contributions(matrix).sum(axis=1) + model.explainer.base
    np.testing.assert_allclose(added, model.explainer.margin(matrix), atol=1e-4)
    assert np.corrcoef(model.probability(matrix), np.asarray(TABLE["gone"]))[0, 1] > 0.4


def test_shuffled_rows_and_columns_on_another_number_of_threads_give_the_same_model(monkeypatch):
    learnt = model_digest(small_training().model)
    monkeypatch.setattr(threads, "MANY", 0)
    monkeypatch.setenv("CHURN_THREADS", "2")
    order = np.random.default_rng(1).permutation(TABLE.num_rows)
    shuffled = TABLE.take(pa.array(order)).select(TABLE.column_names[::-1])
    again = train(shuffled, Schema(SCHEMA.columns[::-1]), name="small", quick=True)
    assert model_digest(again.model) == learnt


def test_a_known_direction_is_never_broken():
    model = small_training().model
    rows = np.repeat(model.reference.rows[:50], 20, axis=0)
    place = model.encoder.names.index("tenure")
    rows[:, place] = np.tile(np.linspace(0, 72, 20), 50)
    p = model.probability(rows).reshape(50, 20)
    assert (np.diff(p, axis=1) <= 1e-6).all()


def test_the_report_and_the_model_are_plain_json_without_any_key():
    trained = small_training()
    text = json.dumps([trained.report.as_json(), trained.model.as_json()], allow_nan=False)
    assert "c0-0000" not in text
    assert trained.report.as_json()["customers"] == 500


def test_a_leak_is_left_out_and_said():
    leaky = TABLE.append_column("reason", pa.array(["dear" if g else None for g in TABLE["gone"].to_pylist()]))
    from churn.schema import Column

    trained = train(leaky, Schema((*SCHEMA.columns, Column("reason", "category"))), quick=True)
    assert "reason" not in trained.model.encoder.names
    assert [leak.column for leak in trained.leaks] == ["reason"]
    assert any("reason is not learnt from" in n.text for n in trained.notices)


def test_labels_drawn_at_random_are_called_weak():
    table = small_table(600, seed=9, strength=0.0)
    report = train(table, SCHEMA, quick=True).report
    assert report.verdict == "weak" and "weak" in report.summary
    assert report.scores["roc_auc"]["mean"] < 0.62


def test_a_list_with_a_date_is_checked_forward_in_time():
    days = pa.array(np.repeat(np.arange(20_000, 20_005), 100).astype(np.int32), pa.int32()).cast(pa.date32())
    from churn.schema import Column

    dated = TABLE.append_column("seen", days)
    report = train(dated, Schema((*SCHEMA.columns, Column("seen", "date"))), date="seen", quick=True).report
    assert report.plan == "4 steps forward in time"
    assert report.by_time["gap"] == pytest.approx(report.by_time["roc_auc_random"] - report.by_time["roc_auc_forward"])


def test_customers_with_one_key_never_meet_across_folds():
    doubled = pa.concat_tables([TABLE, TABLE])
    report = train(doubled, SCHEMA, quick=True).report
    assert (report.customers, report.distinct) == (1000, 500)
    assert report.scores["roc_auc"]["mean"] < small_training().report.scores["roc_auc"]["mean"] + 0.03


def test_progress_only_goes_forward_and_stopping_it_stops_the_training():
    told = []

    def stop(share, text):
        told.append(share)
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TABLE, SCHEMA, quick=True, progress=stop)
    assert told == sorted(told) and told[-1] < 0.9


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"outcome": "left"}, "no column 'left'"),
        ({"drop": ["tenure", "nope"]}, "no column 'nope'"),
        ({"value": "plan"}, "plan is a category column, not a number"),
        ({"positive": ["Gone"]}, "never says 'Gone'"),
        ({"drop": ["age_band", "auto", "backup", "plan", "spend", "tenure"]}, "No column is left"),
        ({"tune": -1}, "makes no sense"),
        ({"seed": -5}, "-5 is not a seed"),
        ({"threshold": "luck"}, "cannot be chosen by 'luck'"),
        ({"break_even": 2.0}, "not a probability"),
    ],
)
def test_what_makes_no_sense_is_refused(options, why):
    with pytest.raises(ChurnError, match=why):
        train(TABLE, SCHEMA, quick=True, **options)


def test_a_bare_table_without_its_schema_is_refused():
    with pytest.raises(RequestRefused, match="needs its schema"):
        train(TABLE)


TWO_WAYS_SCHEMA = Schema(
    (
        Column("who", kind="text", role="key"),
        Column("as_of", kind="date", role="date"),
        Column("left", kind="category", role="outcome", levels=("stayed", "left"), positive=("left",)),
        Column("days"),
        Column("other"),
    )
)


def table(noise, people=240, seed=3):
    """People in the table twice each; `days` tells who leaves, the better the less noise there is."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 2)
    truth = random.normal(size=2 * people)
    left = truth + random.normal(size=2 * people) > 0
    seen = truth + noise * random.normal(size=2 * people)
    days = pa.array([100, 130] * people, pa.date32())
    columns = {"who": [f"c{w}" for w in who], "as_of": days, "left": np.where(left, "left", "stayed"), "days": seen}
    return pa.table(columns | {"other": random.normal(size=2 * people)})


def test_a_way_that_sees_more_is_better_beyond_chance():
    found = compare_trainings(table(4), table(0), TWO_WAYS_SCHEMA)
    assert (found.customers, found.rows, found.verdict) == (240, 480, "better")
    assert 0 < found.low <= found.difference <= found.high


def test_the_same_table_twice_makes_no_difference():
    found = compare_trainings(table(1), table(1), TWO_WAYS_SCHEMA)
    assert (found.first, found.low, found.high, found.verdict) == (found.second, 0.0, 0.0, "no difference")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.01, 0.03, "better, beyond chance"), (-0.03, -0.01, "worse, beyond chance"), (-0.01, 0.03, "no difference")],
)
def test_the_sentence_says_what_the_interval_allows(low, high, said):
    found = TrainingComparison(1200, 2400, 0.8, 0.8 + (low + high) / 2, low, high)
    assert said in found.sentence and "ROC-AUC 0.800 without" in found.sentence and "1,200 unseen" in found.sentence


def test_too_few_leavers_are_refused():
    few = table(0).set_column(2, "left", pa.array(["left"] * 8 + ["stayed"] * 472))
    with pytest.raises(ListRefused):
        compare_trainings(few, few, TWO_WAYS_SCHEMA)
