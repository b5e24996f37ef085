"""Payments: how a subscription stands on the date, counted by hand, whatever the order of the rows."""

from datetime import date

from churn.features.build import summarise
from churn.features.recipe import parse_recipe

COLUMNS = {
    "key": "who", "time": "paid_on", "expires": "until", "plan_days": "days", "price": "price", "paid": "paid",
    "method": "how", "auto_renew": "auto", "cancel": "cancel",
}  # fmt: skip
WORDS = {
    "title": "T",
    "rule": "expiry",
    "windows": [7, 60],
    "tables": {"pay": {"shape": "payments", "columns": COLUMNS}},
}
HEAD = "who,paid_on,until,days,price,paid,how,auto,cancel"
ROWS = [
    "a,20200101,20200131,30,10,5,card,1,0",
    "a,20200131,20200301,30,10,10,card,1,0",
    "a,20200305,20200305,30,10,10,card,1,1",
    "a,20200305,20200603,90,27,27,bank,0,0",
    "b,20200110,20200410,90,27,0,card,no,0",
    "z,20200520,20200620,30,10,10,card,1,0",
]
SHOWN = (
    "days_to_expiry auto_renewing cancelled plan_length plan_price last_paid last_discount payment_method payment_days "
    "member_days renewals times_cancelled cancelled_lately auto_renew_share late_renewals renewal_lateness "
    "plan_changes method_changes paid_total discount_share free_periods monthly_value"
)


def rows_of(folder, rows):
    (folder / "pay.csv").write_text("\n".join([HEAD, *rows]))
    done = summarise({"pay": folder / "pay.csv"}, parse_recipe(WORDS), as_of=date(2020, 3, 20))
    return {r["customer"]: tuple(r[n] for n in SHOWN.split()) for r in done.table.to_pylist()}


def test_a_members_standing_is_what_one_counts_by_hand(tmp_path):
    assert rows_of(tmp_path, ROWS) == {
        "a": (75, False, False, 90, 27, 27, 0, "bank", 15, 79, 2, 1, 1, 0.75, 0, 0, 1, 1, 42, 5 / 47, 0, 9),
        "b": (21, False, False, 90, 27, 0, 1, "card", 70, 70, 0, 0, 0, 0, 0, None, 0, 0, 0, 1, 1, 0),
    }


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    assert (
        rows_of(tmp_path, ROWS[::-1])
        == rows_of(tmp_path, sorted(ROWS, key=lambda r: r[::-1]))
        == rows_of(tmp_path, ROWS)
    )


def test_columns_the_files_lack_make_no_features(tmp_path):
    (tmp_path / "pay.csv").write_text("who,paid_on,until\na,20200101,20200131\n")
    done = summarise({"pay": tmp_path / "pay.csv"}, parse_recipe(WORDS), as_of=date(2020, 1, 2))
    assert done.table.to_pylist() == [
        {
            "customer": "a", "as_of": date(2020, 1, 2), "days_to_expiry": 29.0, "payment_days": 1.0, "member_days": 1.0,
            "renewals": 0.0, "late_renewals": 0.0, "renewal_lateness": None,
        }
    ]  # fmt: skip
