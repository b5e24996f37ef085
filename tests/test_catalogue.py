"""Every business can be made by its name, and nonsense is refused in a sentence."""

import re

import pytest

from churn.errors import NotFound, RequestRefused
from churn.files import REPOSITORY
from churn.profiles import profile_names
from churn.samples.catalogue import BUSINESSES, make_sample, sample_names


def test_every_shipped_profile_has_a_sample():
    assert set(sample_names()) == {"telco", "bank", "product", "music", "shop", "general", "offer"}
    assert {"telco", "bank", "product", "general"} <= set(profile_names())


@pytest.mark.parametrize("name", sample_names())
def test_the_same_seed_makes_the_same_customers_and_another_makes_others(name):
    tables = [next(iter(make_sample(name, rows=30, seed=seed).tables().values())) for seed in (1, 1, 2)]
    assert (tables[0].equals(tables[1]), tables[0].equals(tables[2])) == (True, False)


@pytest.mark.parametrize("name", sample_names())
def test_every_table_names_its_customers_and_every_truth_is_a_probability(name):
    sample = make_sample(name, rows=50)
    key = sample.business.key
    keys = {one for block in sample.blocks() for one in block.customers.to_pylist()}
    assert len(keys) == 50 and set(next(iter(sample.tables().values()))[key].to_pylist()) == keys
    assert all(set(t[key].to_pylist()) <= keys for t in sample.tables().values())
    truth = sample.truth()
    assert set(truth[key].to_pylist()) <= keys
    assert 0 <= min(truth["probability"].to_pylist()) <= max(truth["probability"].to_pylist()) <= 1


@pytest.mark.parametrize("name", [n for n in sample_names() if BUSINESSES[n].outcome])
def test_the_next_customers_in_line_are_others(name):
    sample = make_sample(name, rows=200)
    key = sample.business.key
    assert set(sample.table()[key].to_pylist()).isdisjoint(sample.later(200).table()[key].to_pylist())


def test_ten_million_customers_begin_at_once():
    block = next(make_sample("telco", rows=10_000_000).blocks())
    assert block.tables["customers"].equals(next(make_sample("telco").blocks()).tables["customers"])


def test_an_unknown_business_is_refused_with_those_that_exist():
    with pytest.raises(NotFound, match=r"no sample 'gym'.*telco, bank"):
        make_sample("gym")


@pytest.mark.parametrize("asked", [{"rows": 0}, {"rows": -5}, {"rows": 10**9}, {"seed": -1}, {"seed": 2**63}])
def test_numbers_that_make_no_sense_are_refused(asked):
    with pytest.raises(RequestRefused):
        make_sample("telco", **asked)


def test_the_python_in_the_data_readme_runs():
    text = (REPOSITORY / "data" / "README.md").read_text(encoding="utf-8")
    found = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], found)
    assert (found["sample"].rows, found["sample"].table().num_rows) == (500, 500)
