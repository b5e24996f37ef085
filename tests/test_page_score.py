"""Score a list: it asks for one, says what it understood, asks what is open, ranks, narrows, and refuses politely."""

import json

import pytest

from churn import Workspace
from churn.cli.main import run_line
from churn.samples.shipped import FOLDER
from tests.paging import metric, opened, shown
from tests.test_file_words import FLAGS
from tests.test_file_words import MESSY as EXPORT
from tests.test_workbook import workbook
from tests.trained import rows_of

MESSY = (
    b"customerID;tenure;MonthlyCharges;Contract;InternetService\n"
    b"1;3;29,85;Month-to-month;DSL\n2;x;1;2;3;4;5\n3;9;12,50;Two year;No\n"
)
DATED = b"customer_id,paid,joined\nA1,5,02/03/2026\nA2,6,04/05/2026\n"
TWICE = b"customer_id,paid\nA1,5\nA1,6\nA2,7\n"
SHEET = [["customer_id", "paid"], ["A1", 5], ["A2", 6]]


def with_list(monkeypatch, home, content, name="list.csv"):
    page = opened(monkeypatch, home, "score")
    page.file_uploader[0].upload(name, content).run()
    assert list(page.exception) == []
    return page


def answered(page, answer):
    page.radio[0].set_value(answer)
    next(b for b in page.button if b.label == "Read the file again").click().run()
    assert list(page.exception) == []
    return page


def table(page):
    return next(d.value for d in page.dataframe if "probability" in d.value.columns)


def found_in(page):
    """All that is told of the reading, above and in the table of what was found."""
    table = next(d.value for d in page.dataframe if "What was found" in d.value.columns)
    return "\n".join([shown(page).replace("\\", ""), *table["What was found"]])


def test_with_nothing_in_hand_it_asks_for_a_list(monkeypatch, home):
    page = opened(monkeypatch, home, "score")
    assert "There is no list yet" in shown(page)


