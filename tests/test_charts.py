"""A chart says in words what it shows, and labels from a list are text."""

from churn.reports.charts import Chart, line, plain_label, style_figure


def test_a_chart_in_words_is_its_finding_its_reading_and_what_it_assumes():
    assert Chart("c", "Most leave early.", "One bar a month.", None, "Worth 12 months.").alt == (
        "Most leave early. One bar a month. Worth 12 months."
    )


def test_a_legend_is_shown_only_where_lines_have_names():
    import plotly.graph_objects as go

    named = style_figure(go.Figure(line([0, 1], [0, 1], "this model", "#123456")), x="share", y="")
    plain = style_figure(go.Figure(go.Bar(x=[1], y=[1])), x="", y="")
    assert (named.layout.showlegend, plain.layout.showlegend, named.layout.xaxis.title.text) == (True, False, "share")


def test_tags_and_formulas_in_a_label_are_text():
    assert plain_label("<b>$x$</b>") == "‹b›&#36;x&#36;‹/b›"


def test_every_name_in_a_legend_begins_with_a_capital_letter():
    import plotly.graph_objects as go

    figure = style_figure(go.Figure([line([0, 1], [0, 1], "by risk", "#123456"), go.Bar(x=[1], y=[2])]), x="X", y="Y")
    assert [trace.name for trace in figure.data] == ["By risk", None]
