"""Samples reach the disk whole, streaming, and the same in whichever form."""

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from churn.errors import RequestRefused, Unavailable
from churn.samples.catalogue import make_sample
from churn.samples.files import UNIT, write_sample, write_table


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_list_becomes_one_csv_with_plain_headings(tmp_path):
    sample = make_sample("telco", rows=3)
    assert write_sample(sample, tmp_path / "t.csv") == (tmp_path / "t.csv",)
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert (lines[0].split(",")[:2], len(lines)) == (["customerID", "gender"], 4)
    assert names(tmp_path) == ["t.csv"]


def test_parquet_and_csv_hold_the_same_numbers(tmp_path):
    sample = make_sample("bank", rows=200)
    write_sample(sample, tmp_path / "b.parquet")
    write_sample(sample, tmp_path / "b.csv")
    assert pq.read_table(tmp_path / "b.parquet").equals(sample.table())
    read = pa_csv.read_csv(tmp_path / "b.csv")
    assert read["Avg_Utilization_Ratio"].to_pylist() == sample.table()["Avg_Utilization_Ratio"].to_pylist()


def test_a_folder_gets_the_list_and_the_customers_of_today_without_outcomes(tmp_path):
    made = write_sample(make_sample("product", rows=40), tmp_path / "demo")
    assert [p.name for p in made] == ["customers.csv", "today.csv"]
    today = pa_csv.read_csv(tmp_path / "demo" / "today.csv")
    assert (today.num_rows, "churned" in today.column_names) == (10, False)


def test_a_folder_gets_one_file_for_each_table_of_events(tmp_path):
    write_sample(make_sample("music", rows=20), tmp_path / "demo", kind=".parquet")
    assert names(tmp_path / "demo") == ["logs.parquet", "members.parquet", "transactions.parquet"]
    assert pq.read_table(tmp_path / "demo" / "members.parquet").num_rows == 20


def test_many_units_are_written_one_after_the_other(tmp_path):
    told = []
    sample = make_sample("telco", rows=2 * UNIT + 1)
    write_sample(sample, tmp_path / "t.csv", on_progress=lambda done, rows: told.append((done, rows)))
    assert told == [(UNIT, sample.rows), (2 * UNIT, sample.rows), (sample.rows, sample.rows)]
    small = make_sample("telco", rows=UNIT)
    write_sample(small, tmp_path / "s.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith((tmp_path / "s.csv").read_bytes())


def test_several_tables_do_not_fit_one_file(tmp_path):
    with pytest.raises(RequestRefused, match=r"music has 3 tables.*Name a folder"):
        write_sample(make_sample("music", rows=5), tmp_path / "m.csv")


@pytest.mark.parametrize(("target", "kind"), [("t.xlsx", ".csv"), ("folder", ".json")])
def test_an_unknown_form_is_refused(tmp_path, target, kind):
    with pytest.raises(RequestRefused, match="cannot be written as"):
        write_sample(make_sample("telco", rows=5), tmp_path / target, kind=kind)
    assert names(tmp_path) == []


def test_a_writer_that_fails_half_way_leaves_nothing(tmp_path):
    def fail(done, rows):
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="could not be written"):
        write_sample(make_sample("music", rows=5), tmp_path / "demo", on_progress=fail)
    assert names(tmp_path / "demo") == []


def test_a_single_table_is_written_by_its_ending(tmp_path):
    table = make_sample("telco", rows=5).table()
    assert pq.read_table(write_table(table, tmp_path / "t.PARQUET")).equals(table)
    assert write_table(table, tmp_path / "t.CSV").read_text().startswith("customerID,gender")
