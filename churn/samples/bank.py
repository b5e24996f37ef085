"""A bank's credit-card customers, under the column names of the well-known attrition list."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import Draw, Floats, Integers, chance, rounded, serial, whole, words

EDUCATION = ("Graduate", "High School", "Unknown", "Uneducated", "College", "Post-Graduate", "Doctorate")
MARITAL = ("Married", "Single", "Unknown", "Divorced")
INCOME = ("Less than $40K", "$40K - $60K", "$60K - $80K", "$80K - $120K", "$120K +", "Unknown")
CARDS = ("Blue", "Silver", "Gold", "Platinum")
Traits = dict[str, np.ndarray]


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of card holders with a year of use, and whether they closed the account."""
    t = person(draw)
    t |= card(draw, t)
    t |= usage(draw, t)
    probability = chance(leaving(t))
    left = draw.happens(probability)
    key = pa.array(serial(place, seed, first=708_000_000, span=120_000_000))
    flag = words(left, ("Existing Customer", "Attrited Customer"))
    columns = {"CLIENTNUM": key, "Attrition_Flag": flag} | _columns(t)
    return SampleBlock(key, {"customers": pa.table(columns)}, pa.table({"CLIENTNUM": key, "probability": probability}))


BANK = SampleBusiness("bank", unit, rows=10_127, key="CLIENTNUM", outcome="Attrition_Flag", left="Attrited Customer")


def person(draw: Draw) -> Traits:
    """Age, family, education and income; `warmth` towards the bank shows in no column of its own."""
    woman = draw.happens(np.full(draw.size, 0.529))
    age = np.clip(np.round(46.3 + 8.0 * draw.normal()), 26, 73)
    earning = rounded(draw.normal() - 1.0 * woman)
    known = ~draw.happens(np.full(draw.size, 0.11))
    band = np.searchsorted([-0.9, -0.1, 0.45, 1.25], earning)
    return {
        "woman": woman,
        "age": age,
        "dependents": np.clip(np.round(2.35 + 1.25 * draw.normal()), 0, 5),
        "education": draw.level([0.309, 0.199, 0.15, 0.147, 0.1, 0.051, 0.044]),
        "marital": draw.level([0.463, 0.389, 0.074, 0.074]),
        "income": np.where(known, band, 5),
        "earning": earning,
        "warmth": draw.normal(),
        "months": _months(draw, age),
    }


def _months(draw: Draw, age: Floats) -> Floats:
    usual = np.clip(np.round(36 + 0.78 * (age - 46.3) + 4.2 * draw.normal()), 13, 56)
    return np.where(draw.happens(np.full(draw.size, 0.24)), 36, usual)


def card(draw: Draw, t: Traits) -> Traits:
    """The card, its limit, and the balance carried over."""
    kind = draw.level([0.932, 0.055, 0.011, 0.002])
    limit = np.exp(rounded(8.55 + 0.62 * t["earning"] + 0.55 * draw.normal() + 0.3 + 1.15 * (kind > 0)))
    limit = rounded(np.clip(limit, 1438.3, 34516.0), 1)
    idle = draw.happens(chance(-1.15 - 0.75 * t["warmth"]))
    balance = np.clip(np.round(1430 + 330 * t["warmth"] + 480 * draw.normal()), 0, 2517)
    balance = np.where(idle, 0, np.minimum(balance, np.floor(limit - 3)))
    return {"card": kind, "limit": limit, "balance": balance}


def usage(draw: Draw, t: Traits) -> Traits:
    """A year with the card: how often, how much, how it changed, and how the bank was dealt with."""
    steady = draw.happens(chance(0.85 + 0.9 * t["warmth"]))
    heavy = steady & draw.happens(np.full(draw.size, 0.12))
    times = np.where(heavy, 104, np.where(steady, 73, 45)) + np.where(heavy, 11, 10.5) * draw.normal()
    times = np.clip(np.round(times), 10, 139)
    each = np.exp(rounded(np.where(heavy, 4.90, 4.02) + 0.004 * (times - 65) + 0.17 * draw.normal()))
    calm = rounded(0.73 + 0.055 * t["warmth"])
    return {
        "times": times,
        "amount": np.clip(np.round(times * rounded(each)), 510, 18484),
        "amount_change": rounded(np.clip(calm + 0.03 + 0.19 * draw.normal(), 0.0, 3.4), 3),
        "times_change": rounded(np.clip(calm - 0.02 + 0.04 * steady + 0.19 * draw.normal(), 0.0, 3.7), 3),
        "products": np.clip(np.round(3.9 + 0.45 * t["warmth"] - 0.9 * heavy + 1.45 * draw.normal()), 1, 6),
        "inactive": np.clip(np.round(2.35 - 0.25 * t["warmth"] + 0.95 * draw.normal()), 0, 6),
        "contacts": np.clip(np.round(2.45 - 0.3 * t["warmth"] + 1.05 * draw.normal()), 0, 6),
    }


def leaving(t: Traits) -> Floats:
    """The log-odds that the account is closed. Few payments weigh more when a balance no longer ties the customer."""
    free = t["balance"] == 0
    fading = np.maximum(0.0, 0.75 - t["times_change"])
    quiet = np.clip((58 - t["times"]) / 10.0, -2.5, 2.5)
    drifting = np.clip((t["amount"] / np.maximum(t["times"], 1) - 55) / 20.0, -1.0, 2.0)
    return rounded(
        -4.22
        + 1.35 * quiet
        + 1.30 * free
        + 0.70 * (free & (quiet > 0))
        + 4.2 * fading * (1 + 0.6 * (quiet > 0))
        + 0.75 * (t["contacts"] - 2.4)
        + 0.60 * np.minimum(t["inactive"] - 2.3, 2.0)
        - 0.55 * (t["products"] - 3.8)
        + 0.80 * drifting * (t["products"] <= 3)
        + 0.35 * (t["woman"] & (t["income"] < 2))
        + 0.25 * (t["dependents"] >= 3)
        + 0.9 * ((t["balance"] >= 2300) & (quiet > 0))
    )


def _columns(t: Traits) -> dict[str, pa.Array]:
    return {
        "Customer_Age": whole(t["age"]),
        "Gender": words(t["woman"], ("M", "F")),
        "Dependent_count": whole(t["dependents"]),
        "Education_Level": words(t["education"], EDUCATION),
        "Marital_Status": words(t["marital"], MARITAL),
        "Income_Category": words(t["income"], INCOME),
        "Card_Category": words(t["card"], CARDS),
        "Months_on_book": whole(t["months"]),
        "Total_Relationship_Count": whole(t["products"]),
        "Months_Inactive_12_mon": whole(t["inactive"]),
        "Contacts_Count_12_mon": whole(t["contacts"]),
        "Credit_Limit": pa.array(t["limit"]),
        "Total_Revolving_Bal": whole(t["balance"]),
        "Avg_Open_To_Buy": pa.array(rounded(t["limit"] - t["balance"], 1)),
        "Total_Amt_Chng_Q4_Q1": pa.array(t["amount_change"]),
        "Total_Trans_Amt": whole(t["amount"]),
        "Total_Trans_Ct": whole(t["times"]),
        "Total_Ct_Chng_Q4_Q1": pa.array(t["times_change"]),
        "Avg_Utilization_Ratio": pa.array(rounded(t["balance"] / t["limit"], 3)),
    }
