"""Score a list: it asks for one, says what it understood, ranks, and refuses politely."""

from tests.paging import metric, opened, shown

MESSY = b"customerID;tenure;MonthlyCharges;Contract\n1;3;29,85;Month-to-month\n2;x;1;2;3\n3;9;12,50;Two year\n"


def with_list(monkeypatch, home, content, name="list.csv"):
    page = opened(monkeypatch, home, "score")
    page.file_uploader[0].upload(name, content).run()
    assert list(page.exception) == []
    return page


def test_with_nothing_in_hand_it_asks_for_a_list(monkeypatch, home):
    page = opened(monkeypatch, home, "score")
    assert "There is no list yet" in shown(page)


def test_a_sample_is_ranked_and_said_to_be_synthetic(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score", sample="telco_today.csv")
    assert metric(page, "Customers read") == "1500"
    assert "synthetic" in shown(page) and "Scored by telco v1" in shown(page)
    assert len(page.dataframe[-1].value) == 200


def test_what_was_set_aside_is_shown_with_its_line(monkeypatch, telco_home):
    page = with_list(monkeypatch, telco_home, MESSY)
    assert metric(page, "Lines set aside") == "1"
    aside = next(d.value for d in page.dataframe if "Line" in d.value.columns)
    assert aside["Line"].tolist() == [3]


def test_without_a_model_it_still_says_what_it_understood_and_where_to_train(monkeypatch, home):
    page = opened(monkeypatch, home, "score", sample="telco_today.csv")
    assert metric(page, "Read as") == "telco"
    assert "No model fits this list yet" in shown(page)


def test_a_file_that_is_no_list_is_one_polite_sentence(monkeypatch, home):
    page = with_list(monkeypatch, home, b"\x89PNG\r\n\x1a\n" + bytes(200), "photo.csv")
    assert len(page.error) == 1
    assert "Traceback" not in shown(page)


def test_filters_cut_the_table_and_an_empty_result_says_so(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "score", sample="telco_today.csv")
    page.text_input[0].set_value("no such thing").run()
    assert "No customer fits these filters." in shown(page)


def test_what_stands_in_a_list_is_never_acted_upon(monkeypatch, telco_home):
    hostile = MESSY.replace(b"\n3;", b"\n![x](http://evil.example/p);")
    page = with_list(monkeypatch, telco_home, hostile, "![x](http://evil.example).csv")
    assert "](http" not in shown(page)
