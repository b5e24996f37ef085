"""A customer is forgotten in the database and in what lies about; models never held one."""

import os

import numpy as np
import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.workspace.delivery import Forgotten, forget_before_day, forget_customer
from tests.campaigns import exported
from tests.trained import HISTORY, rows_of


def job(home, name, pid):
    folder = home / "data" / "jobs" / name
    folder.mkdir(parents=True)
    (folder / "list.csv").write_text("customerID\n7590-VHVEG\n")
    (folder / "pid").write_text(str(pid))
    return folder / "list.csv"


def test_lists_that_a_dead_job_left_behind_go_and_those_of_a_running_one_stay(home):
    dead, alive = job(home, "dead", 2**22 - 3), job(home, "alive", os.getpid())
    assert forget_customer(home, "7590-VHVEG") == Forgotten(0, 1)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_everything_before_a_day_goes_and_another_word_for_a_day_is_refused(own_telco):
    exported(own_telco)
    workspace = Workspace(own_telco)
    assert workspace.customers.forget_before("2020-01-01").rows == 0
    assert workspace.customers.forget_before("2999-01-01").rows > 60
    with pytest.raises(RequestRefused, match="'yesterday' is not a day"):
        forget_before_day(own_telco, "yesterday")


def test_no_file_of_a_model_holds_a_customers_key(telco_home):
    keys = [line.split(",")[0].strip('"').encode() for line in rows_of(telco_home, HISTORY)[1:]]
    files = [p for p in (telco_home / "models").rglob("*") if p.is_file()]
    held = [p.name for p in files for content in [p.read_bytes()] if any(key in content for key in keys)]
    packed = {str(word).encode() for p in files if p.suffix == ".npz" for a in np.load(p).values() for word in a.flat}
    assert (len(files) > 3, held, packed & set(keys)) == (True, [], set())
