"""The model card stands alone: no script, nothing fetched, hostile text stays text."""

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

from churn.notices import Notice
from churn.reports.model_card import card_pages
from tests.small_lists import small_training


@cache
def named():
    return small_training().model.renamed("small", "v1")


@cache
def pages():
    return card_pages(named())


def tags(page):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(page)
    return found


def test_every_picture_has_a_page_and_all_are_on_the_card():
    pictures = {"calibration", "gain", "confusion", "roc", "precision-recall", "importance", "shap-summary"}
    assert pictures <= {name.removesuffix(".html") for name in pages()}
    assert pages()["card.html"].count("<figure>") == len(pages()) - 1


def test_no_page_runs_or_fetches_anything():
    for page in pages().values():
        assert not [t for t, a in tags(page) if t in ("script", "link", "img", "iframe") or "src" in a or "href" in a]
        assert "url(" not in page and "default-src 'none'" in page


def test_the_pages_are_small():
    assert max(map(len, pages().values())) < 300_000


def test_hostile_text_stays_text():
    bad = "<script>alert(1)</script>"
    encoder = replace(named().encoder, fields=tuple(replace(f, name=f"{bad}{f.name}") for f in named().encoder.fields))
    report = {
        **named().report,
        "importance": [{**r, "column": f"{bad}{r['column']}"} for r in named().report["importance"]],
    }
    hostile = replace(named(), encoder=encoder, report=report, notices=(Notice("warning", bad),))
    pages = card_pages(hostile)
    assert not any("<script" in page for page in pages.values())
    assert "&lt;script&gt;" in pages["card.html"]


def test_the_card_says_how_good_in_words_and_numbers():
    text = re.sub(r"<[^>]+>", " ", pages()["card.html"])
    for said in ("ROC-AUC", "Who competed", "Hand rule", "An offer pays from a probability of", "what causes it"):
        assert said in text
    assert named().report["summary"][:40] in text


def test_pictures_are_described_for_those_who_cannot_see_them():
    described = [a["aria-label"] for t, a in tags(pages()["card.html"]) if t == "svg"]
    assert len(described) == len(pages()) - 1 and all(len(d) > 30 for d in described)
