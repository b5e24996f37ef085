"""The template shows the headings a list should have, and reads back without a question."""

import pytest

from churn.intake.meaning import template_csv
from churn.intake.reader import read_list
from churn.profiles import read_profile
from churn.schema import Column, Schema


def test_the_template_is_a_header_and_one_row():
    schema = Schema(
        (
            Column("id", "text", "key"),
            Column("plan", "category", levels=("Basic", "Pro")),
            Column("tenure", low=0, high=240),
            Column("active", "flag"),
            Column("note, old", "text", "ignored"),
        )
    )
    assert template_csv(schema) == "id,plan,tenure,active\nC-0001,Basic,12,Yes\n"


@pytest.mark.parametrize("name", ["telco", "bank", "product"])
def test_the_template_of_a_business_reads_as_that_business(name):
    schema = read_profile(name).schema
    reading = read_list(template_csv(schema).encode(), schema=schema)
    assert (reading.rows, reading.matches, reading.schema.names) == (1, reading.matches, schema.names)
    assert all(m.how == "exact" for m in reading.matches)
