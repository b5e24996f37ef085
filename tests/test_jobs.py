"""Long work runs apart, can be found again by its number, and can be stopped."""

import os
import time

import pytest

from app import jobs as work
from app.jobs import Job, Progress, find_job, jobs, start_job


def finished(job, seconds=30):
    until = time.monotonic() + seconds
    while job.progress().state == "running" and time.monotonic() < until:
        time.sleep(0.05)
    return job.progress()


@pytest.fixture
def told(tmp_path):
    """A job folder as a process would have left it."""

    def job(said="", answer="", pid="0"):
        folder = tmp_path / "data" / "jobs" / "abc"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {"said": said, "answer": answer, "pid": pid}.items():
            (folder / name).write_text(text)
        return Job(folder)

    return job


GONE = "999999999"  # no process has this number


def test_a_refused_job_says_why_in_its_own_sentence(tmp_path):
    job = start_job(tmp_path, ["serve", "--port", "0"])
    assert finished(job) == Progress("refused", 0.0, "0 is not a port. Choose one from 1 to 65535, for example 8501.")


def test_a_job_is_found_again_by_its_number_only_where_it_is(tmp_path, told):
    job = told(pid=GONE)
    assert find_job(tmp_path, job.number) == job
    assert find_job(tmp_path, "../abc") is None


def test_progress_is_the_last_step_told(told):
    said = '{"progress": 0.1, "text": "reading"}\n{"progress": 0.4, "text": "fold 2 of 5"}\n'
    assert told(said, pid=str(os.getpid())).progress() == Progress("running", 0.4, "fold 2 of 5")


def test_a_finished_job_gives_its_answer(told):
    assert told(answer='{"model": "telco"}', pid=GONE).progress() == Progress("done", 1.0, "", {"model": "telco"})


def test_a_killed_job_without_an_answer_is_not_called_done(told):
    assert told('{"progress": 0.4, "text": "x"}\n', pid=GONE).progress() == Progress("refused", 0.4, "")


def test_a_stopped_job_is_cancelled_and_its_upload_is_removed(tmp_path, monkeypatch):
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "__main__.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(work, "ROOT", tmp_path)
    job = start_job(tmp_path, ["LIST"], upload=b"a,b\n")
    job.cancel()
    until = time.monotonic() + 10
    while list(job.folder.glob("list*")) and time.monotonic() < until:
        time.sleep(0.02)
    assert (job.progress(), list(job.folder.glob("list*"))) == (Progress("cancelled"), [])


def test_a_job_older_than_a_day_is_forgotten(tmp_path, told):
    job = told(pid=GONE)
    os.utime(job.folder, (0, 0))
    assert (list(jobs(tmp_path)), job.folder.exists()) == ([], False)
