"""Lists: scored the same whatever their order, blocks or threads, and one customer of them explained."""

import io
import random
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import Workspace
from churn.errors import NotFound, RequestRefused, Unavailable
from churn.workspace.lists import customer_in, parse_day, ranking_for, read_for_model
from tests.trained import TODAY, damaged, rewritten, rows_of

SCORES = ("probability", "percentile", "prediction", "tier", "value_at_risk")
SAID = ("reason_1", "reason_2", "reason_3", "action", "expected_gain")


def scored_rows(home, lines, **asked):
    """Each customer's scores by key, of a list given as lines."""
    found = Workspace(home).lists.score("\n".join(lines).encode(), filename="list.csv", **asked)
    return {row["customerID"]: row for row in found.scored.table.to_pylist()}


@pytest.fixture(scope="module")
def whole(telco_home):
    return scored_rows(telco_home, rows_of(telco_home))


def test_a_scored_list_has_the_designs_columns_and_the_lists_order(telco_home):
    table = Workspace(telco_home).lists.score(telco_home / TODAY).scored.table
    assert table.column_names == ["customerID", *SCORES, *SAID]
    assert table["customerID"].to_pylist() == [line.split(",")[0] for line in rows_of(telco_home)[1:]]


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_columns_changes_a_score(telco_home, whole, shuffled):
    cells = [line.split(",") for line in rows_of(telco_home)]
    order = shuffled.sample(range(len(cells[0])), len(cells[0]))
    rows = [cells[0], *shuffled.sample(cells[1:], len(cells) - 1)]
    assert scored_rows(telco_home, [",".join(row[i] for i in order) for row in rows]) == whole


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 70))
def test_the_size_of_the_blocks_changes_no_score(telco_home, size):
    workspace = Workspace(telco_home)
    model = workspace.models.get("telco")
    ranking = ranking_for(model, telco_home)
    table = read_for_model(model, telco_home, telco_home / TODAY, {}).table
    blocks = [table.slice(at, size) for at in range(0, table.num_rows, size)]
    assert pa.concat_tables(ranking.blocks(blocks)).to_pylist() == ranking.scored(table).table.to_pylist()


def test_the_number_of_threads_changes_no_score(telco_home, whole):
    before = pa.cpu_count()
    pa.set_cpu_count(1 if before > 1 else 2)
    try:
        assert scored_rows(telco_home, rows_of(telco_home)) == whole
    finally:
        pa.set_cpu_count(before)


def test_a_customer_alone_is_scored_as_in_the_list(telco_home, whole):
    head, *rows = rows_of(telco_home)
    for row in random.Random(3).sample(rows, 4):
        (alone,) = scored_rows(telco_home, [head, row]).values()
        assert alone == whole[alone["customerID"]]


def test_one_customer_explained_has_the_same_probability_to_the_last_bit(telco_home, whole):
    for key in list(whole)[:6]:
        told = Workspace(telco_home).customers.explain(telco_home / TODAY, key).explanation
        assert (told.probability, told.tier) == (whole[key]["probability"], whole[key]["tier"])


def test_a_list_without_a_key_is_numbered(telco_home):
    lines = [line.split(",", 1)[1] for line in rows_of(telco_home)]
    workspace, source = Workspace(telco_home), "\n".join(lines).encode()
    scored = workspace.lists.score(source, filename="list.csv").scored.table
    assert scored["row"].to_pylist() == list(range(1, 61))
    told = workspace.customers.explain(source, "7", filename="list.csv").explanation
    assert told.probability == scored["probability"][6].as_py()


def test_an_unknown_customer_is_named(telco_home):
    with pytest.raises(NotFound, match="no customer with customerID 'nobody'"):
        Workspace(telco_home).customers.explain(telco_home / TODAY, "nobody")


def test_a_customer_is_found_by_the_whole_key_only(telco_home):
    workspace = Workspace(telco_home)
    reading = workspace.lists.check(telco_home / TODAY)
    key = reading.table["customerID"][0].as_py()
    assert customer_in(reading, key)["customerID"] == key
    with pytest.raises(NotFound):
        customer_in(reading, key[:-1])


def test_to_a_file_the_scores_are_those_in_memory(telco_home, tmp_path):
    workspace = Workspace(telco_home)
    done = workspace.lists.score_file(telco_home / TODAY, tmp_path / "out.parquet")
    ranked = workspace.lists.score(telco_home / TODAY)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == ranked.scored.table.to_pylist()
    counted = ranked.scored.table["tier"].value_counts().to_pylist()
    assert (done.rows, done.set_aside) == (60, 0)
    assert {k: v for k, v in done.tiers.items() if v} == {c["values"]: c["counts"] for c in counted}


