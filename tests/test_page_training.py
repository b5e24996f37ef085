"""Training: guided choices, a job apart, the report, and the way back."""

import json
import time

import pytest

from app.jobs import train_words
from churn.training.registry import champion
from tests.paging import metric, opened, shown
from tests.trained import HISTORY, rows_of


def by_label(elements, label):
    return next(e for e in elements if e.label == label)


def table_with(page, column):
    return next(d.value for d in page.dataframe if column in d.value.columns)


def uploaded(page, name, lines):
    """The screen after a file was dropped on it."""
    page.file_uploader[0].upload(name, "\n".join(lines).encode()).run()
    assert list(page.exception) == []
    return page


def labelled(rows=240, words=("left", "stayed", "joined"), every=(3, 1)):
    """A list of no known business with a column of that many words, and one that speaks of the future."""
    body = [f"c{i},{i % 17},{words[0] if i % every[0] == 0 else words[i % 2 + 1]},{i % every[0]}" for i in range(rows)]
    return ["id,spend,fate,days_after", *body]


def waited(page, seconds=90):
    """The screen once its job has ended."""
    until = time.monotonic() + seconds
    while not (page.success or page.error) and time.monotonic() < until:
        time.sleep(0.3)
        page.run()
    assert list(page.exception) == []
    return page


def test_with_nothing_it_asks_for_the_list_to_learn_from(monkeypatch, home):
    page = opened(monkeypatch, home, "training")
    assert ("The list to learn from" in shown(page), len(page.file_uploader)) == (True, 1)


def test_a_labelled_list_shows_who_left_before_anything_is_trained(monkeypatch, home):
    page = opened(monkeypatch, home, "training", sample="telco_customers.csv")
    counts = table_with(page, "word")
    assert dict(zip(counts["word"], counts["customers"], strict=True)) == {"No": 5167, "Yes": 1876}
    assert by_label(page.multiselect, "Which words mean that the customer left?").value == ["Yes"]
    assert [metric(page, name) for name in ("Left", "Stayed")] == ["1876", "5167"]
    assert "No column gives the answer away." in shown(page)


def test_a_list_that_says_of_nobody_whether_they_left_is_told_so_with_what_to_do(monkeypatch, home):
    page = opened(monkeypatch, home, "training", sample="telco_today.csv")
    told = [i.value for i in page.info if i.value.startswith("No column of this list plainly says who left.")]
    assert len(told) == 1 and "bring past customers of whom it is known" in told[0]
    fates = uploaded(opened(monkeypatch, home, "training"), "fates.csv", labelled())
    assert any("plainly says who left" in i.value for i in fates.info)
    by_label(fates.selectbox, "Which column says who left?").set_value("fate").run()
    assert not any("plainly says who left" in i.value for i in fates.info)


def test_other_words_can_count_as_leaving_or_be_left_out(monkeypatch, home):
    page = uploaded(opened(monkeypatch, home, "training"), "fates.csv", labelled())
    by_label(page.selectbox, "Which column says who left?").set_value("fate").run()
    leaving = by_label(page.multiselect, "Which words mean that the customer left?")
    leaving.set_value(["left"]).run()
    by_label(page.multiselect, "Which words mean neither?").set_value(["joined"]).run()
    assert [metric(page, name) for name in ("Left", "Stayed", "Left out")] == ["80", "80", "80"]


def test_a_column_that_knows_the_answer_is_named_before_training(monkeypatch, home):
    page = uploaded(opened(monkeypatch, home, "training"), "fates.csv", labelled(words=("yes", "no", "no")))
    by_label(page.selectbox, "Which column says who left?").set_value("fate").run()
    assert r"**days_after** · It is the outcome in other words" in shown(page)


def test_too_few_who_left_are_counted_and_there_is_no_button(monkeypatch, home):
    lines = labelled(rows=200, words=("yes", "no", "no"), every=(20, 1))
    page = uploaded(opened(monkeypatch, home, "training"), "few.csv", lines)
    by_label(page.selectbox, "Which column says who left?").set_value("fate").run()
    assert "10 of whom left; at least 100 customers, 30 who left" in page.warning[0].value
    assert [b for b in page.button if b.label == "Train"] == []


@pytest.mark.slow  # that a job answers: test_jobs; the report on screen: the next but one
def test_training_runs_apart_and_its_report_opens_by_itself(monkeypatch, telco_home, home):
    page = uploaded(opened(monkeypatch, home, "training"), "customers.csv", rows_of(telco_home, HISTORY))
    by_label(page.toggle, "Quick: fewer candidates, one check").set_value(True).run()
    by_label(page.button, "Train").click().run()
    assert page.query_params["job"]
    waited(page)
    assert "It is live. It is the first model of this name" in page.success[0].value
    assert champion(home, "telco").version == "v1"
    assert "ranks the leaver higher" in shown(page)
    assert list((home / "data" / "jobs").glob("*/list*")) == []


