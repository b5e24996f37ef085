"""What is planted is there, as much as asked for, and nothing else has moved."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from churn.errors import RequestRefused
from churn.samples.catalogue import make_sample

ROWS = 6000
CLEAN = make_sample("telco", rows=ROWS).table()


def planted(*faults, name="telco", rows=ROWS):
    return make_sample(name, rows=rows, plant=faults).table()


def share(table, column, level):
    return pc.mean(pc.cast(pc.equal(table[column], level), pa.float64())).as_py()


@pytest.mark.parametrize(("name", "left"), [("telco", "Yes"), ("bank", "Attrited Customer"), ("product", "True")])
def test_a_leak_has_a_reason_for_leavers_only_and_a_score_that_knows(name, left):
    table = planted("leak", name=name, rows=3000)
    business = make_sample(name).business
    leavers = pc.equal(table[business.outcome], left).to_numpy()
    told = pc.is_valid(table["churn_reason"]).to_numpy()
    assert not told[~leavers].any() and 0.9 < told[leavers].mean() < 0.98
    score = table["churn_score"].to_numpy()
    assert np.median(score[leavers]) - np.median(score[~leavers]) > 35


def test_a_leak_changes_no_other_column_and_is_not_in_later_lists():
    assert planted("leak").select(CLEAN.column_names).equals(CLEAN)
    later = make_sample("telco", rows=10, plant="leak").later(5).table()
    assert later.column_names == CLEAN.column_names[:-1]


@pytest.mark.parametrize(("column", "decimals"), [("MonthlyCharges", 2), ("tenure", 0)])
def test_drift_moves_a_number_by_the_share_of_its_spread_asked_for(column, decimals):
    before, after = CLEAN[column].to_numpy(), planted(f"drift:{column}=0.3")[column].to_numpy()
    assert (after.mean() - before.mean()) / before.std() == pytest.approx(0.3, abs=0.01)
    assert np.array_equal(after, after.round(decimals))


def test_drift_moves_one_column_only_and_lasts():
    moved = planted("drift:tenure=0.5")
    assert moved.drop_columns(["tenure"]).equals(CLEAN.drop_columns(["tenure"]))
    later = [make_sample("telco", plant=p).later(2000).table()["tenure"] for p in ((), "drift:tenure=0.5")]
    assert pc.mean(later[1]).as_py() > pc.mean(later[0]).as_py() + 8


def test_drift_leaves_blanks_blank_in_numbers_written_as_text():
    after = planted("drift:TotalCharges=0.3")["TotalCharges"]
    assert pc.equal(after, " ").equals(pc.equal(CLEAN["TotalCharges"], " "))
    numbers = [pc.cast(pc.replace_substring(c, " ", "0"), "double") for c in (CLEAN["TotalCharges"], after)]
    assert pc.mean(numbers[1]).as_py() / pc.mean(numbers[0]).as_py() == pytest.approx(1.3, abs=0.1)


def test_drift_gives_the_most_common_level_that_share_more():
    before, after = (share(t, "Contract", "Month-to-month") for t in (CLEAN, planted("drift:Contract=0.3")))
    assert after - before == pytest.approx(0.3, abs=0.02)


def test_drift_below_zero_takes_from_the_most_common_level_and_keeps_numbers_above_zero():
    before, after = (share(t, "Contract", "Month-to-month") for t in (CLEAN, planted("drift:Contract=-0.2")))
    assert after - before == pytest.approx(-0.2, abs=0.02)
    assert pc.min(planted("drift:tenure=-2")["tenure"]).as_py() == 0


def test_a_flag_written_as_0_and_1_drifts_as_a_flag():
    after = planted("drift:SeniorCitizen=0.1")["SeniorCitizen"]
    assert sorted(after.unique().to_pylist()) == [0, 1]
    assert share(CLEAN, "SeniorCitizen", 1) - pc.mean(after).as_py() == pytest.approx(0.1, abs=0.02)


def test_events_drift_in_the_table_that_has_the_column():
    clean, moved = (make_sample("music", rows=40, plant=p).tables() for p in ((), "drift:num_100=1"))
    assert pc.mean(moved["logs"]["num_100"]).as_py() > pc.mean(clean["logs"]["num_100"]).as_py() + 10
    assert moved["transactions"].equals(clean["transactions"])


@pytest.mark.parametrize(
    ("name", "fault", "why"),
    [
        ("telco", "drift:Wages=0.3", "'Wages' cannot drift in telco"),
        ("telco", "drift:Churn=0.3", "'Churn' cannot drift in telco"),
        ("telco", "drift:customerID=0.3", "'customerID' cannot drift in telco"),
        ("telco", "drift:tenure=much", "cannot be planted"),
        ("telco", "drift:tenure=nan", "cannot be planted"),
        ("telco", "drift:tenure", "cannot be planted"),
        ("telco", "leaks", "cannot be planted"),
        ("product", "drift:last_active=1", "neither a number nor a category"),
        ("telco", "drift:tenure=1e9", "cannot be planted"),
        ("music", "drift:date=1", "'date' cannot drift in music"),
        ("shop", "drift:product_id=1", "'product_id' cannot drift in shop"),
        ("music", "leak", "no outcome column"),
    ],
)
def test_what_cannot_be_planted_is_refused_with_the_reason(name, fault, why):
    with pytest.raises(RequestRefused, match=why):
        make_sample(name, rows=10, plant=fault)
