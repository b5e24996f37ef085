"""The pieces every screen is made of: `from app import widgets`, then `widgets.heading(…)`.

framing   heading, section, empty, done, working, a refusal, notices, what is assumed
numbers   counts, shares and money as the reader's browser writes them, as figures and as table columns
tiers     a tier told by word, icon and colour
take_home files to take home, made when they are asked for
figures   charts in their frame: finding, picture, how to read it
tables    tables: a dash where nothing is known, lines to wrap where words are long
signing_in  what a stranger sees
lists     bringing a list, which one is in hand, where to bring one
"""

from app.widgets.figures import chart, charts
from app.widgets.framing import (
    assumed,
    card,
    done,
    empty,
    go_on,
    go_to,
    heading,
    no_model,
    notices,
    polite_errors,
    screen,
    section,
    show_refusal,
    working,
)
from app.widgets.lists import bring_list, choose_list, list_banner, need_list, no_list
from app.widgets.numbers import (
    amounts,
    beneath,
    between,
    count,
    money,
    money_column,
    points,
    points_column,
    reach,
    row,
    share,
    tenths,
    text_column,
)
from app.widgets.signing_in import sign_in
from app.widgets.tables import table
from app.widgets.take_home import download
from app.widgets.tiers import TIER_COLOURS, TIER_ICONS, tier_badge, tier_column, tier_filter, tier_words

__all__ = [
    "TIER_COLOURS",
    "TIER_ICONS",
    "amounts",
    "assumed",
    "beneath",
    "between",
    "bring_list",
    "card",
    "chart",
    "charts",
    "choose_list",
    "count",
    "done",
    "download",
    "empty",
    "go_on",
    "go_to",
    "heading",
    "list_banner",
    "money",
    "money_column",
    "need_list",
    "no_list",
    "no_model",
    "notices",
    "points",
    "points_column",
    "polite_errors",
    "reach",
    "row",
    "screen",
    "section",
    "share",
    "show_refusal",
    "sign_in",
    "table",
    "tenths",
    "text_column",
    "tier_badge",
    "tier_column",
    "tier_filter",
    "tier_words",
    "working",
]
