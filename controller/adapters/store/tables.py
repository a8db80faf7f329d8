"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, LargeBinary, MetaData, String, Table, Text, false

metadata = MetaData()

devices = Table(
    "devices",
    metadata,
    Column("device_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("named", Boolean, nullable=False, server_default=false()),
)

kept = Table(
    "kept",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

watched = Table(
    "watched",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("film", String(64), primary_key=True),
    Column("media_id", Text, nullable=False),
    Column("duration", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("left_at", Float),
    Column("watched", Boolean, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("film", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("examiner", String(64), nullable=False),
    Column("used", Float, nullable=False, index=True),
    Column("packed", LargeBinary, nullable=False),
)
