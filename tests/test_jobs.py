"""Long work runs apart, can be found again by its number, and can be stopped."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app import jobs as work
from app.jobs import Job, Progress, find_job, job_command, jobs, retrain_words, start_job, train_words
from churn import Workspace
from churn.cli.main import parser_of_all, register_verbs
from churn.errors import NotAllowed
from churn.options import RetrainOptions
from churn.workspace.access import Principal


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
    job = start_job(tmp_path, ["train"], upload=b"a,b\n")
    job.cancel()
    until = time.monotonic() + 10
    while list(job.folder.glob("list*")) and time.monotonic() < until:
        time.sleep(0.02)
    assert (job.progress(), list(job.folder.glob("list*"))) == (Progress("cancelled"), [])


def test_a_job_older_than_a_day_is_forgotten(tmp_path, told):
    job = told(pid=GONE)
    os.utime(job.folder, (0, 0))
    assert (list(jobs(tmp_path)), job.folder.exists()) == ([], False)


FLAG = "--promote=yes"  # as a column or a word of a list may be called
# Python before 3.13 takes a lone `--` for no value at all, and refuses or leaves it out.
ODD = [FLAG, "--promote", "yes", "LIST", "--json", "-", "", "-o", "a=b", "two words"]
NAMES = st.one_of(st.sampled_from(ODD), st.text().filter("--".__ne__))
ONE, SEVERAL = ("outcome", "value", "key", "date", "name", "threshold"), ("positive", "drop_class", "drop")
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(ONE, NAMES),
        **dict.fromkeys(SEVERAL, st.lists(NAMES, min_size=1)),
        "quick": st.just(True),
    },
)
SAID = st.fixed_dictionaries({}, optional={"sheet": NAMES, "profile": NAMES})


@pytest.fixture(scope="module")
def understood():
    """What the command line makes of the words of a job."""
    register_verbs()
    parser = parser_of_all()

    def parsed(words, uploaded):
        return vars(parser.parse_args(job_command(Path("--home"), words, uploaded)[3:]))

    return parsed


@given(said=SAID, chosen=CHOSEN)
@example(said={"sheet": FLAG}, chosen={"drop": ["note", FLAG]})
@example(said={}, chosen={"positive": ["LIST", FLAG], "drop_class": ["-", "--quick"], "outcome": FLAG})
def test_no_column_and_no_word_of_a_list_becomes_a_flag_of_a_training(understood, said, chosen):
    found = understood(train_words(said, chosen), Path("--promote=yes.csv"))
    meant = {name: value for name, value in {**said, **chosen}.items() if value}
    assert {name: found[name] for name in meant} == meant
    assert (found["list"], found["promote"], found["home"]) == ("--promote=yes.csv", "auto", "--home")
    assert [n for n in (*ONE, *SEVERAL, "quick", "sheet", "profile") if found[n] and n not in meant] == []


@given(said=SAID, model=NAMES)
def test_nor_of_a_retrain(understood, said, model):
    found = understood(retrain_words(said, model), Path("-o"))
    meant = {name: value for name, value in said.items() if value}
    assert (found["model"], found["list"], found["quick"]) == (model, "-o", False)
    assert {name: found[name] for name in meant} == meant


def told_to_the_next_job(monkeypatch):
    """The environment of the next job, which does nothing."""
    heard = {}
    ran = subprocess.Popen

    def popen(command, env, **more):
        heard.update(env)
        return ran(["true"], env=env, **more)

    monkeypatch.setattr(work.subprocess, "Popen", popen)
    return heard


def test_a_job_has_the_rights_of_who_asked(tmp_path, monkeypatch):
    heard, ann = told_to_the_next_job(monkeypatch), Principal("ann@example.com", "analyst", "sign-in")
    start_job(tmp_path, ["models"], asked_by=ann)
    for name in ("CHURN_ASKED_BY", "CHURN_ASKED_ROLE", "CHURN_ASKED_THROUGH"):
        monkeypatch.setenv(name, heard[name])
    assert Workspace(tmp_path).user == ann


def test_a_job_of_an_analyst_may_not_overrule_the_gate(tmp_path):
    told = start_job(tmp_path, ["train", "--promote=yes"], b"a,b\n1,2\n", asked_by=Principal("ann", "analyst", "proxy"))
    assert (finished(told).state, "takes the role admin" in finished(told).text) == ("refused", True)


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_only_an_admin_overrules_the_gate_at_any_door(tmp_path, role):
    workspace = Workspace(tmp_path).as_user(Principal("ann", role, "key"))
    with pytest.raises(NotAllowed):
        workspace.models.train(b"a\n1\n", promotion="yes")
    assert "promotion" not in RetrainOptions.__annotations__  # a retrain always leaves it to the gate


def test_what_a_job_keeps_is_for_this_account_alone(tmp_path):
    job = start_job(tmp_path, ["models"], b"a,b\n")
    modes = [place.stat().st_mode & 0o777 for place in (job.folder, job.folder.parent, job.folder.parent.parent)]
    assert modes == [0o700] * 3


def test_how_long_a_job_still_takes_follows_from_how_far_it_came(tmp_path):
    job = Job(tmp_path)
    (tmp_path / "pid").write_text("1")
    os.utime(tmp_path / "pid", (time.time() - 30, time.time() - 30))
    assert job.seconds_left(0.0) is None
    assert job.seconds_left(0.25) == pytest.approx(90, rel=0.1)
    assert (job.title, Job(tmp_path / "gone").seconds_left(0.5)) == ("", None)
