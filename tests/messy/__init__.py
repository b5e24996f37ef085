"""Messy lists, and exactly what must become of each: rows with their lines, kinds, rows set aside, every notice.

A case is one small file. `rows` are (line, value, ...); `kinds` are the columns' kinds with `*` for the key and `~` for
a column only carried along; a case that must be refused has the sentence instead.
"""

from dataclasses import dataclass, field

from churn.errors import ListRefused
from churn.intake.reader import read_list

LIST = "id,tenure,paid\nA1,3,29.85\nA2,14,56.95\nA3,2,53.85\n"
_SIGNS = {"key": "*", "ignored": "~"}


@dataclass(frozen=True)
class Case:
    """One messy file and what must become of it."""

    name: str
    text: str | bytes
    kinds: str = ""
    rows: tuple = ()
    aside: tuple = ()
    notices: tuple = ()
    refused: str = ""
    said: dict = field(default_factory=dict)

    def __str__(self):
        return self.name

    @property
    def content(self):
        """The bytes of the file."""
        return self.text.encode() if isinstance(self.text, str) else self.text


def told(case, **more):
    """What became of a case, in the case's own words."""
    try:
        reading = read_list(case.content, filename="list.csv", **({"profile": "general"} | case.said | more))
    except ListRefused as problem:
        return Case(case.name, case.text, refused=problem.message, said=case.said)
    return Case(
        case.name,
        case.text,
        " ".join(c.kind + _SIGNS.get(c.role, "") for c in reading.schema.columns),
        rows_of(reading),
        tuple((s.line, s.why) for s in reading.set_aside),
        tuple(f"{n.kind}: {n.text}" for n in reading.notices),
        said=case.said,
    )


def rows_of(reading):
    """The rows of a reading with their lines; days as text."""
    rows = (row.values() for row in reading.table.to_pylist())
    return tuple(
        (int(line), *(v.isoformat() if hasattr(v, "isoformat") else v for v in row))
        for line, row in zip(reading.lines, rows, strict=True)
    )
