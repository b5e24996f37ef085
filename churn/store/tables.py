"""The database's tables, all in one list, so that nothing that names a customer is overlooked.

A `business` is the name of its model: what one has learnt, sent or rested never counts for another.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
STEPS_DONE = sa.Table("steps_done", METADATA, sa.Column("step", sa.Integer, primary_key=True))

MAPPINGS = sa.Table(
    "mappings",
    METADATA,
    sa.Column("layout", sa.String(64), primary_key=True),
    sa.Column("theirs", sa.String(255), primary_key=True),
    sa.Column("ours", sa.String(255), nullable=False),
    sa.Column("confirmed", sa.String(32), nullable=False),
)

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    *(sa.Column(name, sa.String(64), nullable=False) for name in ("made", "profile", "model", "version", "list")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "keyed", "asked", "playbook", "summary")),
    sa.Column("seed", sa.BigInteger, nullable=False),
)

MEMBERS = sa.Table(
    "members",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("arm", "planned_action", "action", "channel", "tier")),
    *(sa.Column(name, sa.Double) for name in ("cost", "probability", "expected_gain", "worth")),
    *(sa.Column(name, sa.Double) for name in ("gain_low", "gain_mid", "gain_high")),
    sa.Column("traits", sa.Text, nullable=False),
    sa.Column("in_draw", sa.Integer),  # 0: added after the draw, so no part of a comparison
    sa.Index("members_by_key", "key"),
)

OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Integer) for name in ("outcome", "contacted", "accepted")),
    sa.Column("came", sa.String(32), nullable=False),
)

MEASURED = sa.Table(
    "measured",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("first", sa.String(32), nullable=False),
    sa.Column("latest", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("list", "lift", "learnt")),
)

CONTACTS = sa.Table(
    "contacts",
    METADATA,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("business", "list", "action", "channel")),
    sa.Column("date", sa.String(10), nullable=False),
)

PLAYBOOKS = sa.Table(
    "playbooks",
    METADATA,
    sa.Column("business", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("made", "how", "why", "playbook")),
)

LISTS = sa.Table(
    "lists",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("scored", "source", "tiers")),
    sa.Column("rows", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("leavers", "value_at_risk")),
    sa.Column("worth_basis", sa.Text),  # what the worth was made of; nothing where tiers and worth were others
)

LAST_SEEN = sa.Table(
    "last_seen",
    METADATA,
    sa.Column("model", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("version", "scored", "list", "tier", "features")),
    sa.Column("probability", sa.Double, nullable=False),
    sa.Index("last_seen_by_key", "key"),
)

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("message", sa.String(64), primary_key=True),
    *(sa.Column(name, sa.String(32), nullable=False) for name in ("state", "sender", "moment")),
)

LEFT_ALONE = sa.Table(
    "left_alone",
    METADATA,
    sa.Column("business", sa.String(64), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("since", sa.String(32), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Index("left_alone_by_key", "key"),
)

KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    *(sa.Column(name, sa.String(64), nullable=False) for name in ("name", "scope", "hash", "made")),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("revoked", sa.String(32), nullable=False),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "role", "by", "act", "what")),
    sa.Index("audit_by_time", "at"),
)

SWEPT = sa.Table("swept", METADATA, sa.Column("turn", sa.String(32), primary_key=True))

WATCHED = sa.Table(
    "watched",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    sa.Column("at", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "verdict", "why", "challenger")),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("signs", "scores", "gauges", "report", "shadow", "realised")
    ),
    sa.Column("customers", sa.BigInteger, nullable=False),
)

WATCHED_CUSTOMERS = sa.Table(
    "watched_customers",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("probability", sa.Double, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("challenger", "if_leaves", "if_stays")),
    *(sa.Column(name, sa.Integer) for name in ("served", "outcome")),
    sa.Index("watched_customers_by_key", "key"),
)

BUSINESSES = sa.Table(
    "businesses",
    METADATA,
    sa.Column("business", sa.String(64), primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "currency", "profile", "labels")),
    sa.Column("keeps_lists", sa.Integer, nullable=False),
    sa.Column("made", sa.String(32), nullable=False),
)

KEPT_LISTS = sa.Table(
    "kept_lists",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("business", "list")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "options")),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("day_from", sa.String(16), nullable=False),
    sa.Column("brought", sa.String(32), nullable=False),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("customers", "size")),
    sa.Column("made_up", sa.Integer, nullable=False),
)

SEGMENTS = sa.Table(
    "segments",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("business", "segment")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "filter")),
    sa.Column("made", sa.String(32), nullable=False),
)
