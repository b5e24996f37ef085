"""The outcome: which column says who left, and which of its words mean leaving."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused, RequestRefused
from churn.intake.values import LETTERS, NO, YES, names_a_leaving_day, outcome_words
from churn.notices import Notice, do
from churn.notices import many as counted
from churn.schema import Schema

MOST_CLASSES = 12
_YES, _NO = ("yes", *sorted(YES - {"yes"})), ("no", *sorted(NO - {"no"}))
_ALONE = frozenset("ytnf")  # letters that mean yes or no even beside a word that is neither
_OPPOSITE = {"yes": "No", "true": "False", "1": "0", "y": "N", "t": "F"}
_LEAVING = re.compile(r"\b(churn|attrit|left|leav|exit|cancel|lapsed|lost|gone|terminat|inactive|gekünd|résili|baja)")
_STAYING = re.compile(r"\b(not|no|non|never)\b|\b(stay|retain|exist|active|current|loyal)")
_KEEPING = re.compile(r"(^|[^a-z]|is|still)(active|stay|retain|renew|loyal|current|kept|keep|alive)", re.I)

_NAMES = re.compile(
    r"churn|attrition|(^|_|\b)(left|gone|quit|exited|cancell?ed|lapsed|outcome|target|label)(\b|_|$)"
    r"|^((customer|account|member|membership|subscription|client)[ _]?)?status$",
    re.I,
)

_LEFT_ON = re.compile(
    r"(churn|attrition|left|leav(e|ing)|exit(ed)?|quit|cancel(l?ed|l?ation)?|terminat(ed|ion)|departure|lapsed?)"
    r"[ _-]?(date|day|on|at|time|timestamp)$|^(date|day)[ _-]?(of[ _-]?)?(churn|leaving|exit|cancel|terminat)",
    re.I,
)

LEFT, STAYED = "left", "stayed"  # the words for the two outcomes where a date of leaving, or none, says which it is


@dataclass(frozen=True)
class Outcome:
    """Who left, row by row.

    labels  1 left, 0 stayed, −1 left out (unknown, or a class that was dropped)
    leaves, stays  the list's own words
    positive       every word that means leaving
    """

    column: str
    labels: np.ndarray
    leaves: str
    stays: str
    positive: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def read_outcome(
    table: pa.Table,
    schema: Schema,
    *,
    column: str | None = None,
    positive: Sequence[str] = (),
    drop_class: Sequence[str] = (),
) -> Outcome:
    """Read who left, from the column that is named, marked in the schema, or clearly called so; doubt is refused."""
    name = find_outcome_column(table, schema, column)
    if pa.types.is_temporal(table.column(name).type):
        return _read_leaving_dates(name, table, schema)
    known = schema.by_name[name].positive if name in schema.by_name else ()
    words = tuple(positive) or known
    _refuse_both_sides(name, positive)
    written = _fold_cells(table.column(name), (*words, *known))
    classes = _count_classes(name, written)
    dropped = _match_classes(name, drop_class, classes)
    kept = {word: rows for word, rows in classes.items() if word not in dropped}
    leaving = _match_classes(name, positive, kept) if positive else _leaving_classes(name, words, kept)
    labels = np.array([-1 if w is None or w in dropped else int(w in leaving) for w in written], dtype=np.int8)
    _refuse_single_outcome(name, labels, _single_word(table.column(name), labels, (*words, *known)))
    leaves, stays = _shown_words(table.column(name), labels, (*words, *known))
    positive_words = tuple(dict.fromkeys((leaves, *sorted(leaving - {fold_word(leaves)}))))
    return Outcome(name, labels, leaves, stays, positive_words, _notices(name, written, dropped, leaving, kept))


def find_outcome_column(table: pa.Table, schema: Schema, column: str | None = None) -> str:
    """Find the column that says who left: named, marked in the schema, or clearly called so."""
    name = column or (schema.outcome.name if schema.outcome else _guess_column(table))
    if name not in table.column_names:
        raise RequestRefused(f"There is no column {name!r}.", f"The columns are: {', '.join(table.column_names)}.")
    return name


def spellings_of(word: str) -> tuple[str, ...]:
    """Every spelling of the same yes or no; only the folded word itself where it is neither."""
    return next((family for family in (_YES, _NO) if fold_word(word) in family), (fold_word(word),))


def names_an_outcome(heading: str) -> bool:
    """Whether a column is named like an outcome."""
    return bool(_NAMES.search(heading))


def classify_words(words: Iterable[str]) -> dict[str, bool] | None:
    """Which of these words mean left (True) and stayed (False); None where that is not clear."""
    known = {w: fold_word(w) for w in words}
    if all(f in _YES or f in _NO for f in known.values()):
        return {w: f in _YES for w, f in known.items()}
    spoken = {w: bool(_LEAVING.search(f)) and not _STAYING.search(f) for w, f in known.items()}
    stayed = {w: f in _NO or bool(_STAYING.search(f)) for w, f in known.items()}
    left = {w: spoken[w] or known[w] in _YES for w in known}
    if all(left[w] != stayed[w] for w in known) or (len(known) == 2 and sum(spoken.values()) == 1):
        return left
    return None


def fold_word(word: str) -> str:
    """The word as it is compared: lower case, single blanks, no trailing ".0"."""
    return re.sub(r"\.0+$", "", " ".join(str(word).split()).casefold())


def left_by_date(table: pa.Table, name: str, day: str | None, today: date | None = None) -> np.ndarray:
    """Who left, by a date of leaving: empty means stayed; a day after the list's own date is still to come.

    day    the column that says when each row was true, where there is one; else the list is as of today
    """
    return is_past(table, table.column(name).cast(pa.date32()), None if day == name else day, today)


def is_past(table: pa.Table, days: pa.ChunkedArray, day: str | None, today: date | None = None) -> np.ndarray:
    """Which of these days have come by the day of the row, or by today where the list has no such column."""
    own = table.column(day).cast(pa.date32()) if day in table.column_names else None
    until: Any = pa.scalar(today or datetime.now(UTC).date(), pa.date32()) if own is None else own
    return pc.fill_null(pc.less_equal(days, until), False).to_numpy(zero_copy_only=False).astype(bool)


def describe_single_outcome(table: pa.Table, schema: Schema) -> str:
    """A sentence where the outcome is the same for every customer, else ""."""
    try:
        name = find_outcome_column(table, schema)
    except RequestRefused:
        return ""
    cells = table.column(name)
    different = pc.count_distinct(cells, mode="all").as_py()
    if table.num_rows < 2 or different != 1:
        return ""
    value = cells[0].as_py()
    if value is None:
        word = "empty"
    elif value in (True, False):
        word = _flag_words(schema.by_name[name].positive)[not value]
    else:
        word = _cell_text(value)
    return f"{name} is {word} for all {table.num_rows:,} customers."


def single_valued_outcome_columns(table: pa.Table) -> list[str]:
    """Columns named like an outcome in which every customer has the same value."""
    return [c for c in table.column_names if _NAMES.search(c) and pc.count_distinct(table.column(c)).as_py() == 1]


def _read_leaving_dates(name: str, table: pa.Table, schema: Schema) -> Outcome:
    """Who left by the day they left."""
    labels = left_by_date(table, name, schema.date.name if schema.date else None).astype(np.int8)
    _refuse_single_outcome(name, labels, "empty or later than the list" if not labels.any() else "a day of leaving")
    left, later = int(labels.sum()), len(labels) - table.column(name).null_count - int(labels.sum())
    text = f"A day in {name} counts as left ({left:,}), an empty cell as stayed ({len(labels) - left - later:,})."
    notices = [Notice("info", text, name)]
    if later:
        text = f"{later:,} days in {name} lie after the list's own day, so those customers count as staying."
        notices.append(Notice("info", text, name, later))
    return Outcome(name, labels, LEFT, STAYED, (), tuple(notices))


def _guess_column(table: pa.Table) -> str:
    dates = [c for c in table.column_names if pa.types.is_temporal(table.column(c).type)]
    named = [c for c in table.column_names if _NAMES.search(c) and c not in dates]
    likely = [c for c in named if 2 <= len(set(_fold_cells(table.column(c))) - {None}) <= 5]
    if not likely:
        left_on = [c for c in dates if _LEFT_ON.search(c) or names_a_leaving_day(c)]
        alike = [c for c in named if pc.count_distinct(table.column(c)).as_py() == 1]
        likely = left_on or alike
    if len(likely) == 1:
        return likely[0]
    which = f"Several columns could say who left: {', '.join(likely)}." if likely else "No column says who left."
    raise RequestRefused(which, "Name the column that does.", options=("outcome=COLUMN",))


def _fold_cells(cells: pa.ChunkedArray, known_words: Sequence[str] = ()) -> list[str | None]:
    """Fold each cell, every distinct one once; a flag becomes True or False, or the words known for it."""
    coded = cells.combine_chunks().dictionary_encode()
    coded = coded if isinstance(coded, pa.DictionaryArray) else pa.concat_arrays(coded.chunks)
    plain = dict(zip((True, False), _flag_words(known_words), strict=True)) if pa.types.is_boolean(cells.type) else {}
    words = [fold_word(plain.get(v) or _cell_text(v)) or None for v in coded.dictionary.to_pylist()]
    return [None if i is None else words[i] for i in coded.indices.to_pylist()]


def _flag_words(known_words: Sequence[str]) -> tuple[str, str]:
    """The words for true and false of a flag, as the list wrote them where that is known."""
    true = next((word for word in known_words if fold_word(word) in _OPPOSITE), "True")
    return true, _OPPOSITE[fold_word(true)]


def _cell_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _count_classes(name: str, written: list[str | None]) -> Counter[str]:
    """The different words with their rows; spellings of yes and no are one word where nothing else is written."""
    classes = Counter(w for w in written if w is not None)
    if len(classes) > MOST_CLASSES:
        raise RequestRefused(
            f"{name} holds {len(classes):,} different values, so it does not say who left.",
            "Name the column that does.",
            options=("outcome=COLUMN",),
        )
    if len(classes) > 2 and all(w in _YES or w in _NO for w in classes):
        for i, word in enumerate(written):
            written[i] = None if word is None else "yes" if word in _YES else "no"
        return Counter(w for w in written if w is not None)
    return classes


def _match_classes(name: str, words: Iterable[str], classes: Counter[str] | dict[str, int]) -> set[str]:
    """The classes these words name; an unknown one is refused with those there are."""
    chosen = set()
    for word in words:
        spellings = [fold_word(word), *(family[0] for family in (_YES, _NO) if fold_word(word) in family)]
        match = next((s for s in spellings if s in classes), None)
        if match is None:
            raise RequestRefused(f"{name} never says {word!r}.", f"It says: {_class_list(classes)}.")
        chosen.add(match)
    return chosen


def _leaving_classes(name: str, known_words: Sequence[str], classes: dict[str, int]) -> set[str]:
    """The classes that mean leaving: as the schema says, or the one of two that clearly does."""
    known = {fold_word(t) for t in known_words} & classes.keys()
    if known and len(known) < len(classes):
        return known
    if len(classes) == 2:
        for family in (_YES, _NO):
            hits = {w for w in classes if w in family}
            if len(hits) == 1 and _is_sure(next(iter(hits)), classes):
                _refuse_opposite(name, classes)
                return hits if family is _YES else classes.keys() - hits
        speaking = {w for w in classes if (_LEAVING.search(w) and not _STAYING.search(w)) or w in outcome_words()[0]}
        if len(speaking) == 1:
            return speaking
    if len(classes) < 2:
        return {w for w in classes if w in known or w in _YES or _LEAVING.search(w)}
    raise RequestRefused(
        f"{name} has {len(classes)} classes: {_class_list(classes)}.",
        "Say which mean that the customer left; the rest count as staying unless they are left out.",
        options=("positive=WORD", "drop_class=WORD"),
    )


def _is_sure(word: str, classes: Iterable[str]) -> bool:
    """Whether a spelling of yes or no is one for certain: a letter such as s or o needs its opposite beside it."""
    return word not in LETTERS - _ALONE or all(w in YES | NO for w in classes)


def _refuse_both_sides(name: str, positive: Sequence[str]) -> None:
    """Refuse a yes and a no that are both said to mean leaving."""
    words = [next((w for w in positive if fold_word(w) in family), None) for family in (_YES, _NO)]
    if all(words):
        raise RequestRefused(f"In {name}, {words[0]} and {words[1]} cannot both mean leaving.", "Name one of them.")


def _refuse_opposite(name: str, classes: dict[str, int]) -> None:
    """Refuse a yes that would mean the customer stayed: "renewed: yes" is not a leaver."""
    if _KEEPING.search(name) and not _LEAVING.search(name.casefold().replace("_", " ")):
        no = next((w for w in classes if w in _NO), "no")
        raise RequestRefused(
            f"By its name, {name} says who stayed, not who left.",
            f"Say which word means leaving, such as {no}.",
            options=(f"positive={no}",),
        )


def _single_word(cells: pa.ChunkedArray, labels: np.ndarray, known_words: Sequence[str]) -> str:
    """The word of the column where everyone with a known outcome has the same, else ""."""
    known = np.flatnonzero(labels >= 0)
    if not len(known) or 0 < (labels == 1).sum() < len(known):
        return ""
    value = cells[int(known[0])].as_py()
    return _flag_words(known_words)[not value] if isinstance(value, bool) else _cell_text(value).strip()


def _refuse_single_outcome(name: str, labels: np.ndarray, word: str) -> None:
    left, stayed = int((labels == 1).sum()), int((labels == 0).sum())
    if not left and not stayed:
        raise ListRefused(f"{name} is empty in every row.", "Use a list in which it is known who left.")
    if not left or not stayed:
        everyone = "left" if left else "stayed"
        text = f"{name} is {word} for all {left + stayed:,} customers: everyone {everyone}."
        raise ListRefused(text, "Use a list with customers who left and who stayed.")


def _shown_words(cells: pa.ChunkedArray, labels: np.ndarray, known_words: Sequence[str]) -> tuple[str, str]:
    """The most frequent spelling of leaving and of staying."""
    if pa.types.is_boolean(cells.type):
        left_when_true = bool(cells[int(np.flatnonzero(labels == 1)[0])].as_py())
        return _flag_words(known_words) if left_when_true else _flag_words(known_words)[::-1]
    spelt = [cells[int(np.flatnonzero(labels == side)[0])].as_py() for side in (1, 0)]
    return _cell_text(spelt[0]).strip(), _cell_text(spelt[1]).strip()


def _notices(name: str, written: list, dropped: set, leaving: set, kept: dict) -> tuple[Notice, ...]:
    rest = kept.keys() - leaving
    left, stayed = (sum(kept[word] for word in words) for words in (leaving, rest))
    text = f"In {name}, {_quote_all(leaving)} counts as left ({left:,}) and {_quote_all(rest)} as stayed ({stayed:,})."
    notices = [Notice("info", text, name)]
    unknown = sum(w is None for w in written)
    if unknown:
        notices.append(
            Notice(
                "set_aside",
                f"{counted(unknown, 'customer')} without {name} {do(unknown, 'was', 'were')} left out.",
                name,
                unknown,
            )
        )
    if dropped:
        rows = sum(w in dropped for w in written)
        notices.append(
            Notice(
                "set_aside",
                f"{counted(rows, 'customer')} who {do(rows, 'is', 'are')} {_quote_all(dropped)} "
                f"{do(rows, 'was', 'were')} left out.",
                name,
                rows,
            )
        )
    return tuple(notices)


def _class_list(classes: dict[str, int]) -> str:
    return ", ".join(f"{word} ({classes[word]:,})" for word in sorted(classes))


def _quote_all(words: Iterable[str]) -> str:
    return ", ".join(repr(w) for w in sorted(words))