def test_a_sample_is_ranked_a_page_at_a_time_and_said_to_be_synthetic(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score", sample="telco_today.csv")
    assert metric(page, "Customers read") == "1500"
    assert "synthetic" in shown(page) and "Scored by telco v1" in shown(page)
    assert len(table(page)) == 100


def test_a_sample_picked_from_the_list_comes_into_hand(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score")
    next(s for s in page.selectbox if s.label == "Or take a sample").set_value("telco_today.csv").run()
    assert list(page.exception) == [] and metric(page, "Customers read") == "1500"


def test_a_sample_to_look_around_with_is_one_click_away(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "overview")
    next(p for p in page.pills if p.label == "Or look around with a sample").select("telco_today.csv").run()
    assert list(page.exception) == [] and page.query_params["sample"] == "telco_today.csv"


def test_the_customers_whose_action_brings_most_come_first_and_value_at_risk_is_never_below_it(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score", sample="telco_today.csv")
    rows = table(page)
    gains = rows["expected_gain"].dropna().tolist()
    assert gains == sorted(gains, reverse=True)
    assert (rows["value_at_risk"] >= rows["expected_gain"]).all()
    assert "at risk over 18 months" in shown(page)


def test_what_was_set_aside_is_shown_with_its_line_and_what_stands_there(monkeypatch, telco_home):
    page = with_list(monkeypatch, telco_home, MESSY)
    assert metric(page, "Lines set aside") == "1"
    aside = next(d.value for d in page.dataframe if "Line" in d.value.columns)
    assert aside["Line"].tolist() == [3]
    assert aside["What stands there"].tolist() == ["2 · x · 1 · 2 · 3 · 4 · 5"]


def test_without_a_model_it_still_says_what_it_understood_and_where_to_train(monkeypatch, home):
    page = opened(monkeypatch, home, "score", sample="telco_today.csv")
    assert Workspace(home).business_title("telco") in shown(page)
    assert "There is no model yet" in shown(page) and len(page.error) == 0


def test_a_file_that_is_no_list_is_one_polite_sentence(monkeypatch, home):
    page = with_list(monkeypatch, home, b"\x89PNG\r\n\x1a\n" + bytes(200), "photo.csv")
    assert len(page.error) == 1
    assert "Traceback" not in shown(page)


@pytest.mark.parametrize(
    ("content", "name", "asks", "answer", "rows"),
    [
        (DATED, "list.csv", "How are dates written?", "day-first", "2"),
        (TWICE, "list.csv", "When a customer is listed twice, keep", "first", "2"),
        (workbook({"May": SHEET, "June": SHEET}), "book.xlsx", "Which sheet holds the customers?", "June", "2"),
    ],
    ids=["dates", "duplicates", "sheet"],
)
def test_an_open_question_is_asked_and_its_answer_used(monkeypatch, home, content, name, asks, answer, rows):
    page = with_list(monkeypatch, home, content, name)
    assert (page.radio[0].label, len(page.error)) == (asks, 0)
    page = answered(page, answer)
    assert metric(page, "Customers read") == rows
    next(b for b in page.button if b.label == "Read the file again without my answers").click().run()
    assert page.radio[0].label == asks


def test_a_question_left_unanswered_is_asked_for(monkeypatch, home):
    page = with_list(monkeypatch, home, DATED)
    next(b for b in page.button if b.label == "Read the file again").click().run()
    assert "Choose one of the answers first." in shown(page)


def test_a_list_without_customers_comes_with_a_template(monkeypatch, telco_home):
    page = with_list(monkeypatch, telco_home, b"customerID,tenure\n")
    assert "has a header but no customers" in shown(page).replace("\\", "")
    assert next(s for s in page.selectbox if s.label == "Template for").value == "telco v1"


def test_a_needed_column_that_is_missing_is_named_and_its_template_offered(monkeypatch, telco_home):
    page = with_list(monkeypatch, telco_home, b"customerID,gender,tenure,Contract\nA1,Male,3,Two year\nA2,Male,4,\n")
    assert "which are needed" in shown(page)
    assert next(s for s in page.selectbox if s.label == "Template for").value == "this list"


def test_a_doubtful_column_is_shown_with_cells_of_both_sides(monkeypatch, telco_home):
    renamed = MESSY.replace(b"Contract;", b"Contrakt;")
    page = with_list(monkeypatch, telco_home, renamed)
    assert "Contrakt in the file is Contract" in page.checkbox[0].label.replace("\\", "")
    assert [t.value for t in page.text][:2] == ["Month-to-month\nTwo year", "Month-to-month\nOne year\nTwo year"]


def test_filters_cut_the_table_and_an_empty_result_says_so(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score", sample="telco_today.csv")
    page.text_input[0].set_value("no such thing").run()
    assert "No customer fits these filters." in shown(page)


def test_a_saved_segment_sets_its_filters_again(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "score", sample="telco_today.csv")
    page.selectbox(key="narrow column").set_value("Contract").run()
    page.multiselect(key="narrow words Contract").set_value(["Two year"]).run()
    narrowed = next(c.value for c in page.caption if "are expected to leave" in c.value)
    next(t for t in page.text_input if t.label == "Name of the segment").set_value("Bound")
    next(b for b in page.button if b.label == "Save").click().run()
    page.multiselect(key="narrow words Contract").set_value([]).run()
    assert narrowed not in [c.value for c in page.caption]
    page.button_group(key="segment").set_value("bound").run()
    assert list(page.exception) == []
    assert narrowed in [c.value for c in page.caption]
    another = opened(monkeypatch, own_telco, "score", sample="telco_today.csv")  # it belongs to the business
    assert another.button_group(key="segment").options == ["Bound"]


def test_the_screen_reads_a_messy_file_as_the_command_line_does(monkeypatch, telco_home, tmp_path, capsys):
    (tmp_path / "messy.csv").write_text(EXPORT, encoding="cp1252")
    flags = [f for f in FLAGS if f not in ("--map", "Kundennr=customerID", "--profile", "telco")]
    assert run_line(["check", str(tmp_path / "messy.csv"), "--home", str(telco_home), "--json", *flags]) == 0
    told = json.loads(capsys.readouterr().out)
    page = answered(with_list(monkeypatch, telco_home, EXPORT.encode("cp1252"), "messy.csv"), "day-first")
    assert (metric(page, "Customers read"), metric(page, "Lines set aside")) == (
        str(told["rows"]),
        str(len(told["set_aside"])),
    )
    aside = next(d.value for d in page.dataframe if "Line" in d.value.columns)
    assert aside[["Line", "Why"]].values.tolist() == [[s["line"], s["why"]] for s in told["set_aside"]]
    everything = found_in(page)
    assert all(n["text"] in everything for n in told["notices"])
    assert max(everything.count(n["text"]) for n in told["notices"]) == 1


def test_what_stands_in_a_list_is_never_acted_upon(monkeypatch, telco_home):
    hostile = MESSY.replace(b"\n3;", b"\n![x](http://evil.example/p);")
    page = with_list(monkeypatch, telco_home, hostile, "![x](http://evil.example).csv")
    assert "](http" not in shown(page)


def test_a_needed_column_under_a_heading_nobody_knows_is_asked_for_and_remembered(monkeypatch, telco_home):
    content = (FOLDER / "telco_today.csv").read_bytes().replace(b"tenure", b"Laufzeit im Vertrag", 1)
    page = with_list(monkeypatch, telco_home, content)
    assert "which is needed" in shown(page) and "--map" not in shown(page)
    confirm = next(b for b in page.button if b.label == "Use these columns")
    confirm.click().run()
    assert "Choose a different heading" in shown(page)
    next(s for s in page.selectbox if s.label == "tenure stands in the file under").select("Laufzeit im Vertrag")
    next(b for b in page.button if b.label == "Use these columns").click().run()
    assert "Scored by telco v1" in shown(page)


def test_an_upload_called_as_a_sample_stays_the_list_in_hand(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score")
    own = (FOLDER / "telco_messy.csv").read_bytes()
    page.file_uploader[0].upload("telco_today.csv", own, "text/csv").run()
    lists = next(field for field in page.sidebar.selectbox if field.label == "List")
    assert lists.options[0] == "telco_today.csv (yours)" and len(set(lists.options)) == len(lists.options)
    page.switch_page("screens/overview.py").run()
    assert metric(page, "Customers") == "599"


def test_without_a_model_no_screen_speaks_of_the_command_line(monkeypatch, home):
    page = with_list(monkeypatch, home, MESSY)
    for screen in ("overview", "drivers", "plan"):
        page.switch_page(f"screens/{screen}.py").run()
        assert "no model yet" in shown(page) and "python" not in shown(page)
        assert len(page.error) == 0


@pytest.mark.parametrize("word", ["Yes", "No"])
def test_that_a_list_says_the_same_of_everyone_is_told_once(monkeypatch, telco_home, word):
    head, *rows = rows_of(telco_home)
    content = "\n".join([f"{head},Churn", *(f"{row},{word}" for row in rows)]).encode()
    page = with_list(monkeypatch, telco_home, content, "all.csv")
    assert shown(page).count(f"Churn is {word} for all 60 customers") == 1
