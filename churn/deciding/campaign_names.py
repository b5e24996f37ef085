"""A campaign may be called anything; an id that is safe as a file name is made of its words, always the same."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from churn.errors import RequestRefused
from churn.files import NAME

LONGEST = 300
KEPT = 48  # letters of an id that come from the words


def clean_title(words: str) -> str:
    """The words of a name on one line, each letter in one spelling; a name that is a whole text is refused."""
    printed = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in words)
    title = " ".join(unicodedata.normalize("NFC", printed).split())
    if len(title) > LONGEST:
        raise RequestRefused(f"The campaign's name has {len(title):,} letters.", f"Use at most {LONGEST}.")
    return title


def campaign_id(words: str) -> str:
    """The id of a campaign of that name: the name itself where it can be one, else its letters and a hash of it."""
    title = clean_title(words)
    if not title or (NAME.fullmatch(title) and ".." not in title):
        return title
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:KEPT].strip("-")
    return f"{letters or 'campaign'}-{sha256(title.encode()).hexdigest()[:8]}"