def test_a_job_that_was_refused_says_so_in_its_own_sentence_and_empties_no_field(monkeypatch, own_telco):
    page = uploaded(opened(monkeypatch, own_telco, "training", sample="telco_today.csv"), "fates.csv", labelled())
    by_label(page.selectbox, "Which column says who left?").set_value("fate").run()
    by_label(page.multiselect, "Which words mean that the customer left?").set_value(["left"]).run()
    by_label(page.text_input, "Name of the model").set_value("telco").run()
    by_label(page.button, "Train").click().run()
    waited(page)
    said = page.error[0].value
    assert "telco is the model of another business" in said and "Traceback" not in said and "--" not in said
    assert by_label(page.text_input, "Name of the model").value == "telco"
    assert by_label(page.selectbox, "Which column says who left?").value == "fate"


def test_the_report_of_the_live_version_is_in_people_money_and_pictures(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "training")
    assert "ranks the leaver higher" in shown(page)
    reach = table_with(page, "bothered")
    assert (reach["caught"] + reach["missed"]).nunique() == 1 and reach["contacted"].is_monotonic_increasing
    assert list(reach["caught"] + reach["bothered"]) == list(reach["contacted"])
    assert len(page.get("plotly_chart")) >= 10
    assert "It was the first version of this model" in shown(page)


def test_going_live_and_going_back_need_a_reason_and_keep_it(monkeypatch, own_telco):
    from churn import Workspace

    Workspace(own_telco).models.train(own_telco / HISTORY, quick=True, promotion="no", seed=3)
    page = opened(monkeypatch, own_telco, "training")
    by_label(page.selectbox, "Version").set_value("v2").run()
    assert "Kept beside the champion, as asked" in shown(page)
    by_label(page.button, "Do it").click().run()
    assert champion(own_telco, "telco").version == "v1" and "Say why" in page.warning[0].value
    by_label(page.text_input, "Why").set_value("newer customers")
    by_label(page.button, "Do it").click().run()
    assert (champion(own_telco, "telco").version, champion(own_telco, "telco").why) == ("v2", "newer customers")
    by_label(page.text_input, "Why").set_value("it called too many")
    by_label(page.button, "Do it").click().run()
    assert (champion(own_telco, "telco").version, champion(own_telco, "telco").act) == ("v1", "rolled back")
    assert next(iter(table_with(page, "act")["why"])) == "it called too many"


def test_a_question_the_list_leaves_open_is_asked_here_too(monkeypatch, home):
    lines = ["customer_id,spend,joined,left", "A1,5,02/03/2026,yes", "A2,6,04/05/2026,no"]
    page = uploaded(opened(monkeypatch, home, "training"), "dated.csv", lines)
    assert (page.radio[0].label, len(page.error)) == ("How are dates written?", 0)
    page.radio[0].set_value("day-first")
    by_label(page.button, "Read the file again").click().run()
    assert list(page.exception) == [] and "Who left?" in shown(page)


def test_a_list_that_cannot_be_read_is_refused_politely(monkeypatch, home):
    page = opened(monkeypatch, home, "training")
    page.file_uploader[0].upload("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64)).run()
    assert len(page.error) == 1 and list(page.exception) == []


@pytest.mark.parametrize("asked", [{"positive": ("left",), "drop_class": ("joined",), "threshold": "recall 0.90"}])
def test_what_was_chosen_on_screen_is_said_on_the_command_line(asked):
    words = train_words({"sheet": "May"}, {"outcome": "fate", "drop": ["days_after"], "quick": True, **asked})
    assert words == [
        *("train", "--sheet=May", "--outcome=fate", "--positive=left", "--drop=days_after"),
        *("--drop-class=joined", "--quick", "--threshold=recall 0.90"),
    ]


def test_after_a_training_todays_list_is_asked_for_and_the_new_model_scores_it(monkeypatch, own_telco):
    done = own_telco / "data" / "jobs" / "1a2b"
    done.mkdir(parents=True)
    answer = {"model": "telco", "version": "v1", "promoted": True, "why": "It is the first.", "notices": []}
    for name, text in (("pid", "999999999"), ("said", ""), ("answer", json.dumps(answer))):
        (done / name).write_text(text)
    page = opened(monkeypatch, own_telco, "training", sample="telco_customers.csv", job="1a2b")
    next(b for b in page.button if b.label == "Score today's list with it").click().run()
    assert list(page.exception) == [] and "There is no list yet" in shown(page)
    assert page.query_params["model"] == "telco"
