"""A telephone and internet provider's customers, under the 21 column names everybody knows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import Draw, Flags, Floats, Integers, chance, contract_codes, rounded, words

NONE, DSL, FIBRE = 0, 1, 2
MONTHLY = 0
NO_INTERNET, NO_PHONE = "No internet service", "No phone service"
CONTRACTS = ("Month-to-month", "One year", "Two year")
PAYMENTS = ("Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)")
ADDED = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies")
Traits = dict[str, np.ndarray]


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of customers with what they have, what they pay, and whether they left."""
    t = household(draw) | services(draw)
    t |= terms(draw, t)
    t |= charges(draw, t)
    probability = chance(leaving(t))
    key = contract_codes(place, seed)
    columns = {"customerID": key} | _columns(t) | {"Churn": _yes(draw.happens(probability))}
    return SampleBlock(key, {"customers": pa.table(columns)}, pa.table({"customerID": key, "probability": probability}))


TELCO = SampleBusiness("telco", unit, rows=7043, key="customerID", outcome="Churn", left="Yes")


def household(draw: Draw) -> Traits:
    """Who lives there, and how firmly the customer is settled (`bond`, which no column shows)."""
    senior = draw.happens(np.full(draw.size, 0.162))
    partner = draw.happens(np.where(senior, 0.50, 0.48))
    dependents = draw.happens(np.where(partner, 0.54, 0.09) * np.where(senior, 0.22, 1.0))
    bond = rounded(draw.normal() + 0.35 * partner)
    tenure = np.floor(73 * chance(1.75 * bond + 0.6 * draw.normal() - 0.55))
    tenure = np.where(draw.happens(np.full(draw.size, 0.055)), 1, tenure)
    joined = draw.happens(np.full(draw.size, 0.0016))
    return {
        "male": draw.happens(np.full(draw.size, 0.505)),
        "senior": senior,
        "partner": partner,
        "dependents": dependents,
        "bond": bond,
        "tenure": np.where(joined, 0, np.clip(tenure, 1, 72)).astype(np.int64),
    }


def services(draw: Draw) -> Traits:
    """The lines a customer has, and the taste for extras (`care` for support, `play` for streaming)."""
    internet = draw.level([0.217, 0.344, 0.439])
    phone = (internet != DSL) | draw.happens(np.full(draw.size, 0.72))
    return {"internet": internet, "phone": phone, "care": draw.normal(), "play": draw.normal()}


def terms(draw: Draw, t: Traits) -> Traits:
    """Contract, bill and extras, which lean on how settled the customer is."""
    settled = 0.055 * (t["tenure"] - 32)
    two = np.exp(rounded(1.30 * settled - 0.80 - 0.5 * (t["internet"] == FIBRE) + 0.4 * t["dependents"]))
    one = np.exp(rounded(0.75 * settled - 0.70 - 0.3 * (t["internet"] == FIBRE)))
    contract = draw.level_by(np.ones(draw.size), one, two)
    online = t["internet"] != NONE
    extras = {name: online & draw.happens(chance(_appetite(name, t))) for name in ADDED}
    automatic = np.exp(rounded(0.020 * t["tenure"] - 0.70))
    electronic = np.exp(rounded(0.85 * (t["internet"] == FIBRE) + 0.35 * (contract == MONTHLY) - 0.25))
    paper = np.exp(rounded(0.95 * (t["internet"] == NONE) - 0.25))
    return extras | {
        "contract": contract,
        "several": t["phone"] & draw.happens(chance(-0.95 + 0.026 * t["tenure"] + 0.4 * (t["internet"] == FIBRE))),
        "paperless": draw.happens(chance(0.1 + 1.0 * (t["internet"] == FIBRE) - 0.8 * (t["internet"] == NONE))),
        "payment": draw.level_by(electronic, paper, automatic, automatic),
    }


