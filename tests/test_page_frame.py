"""Pages escape what they are given and stand alone."""

from churn.reports.pages import heading, listing, page_of, paragraph, tabulated


def test_everything_that_is_said_is_escaped():
    said = heading("<b>") + paragraph("<i>", "<x>") + listing(["<u>"]) + tabulated([{"<k>": "<v>"}])
    assert not any(tag in said for tag in ("<b>", "<i>", "<u>", "<k>", "<v>", '"<x>"'))


def test_a_table_has_a_head_and_its_chosen_row_stands_out():
    html = tabulated([{"a": 1}, {"a": 2}], chosen=1)
    assert '<th scope="col">a</th>' in html and '<tr class="chosen"><td>2</td></tr>' in html


def test_nothing_to_tell_takes_no_room():
    assert (tabulated([]), listing([])) == ("", "")


def test_a_page_names_its_language_and_forbids_scripts():
    html = page_of("A & B", ["<p>x</p>"])
    assert '<html lang="en">' in html and "<title>A &amp; B</title>" in html and "default-src 'none'" in html