def test_the_columns_of_the_list_can_be_kept(telco_home, tmp_path):
    Workspace(telco_home).lists.score_file(telco_home / TODAY, tmp_path / "out.parquet", keep=True)
    names = pq.read_table(tmp_path / "out.parquet").column_names
    assert set(rows_of(telco_home)[0].split(",")) <= set(names)


@pytest.mark.parametrize("top", [-1, 1000])
def test_a_number_of_reasons_that_makes_no_sense_is_refused(telco_home, tmp_path, top):
    with pytest.raises(RequestRefused, match="reasons"):
        Workspace(telco_home).lists.score_file(telco_home / TODAY, tmp_path / "out.csv", top=top)
    with pytest.raises(RequestRefused, match="reasons"):
        Workspace(telco_home).lists.score(telco_home / TODAY, top=top)


def test_a_target_that_cannot_be_written_is_refused(telco_home, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        Workspace(telco_home).lists.score_file(telco_home / TODAY, tmp_path / "file" / "out.csv")


def test_ctrl_c_halfway_leaves_nothing(telco_home, tmp_path):
    def stop(rows, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Workspace(telco_home).lists.score_file(telco_home / TODAY, tmp_path / "out.csv", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_where_the_live_version_was_damaged_the_last_good_one_answers_and_says_so(own_telco):
    workspace = Workspace(own_telco)
    workspace.models.train(own_telco / "history.csv", quick=True, promotion="yes", seed=1)
    damaged(own_telco, "v2")
    ranked = Workspace(own_telco).lists.score(own_telco / TODAY)
    assert ranked.model.version == "v1"
    assert [n.kind for n in ranked.notices if "v1 answers in its place" in n.text] == ["warning"]


def test_what_if_changes_only_what_was_asked(telco_home):
    workspace = Workspace(telco_home)
    key = rows_of(telco_home)[1].split(",")[0]
    found = workspace.customers.what_if(telco_home / TODAY, key, {"Contract": "two year", "tenure": "60"})
    assert {name: new for name, (_, new) in found.changes.items()} == {"Contract": "Two year", "tenure": 60.0}
    told = workspace.customers.explain(telco_home / TODAY, key).explanation
    assert found.before == told


def test_an_empty_cell_means_in_one_row_what_it_means_in_the_list(telco_home, tmp_path):
    head, row, *_ = rows_of(telco_home)
    cells = dict(zip(head.split(","), row.split(","), strict=True)) | {"TotalCharges": "", "gender": ""}
    blank = ",".join(cells.values())
    path = rewritten(tmp_path / "blank.csv", [head, blank, *rows_of(telco_home)[2:]])
    workspace = Workspace(telco_home)
    (alone,) = scored_rows(telco_home, [head, blank]).values()
    assert workspace.lists.score(path).scored.table.slice(0, 1).to_pylist() == [alone]


def test_what_was_scored_goes_to_an_open_file_too(telco_home):
    out = io.BytesIO()
    done = Workspace(telco_home).lists.score_file(telco_home / TODAY, out)
    assert (out.getvalue().count(b"\n"), done.as_json()["rows"]) == (61, 60)


def test_no_answer_depends_on_the_workspace_asked(telco_home):
    one, other = (Workspace(telco_home).lists.score(telco_home / TODAY).scored for _ in range(2))
    assert replace(one, scored_at=other.scored_at) == other


def test_a_day_is_taken_as_a_person_writes_it_and_nonsense_is_refused():
    assert (parse_day("2026-01-31"), parse_day(None), parse_day(date(2026, 1, 1))) == (
        date(2026, 1, 31),
        None,
        date(2026, 1, 1),
    )
    with pytest.raises(RequestRefused, match="'soon' is not a day"):
        parse_day("soon")


def test_a_file_and_a_screen_are_told_the_same_of_unfamiliar_customers(telco_home):
    workspace = Workspace(telco_home)
    lines = rows_of(telco_home)
    lines = [lines[0], *(line.replace("Month-to-month", "Daily") for line in lines[1:])]
    source, said = "\n".join(lines).encode(), {"filename": "list.csv"}
    shown = workspace.lists.score(source, **said)
    written = workspace.lists.score_file(source, io.BytesIO(), **said)
    told = [n for n in shown.notices if "has not seen" in n.text]
    assert (told, [n.column for n in told]) == ([n for n in written.notices if "has not seen" in n.text], ["Contract"])
