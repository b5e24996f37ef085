"""Read block by block or whole, a list gives the same rows, notices and refusals."""

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import ListRefused, RequestRefused
from churn.intake.checks import CUSTOMERS, LEAVERS
from churn.intake.options import ReadRequest
from churn.intake.reader import build_reading, open_list, read_list
from churn.profiles import read_profile

TEXT = "id,paid,active,joined\n" + "".join(
    f"A{i},{i}.5,{['yes', 'no', 'mabye'][min(i % 50, 2) % 3 if i == 2 else i % 2]},2026-01-{i % 28 + 1:02d}\n"
    for i in range(500)
)


def streamed(content, **said):
    stream = open_list(content, request=ReadRequest(keep=0, **said))
    blocks = list(stream.blocks())
    return stream, pa.concat_tables([b.table for b in blocks]), np.concatenate([b.lines for b in blocks])


@pytest.mark.parametrize("block", [200, 1000, 16 << 20])
def test_blocks_add_up_to_the_whole_list(block):
    whole = read_list(TEXT.encode(), profile="general")
    stream, table, lines = streamed(TEXT.encode(), profile="general", block=block)
    assert table.equals(whole.table)
    assert lines.tolist() == whole.lines.tolist()
    assert stream.notices == whole.notices
    assert stream.rows == whole.rows


def test_going_through_the_blocks_again_counts_nothing_twice():
    stream, table, _ = streamed(TEXT.encode(), profile="general", block=500)
    before = stream.notices
    assert pa.concat_tables([b.table for b in stream.blocks()]).equals(table)
    assert stream.notices == before


def test_a_reading_of_a_stream_holds_all_but_the_rows():
    stream, table, lines = streamed(f"{TEXT}A1,x\n".encode(), profile="general", block=500)
    empty = table.slice(0, 0)
    reading = build_reading(stream, empty, empty, lines[:0])
    assert reading.notices == read_list(f"{TEXT}A1,x\n".encode(), profile="general").notices
    assert [s.line for s in reading.set_aside] == [502]


def test_a_model_gets_every_column_it_was_taught_also_where_the_list_lacks_it():
    schema = read_profile("product").schema
    text = b"user_id,total_events,total_sessions\nu1,5,2\nu2,7,3\n"
    reading = read_list(text, schema=schema)
    names = [c.name for c in schema.features]
    assert [n for n in reading.table.column_names if n in names] == names
    assert reading.table["last_active"].type == pa.date32()
    assert reading.table["last_active"].null_count == 2
    assert "6 columns are not in the list" in reading.notices[0].text


def people(rows, left, outcome="churn"):
    return f"id,fee,{outcome}\n" + "".join(f"A{i},{i}.5,{'yes' if i < left else 'no'}\n" for i in range(rows))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (people(CUSTOMERS - 1, 40), f"The list has {CUSTOMERS - 1} customers, 40 of whom left; at least {CUSTOMERS}"),
        (people(200, LEAVERS - 1), f"The list has 200 customers, {LEAVERS - 1} of whom left; at least"),
        (people(200, 40, "notes"), "No column says who left."),
    ],
)
def test_too_little_to_learn_from_is_refused_for_training_only(text, sentence):
    assert read_list(text.encode(), profile="general", purpose="check").rows > 0
    with pytest.raises(ListRefused) as caught:
        read_list(text.encode(), profile="general", purpose="train")
    assert caught.value.message.startswith(sentence)


def test_enough_to_learn_from_is_read():
    assert read_list(people(CUSTOMERS, LEAVERS).encode(), profile="general", purpose="train").rows == CUSTOMERS


def test_a_wrong_word_is_refused_before_the_list_is_opened():
    with pytest.raises(RequestRefused, match="'never' is no choice for duplicates"):
        read_list(b"", duplicates="never")
    with pytest.raises(RequestRefused, match="There is no role 'colour'"):
        ReadRequest(roles={"colour": "red"})
