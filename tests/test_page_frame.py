"""Pages escape what they are given and stand alone."""

from churn.reports.pages import render_heading, render_list, render_page, render_paragraph, render_table


def test_everything_that_is_said_is_escaped():
    said = (
        render_heading("<b>") + render_paragraph("<i>", "<x>") + render_list(["<u>"]) + render_table([{"<k>": "<v>"}])
    )
    assert not any(tag in said for tag in ("<b>", "<i>", "<u>", "<k>", "<v>", '"<x>"'))


def test_a_table_has_a_head_and_its_chosen_row_stands_out():
    html = render_table([{"a": 1}, {"a": 2}], chosen=1)
    assert '<th scope="col">a</th>' in html and '<tr class="chosen"><td>2</td></tr>' in html


def test_nothing_to_tell_takes_no_room():
    assert (render_table([]), render_list([])) == ("", "")


def test_a_page_names_its_language_and_forbids_scripts():
    html = render_page("A & B", ["<p>x</p>"])
    assert '<html lang="en">' in html and "<title>A &amp; B</title>" in html and "default-src 'none'" in html
