"""Tiers go by risk alone: whoever is likelier to leave than to stay is High, in every list and by every version."""

from dataclasses import replace

import pyarrow.compute as pc

from churn import Workspace
from churn.training.registry import damage, load, save
from churn.training.thresholds import Thresholds
from tests.small_lists import small_training
from tests.trained import TODAY


def test_a_version_saved_with_the_edges_of_before_is_opened_as_it_was_written_and_has_the_tiers_of_today(tmp_path):
    old = Thresholds(0.1, "money", 0.1, 0.1, 0.97)
    save(tmp_path, replace(small_training().model, thresholds=old))
    opened = load(tmp_path, "small", "v1").thresholds
    assert damage(tmp_path, "small", "v1") == ()
    assert [old.tier(p) for p in (0.98, 0.9, 0.2, 0.05)] == ["High", "Medium", "Medium", "Low"]
    assert [opened.tier(p) for p in (0.98, 0.9, 0.2, 0.05)] == ["High", "High", "Medium", "Low"]


def test_nobody_above_a_half_is_medium_or_low_in_a_list(telco_home):
    table = Workspace(telco_home).lists.score(telco_home / TODAY).scored.table
    likely = table.filter(pc.greater_equal(table["probability"], 0.5))
    assert likely.num_rows and set(likely["tier"].to_pylist()) == {"High"}


def test_the_real_bank_customers_who_are_nearly_sure_to_leave_are_high(home, real_file):
    workspace, file = Workspace(home), real_file("bank_churners.csv")
    heading, *customers = file.read_text(encoding="utf-8").splitlines(keepends=True)
    third = "".join([heading, *customers[::3]]).encode()
    workspace.models.train(third, filename="third.csv", name="bank", quick=True)
    table = workspace.lists.score(file, everybody=True).scored.table
    sure = table.filter(pc.greater(table["probability"], 0.9))
    assert sure.num_rows > 500
    assert set(sure["tier"].to_pylist()) == {"High"}