def _appetite(name: str, t: Traits) -> Floats:
    """Log-odds of having an extra: support goes with a careful customer, streaming with a playful one."""
    if name.startswith("Streaming"):
        return rounded(-0.75 + 1.5 * t["play"] + 0.018 * t["tenure"] + 0.35 * (t["internet"] == FIBRE))
    dear = 0.7 * (t["internet"] == FIBRE) * (name in ("OnlineSecurity", "TechSupport"))
    return rounded(-1.35 + 0.7 * t["care"] + 0.033 * t["tenure"] - dear)


def charges(draw: Draw, t: Traits) -> Traits:
    """What a month costs, by what is had, and what was billed so far."""
    line = np.select([t["internet"] == FIBRE, t["internet"] == DSL], [50.0, 25.0], 0.0)
    extras = sum((10.0 if name.startswith("Streaming") else 5.0) * t[name] for name in ADDED)
    usual = line + 20.0 * t["phone"] + 5.0 * t["several"] + extras
    monthly = np.round(usual * 20 + np.round(10 * draw.normal())) / 20
    monthly = rounded(np.maximum(monthly, 18.25), 2)
    steady = np.where(t["tenure"] <= 1, 1.0, rounded(1 + 0.035 * draw.normal()))
    return {"monthly": monthly, "total": rounded(monthly * t["tenure"] * steady, 2)}


def leaving(t: Traits) -> Floats:
    """The log-odds that a customer leaves within the month. What matters leans on what else is true."""
    fibre, monthly = t["internet"] == FIBRE, t["contract"] == MONTHLY
    fresh = np.exp(-t["tenure"] / 9.0)
    bare = fibre & ~t["TechSupport"] & ~t["OnlineSecurity"]
    return rounded(
        -2.21
        + 0.95 * monthly
        - 1.25 * (t["contract"] == 2)
        + 1.45 * fresh * np.where(monthly, 1.0, 0.3)
        - 0.011 * t["tenure"]
        + 0.60 * fibre
        - 1.00 * (t["internet"] == NONE)
        + 0.65 * (bare & monthly)
        - 0.30 * (t["TechSupport"] & monthly)
        + 0.50 * (t["payment"] == 0)
        + 0.25 * t["paperless"]
        + 0.55 * (t["senior"] & fibre)
        - 0.30 * (t["dependents"] & ~fibre)
        + 0.008 * (t["monthly"] - 65) * monthly
        + 0.30 * (t["StreamingMovies"] & t["StreamingTV"] & fibre)
    )


def _columns(t: Traits) -> dict[str, pa.Array]:
    internet = t["internet"] != NONE
    return {
        "gender": words(t["male"], ("Female", "Male")),
        "SeniorCitizen": pa.array(t["senior"].astype(np.int64)),
        "Partner": _yes(t["partner"]),
        "Dependents": _yes(t["dependents"]),
        "tenure": pa.array(t["tenure"]),
        "PhoneService": _yes(t["phone"]),
        "MultipleLines": words(np.where(t["phone"], t["several"], 2), ("No", "Yes", NO_PHONE)),
        "InternetService": words(t["internet"], ("No", "DSL", "Fiber optic")),
        **{name: words(np.where(internet, t[name], 2), ("No", "Yes", NO_INTERNET)) for name in ADDED},
        "Contract": words(t["contract"], CONTRACTS),
        "PaperlessBilling": _yes(t["paperless"]),
        "PaymentMethod": words(t["payment"], PAYMENTS),
        "MonthlyCharges": pa.array(t["monthly"]),
        "TotalCharges": _billed(t),
    }


def _billed(t: Traits) -> pa.Array:
    """The total as text, because the well-known file has a single blank where nothing was billed yet."""
    return pc.if_else(pa.array(t["tenure"] == 0), " ", pc.cast(pa.array(t["total"]), pa.string()))


def _yes(flag: Flags) -> pa.Array:
    return words(flag, ("No", "Yes"))
