"""What was sent: JSON that is JSON, one customer, many, or a file with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NoReturn

import pyarrow as pa
import pyarrow.parquet as parquet
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from churn.api.middleware import MOST_OBJECTS, refuse_rows, refuse_wide, too_many_rows
from churn.errors import RequestRefused
from churn.files import json_texts
from churn.money.playbook import Playbook, parse_playbook, playbook_from_mapping
from churn.notices import Notice
from churn.options import READ, pair_of
from churn.workspace.prediction import PredictionBatch

JSON_TYPES = ("", "application/json")
DEEP = frozenset((list, dict))
FORM = "multipart/form-data"
MOST_FIELDS = 100
LONG = 1 << 18  # bytes from which a body is no work for the loop that answers everybody


@dataclass(frozen=True)
class SentFile:
    """A list that came as a file."""

    content: bytes
    filename: str
    said: Mapping[str, list[str]] = field(default_factory=dict)  # the other fields of its form


async def json_sent(request: Request) -> Any:
    """The JSON of a request's body; NaN and Infinity are not JSON, whatever some programs write."""
    body = await request.body()
    return parsed(body) if len(body) < LONG else await run_in_threadpool(parsed, body)


async def customer_sent(request: Request) -> dict[str, Any]:
    """One customer as a flat object."""
    return flat_object(await json_sent(request), "The body")


async def customers_sent(request: Request) -> list[dict[str, Any]] | SentFile:
    """Many customers: a JSON list, or a file, as a form or as the body itself."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in JSON_TYPES:
        return await file_sent(request)
    sent = await json_sent(request)
    if not isinstance(sent, list) or not sent:
        raise RequestRefused("The body is not a list of customers.", "Send [{…}, {…}], or a file.")
    refuse_rows(sent)
    customers = [flat_object(one, f"Customer {n}") for n, one in enumerate(sent, start=1)]
    refuse_wide(customers)
    return customers


async def file_sent(request: Request) -> SentFile:
    """One file, as a form or as the body itself."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return await _uploaded(request)
    return SentFile(await request.body(), request.query_params.get("filename", ""))


async def list_sent(request: Request) -> SentFile:
    """A list however it came: a file as it is, a JSON list as a table whose numbers stay numbers."""
    sent = await customers_sent(request)
    return sent if isinstance(sent, SentFile) else as_file(sent)


async def playbook_sent(request: Request) -> Playbook:
    """A playbook as JSON or as TOML text; a mistake in it is refused by its place."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in JSON_TYPES:
        return playbook_from_mapping(flat_object(await json_sent(request), "The playbook", flat=False))
    try:
        return parse_playbook((await request.body()).decode(), "The playbook")
    except UnicodeDecodeError as problem:
        raise RequestRefused("The playbook is not a text in UTF-8.", "Send it as UTF-8 text.") from problem


def as_file(customers: list[dict[str, Any]]) -> SentFile:
    """Objects as a Parquet file with a column for every name; a column of words and numbers becomes text."""
    names = dict.fromkeys(name for fields in customers for name in fields)
    table = pa.table({name: _cells([fields.get(name) for fields in customers]) for name in names})
    content = pa.BufferOutputStream()
    parquet.write_table(table, content)
    return SentFile(content.getvalue().to_pybytes(), "the list.parquet")


def _cells(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if v is None else str(v) for v in values], pa.string())


async def change_sent(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer and what should change."""
    sent = flat_object(await json_sent(request), "The body", flat=False)
    if set(sent) != {"customer", "changes"}:
        raise RequestRefused("The body does not have the fields customer and changes.", "See /docs for an example.")
    changes = flat_object(sent["changes"], "changes")
    if not changes:
        raise RequestRefused("Nothing is to change.", "Name at least one column with its new value in changes.")
    return flat_object(sent["customer"], "customer"), changes


def flat_object(sent: Any, what: str, *, flat: bool = True) -> dict[str, Any]:
    """An object of texts, numbers, true, false and null; anything deeper is refused by its name."""
    if not isinstance(sent, dict):
        raise RequestRefused(f"{what} is not an object.", 'Send {"column": value, …}.')
    refuse_wide([sent])
    if flat and not DEEP.isdisjoint(map(type, sent.values())):
        raise RequestRefused(f"{what} is not flat.", "Send one value per column, no lists or objects.")
    return sent


async def _uploaded(request: Request) -> SentFile:
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        found = next((v for v in form.values() if isinstance(v, UploadFile)), None)
        if found is None:
            raise RequestRefused("The form holds no file.", "Send the list as a file of the form.")
        said = {name: [v for v in form.getlist(name) if isinstance(v, str)] for name in form}
        _refuse_fields([name for name, words in said.items() if words and name not in FIELDS_OF_FORM])
        return SentFile(await found.read(), found.filename or "", {n: words for n, words in said.items() if words})


def _refuse_fields(names: list[str]) -> None:
    """Refuse what a form says beside its file that would not be heeded: it belongs into the address."""
    if names:
        name = names[0][:40]
        raise RequestRefused(f"{name!r} is no field of the form.", f"Put it into the address, as ?{name}=…")


