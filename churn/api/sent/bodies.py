"""What was sent: JSON that is JSON, one customer, many, or a file with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as parquet
from fastapi import Request
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from churn.api.guard.limits import MOST_OBJECTS, refuse_rows, refuse_wide, too_many_rows
from churn.errors import RequestRefused
from churn.money.playbook import Playbook
from churn.money.playbook_files import playbook_from, playbook_from_text

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
        return playbook_from(flat_object(await json_sent(request), "The playbook", flat=False))
    try:
        return playbook_from_text((await request.body()).decode(), "The playbook")
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
        return SentFile(await found.read(), found.filename or "", {n: words for n, words in said.items() if words})


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
