"""Only one process at a time retrains a model; the next one is refused at once."""

import pytest

from churn.errors import NotFound, Unavailable
from churn.training.registry import alone_at


@pytest.fixture
def shelf(tmp_path):
    for name in ("telco", "bank"):
        (tmp_path / "models" / name).mkdir(parents=True)
    return tmp_path


def test_a_second_one_is_refused_while_the_first_works(shelf):
    with alone_at(shelf, "telco", "retrain"):
        with (
            pytest.raises(Unavailable, match="Another retrain"),
            alone_at(shelf, "telco", "retrain"),
        ):
            pass
        with alone_at(shelf, "bank", "retrain"):
            pass


def test_the_turn_is_free_again_after_a_failure(shelf):
    with pytest.raises(ValueError, match="broken"), alone_at(shelf, "telco", "retrain"):
        raise ValueError("broken")
    with alone_at(shelf, "telco", "retrain"):
        pass


def test_a_killed_holder_leaves_no_lock_behind(shelf):
    import signal
    import subprocess
    import sys

    code = (
        "import sys, time; from pathlib import Path; from churn.training.registry import alone_at\n"
        "with alone_at(Path(sys.argv[1]), 'telco', 'retrain'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(shelf)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Unavailable), alone_at(shelf, "telco", "retrain"):
            pass
        holder.send_signal(signal.SIGKILL)
    with alone_at(shelf, "telco", "retrain"):
        pass


def test_a_model_that_is_not_there_has_no_turn(shelf):
    with pytest.raises(NotFound), alone_at(shelf, "shop", "retrain"):
        pass


def test_a_lock_that_cannot_be_made_is_a_refusal(shelf):
    (shelf / "models" / "telco" / ".retrain").mkdir()
    with (
        pytest.raises(Unavailable, match="telco cannot be locked for a retrain"),
        alone_at(shelf, "telco", "retrain"),
    ):
        pass