def parsed(body: bytes) -> Any:
    """What a body in JSON says; what is no JSON is refused."""
    # An empty object takes two bytes here and a hundred as an object: so many are no list of customers.
    if body.count(b"{") > MOST_OBJECTS:
        raise too_many_rows()
    # The quick reader gives equal texts as one object, which spares all that is done with them; what it does not take
    # (UTF-16, half a character, what is no JSON at all) the library's own reader takes or refuses.
    with suppress(ValueError):
        return from_json(body, allow_inf_nan=False)
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise RequestRefused("The body is not JSON.", "Send a JSON object; see /docs for its fields.") from problem


def _refuse_constant(word: str) -> NoReturn:
    raise RequestRefused(f"{word} is not a value.", "Send null where nothing is known.")


# The answer to many customers, written column by column: the same JSON as one by one, for a fraction of the work.


_values = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def batch_answer(scored: PredictionBatch, more: Mapping[str, Any]) -> bytearray:
    """The body of the answer: the model, every customer in the order they were sent, and what else is told."""
    body = bytearray(f'{{"model":{_values.encode(scored.model)},"rows":{len(scored)},"predictions":['.encode())
    for number, prediction in enumerate(predictions_of(scored)):
        if number:
            body += b","
        body += prediction.encode()
    body += f"],{_values.encode({'set_aside': [], 'notices': [], **more})[1:]}".encode()
    return body


def predictions_of(scored: PredictionBatch) -> Iterator[str]:
    """Each customer as JSON, in the words of `predicted` and with their key."""
    once = _Written()
    columns = (
        _column(scored.key),
        _column(scored.probability),
        _column(1.0 - p for p in scored.probability),
        once.each(scored.leaves),
        once.each(scored.status),
        once.each(scored.tier),
        once.each(scored.reasons),
        once.each(scored.action),
        _column(scored.expected_gain),
        once.each([scored.model] * len(scored)),
        once.each(scored.ignored),
        once.each(scored.missing),
        _column(scored.value_at_risk),
        once.each([scored.value_horizon] * len(scored)),
        once.each([scored.value_assumed] * len(scored)),
        once.each([scored.currency] * len(scored)),
        once.each(scored.notices or [()] * len(scored)),
    )
    return (_ONE % cells for cells in zip(*columns, strict=True))


FIELDS = (
    "key",
    "churn_probability",
    "retention_probability",
    "prediction",
    "status",
    "risk_level",
    "reasons",
    "action",
    "expected_gain",
    "model",
    "ignored",
    "missing",
    "value_at_risk",
    "value_horizon",
    "value_assumed",
    "currency",
    "notices",
)

_ONE = "{" + ",".join(f'"{name}":%s' for name in FIELDS) + "}"


class _Written(dict[Any, str]):
    """Words and lists of them as JSON, each different one written once."""

    def __missing__(self, value: Any) -> str:
        list_ = isinstance(value, tuple)
        plain = value.as_json() if isinstance(value, Notice) else value
        self[value] = written = f"[{','.join(self.each(value))}]" if list_ else _values.encode(plain)
        return written

    def each(self, values: Iterable[Any]) -> Iterable[str]:
        """The same of each of a column; none may be a number, since 1 and true would be one to it."""
        return map(self.__getitem__, values)


def _column(values: Iterable[Any]) -> list[str]:
    return json_texts(values, ensure_ascii=False, allow_nan=False)


# What a client may say about a file it sends: the words of the command line, in the address or in the form.


FIELDS_OF_FORM: dict[str, dict[str, Any]] = {
    option.called: {
        "description": f"{option.value}: {option.help}" if option.kind == "pairs" else option.help,
        **({"type": "array", "items": {"type": "string"}} if option.kind == "pairs" else {"type": "string"}),
        **({"enum": list(option.choices)} if option.choices else {}),
    }
    for option in READ
}


def _described(name: str) -> Any:
    return Query(description=FIELDS_OF_FORM[name]["description"])


class AboutFile(BaseModel):
    """What may be said about a list that comes as a file, in the address; an unknown word is refused."""

    model_config = ConfigDict(extra="forbid")

    sheet: Annotated[str | None, _described("sheet")] = None
    map: Annotated[list[str], _described("map")] = []
    dates: Annotated[Literal["day-first", "month-first"] | None, _described("dates")] = None
    duplicates: Annotated[Literal["newest", "first", "refuse"] | None, _described("duplicates")] = None
    profile: Annotated[str | None, _described("profile")] = None
    filename: str = ""

    def options(self, sent: SentFile) -> dict[str, Any]:
        """The same as a workspace takes it; a field of the form stands before the address."""
        single = [option.name for option in READ if option.kind != "pairs"]
        said = {name: sent.said.get(name, [None])[-1] or getattr(self, name) for name in single}
        mapping = dict(pair_of(pair) for pair in (*self.map, *sent.said.get("map", ())))
        return {k: v for k, v in {**said, "mapping": mapping, "filename": sent.filename}.items() if v}


def words_in_address(
    sheet: Annotated[str | None, _described("sheet")] = None,
    map: Annotated[list[str] | None, _described("map")] = None,
    dates: Annotated[Literal["day-first", "month-first"] | None, _described("dates")] = None,
    duplicates: Annotated[Literal["newest", "first", "refuse"] | None, _described("duplicates")] = None,
    profile: Annotated[str | None, _described("profile")] = None,
) -> AboutFile:
    """The same where an address holds other words as well."""
    return AboutFile(sheet=sheet, map=map or [], dates=dates, duplicates=duplicates, profile=profile)


FileSaid = Annotated[AboutFile, Depends(words_in_address)]
