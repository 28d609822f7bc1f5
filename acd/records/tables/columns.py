"""What the tables are made of: their one `metadata`, and the columns that many have."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    MetaData,
    String,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str = "id", *, primary_key: bool = True) -> Column[str]:
    """An id of the product's own, or the hash of a secret."""
    return Column(name, String(80), primary_key=primary_key, nullable=False)


def ms(name: str, *, nullable: bool = False) -> Column[int]:
    """A time or a duration, in milliseconds."""
    return Column(name, BigInteger, nullable=nullable)


def reference(name: str, target: str, *, primary_key: bool = False) -> Column[str]:
    """The id of a row elsewhere, with which this one goes."""
    return Column(
        name,
        String(80),
        ForeignKey(target, ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def yes_or_no(name: str, *, default: bool) -> Column[bool]:
    """A flag."""
    return Column(
        name, Boolean, nullable=False, server_default=text("true" if default else "false")
    )


def owned() -> tuple[Column[bool], Column[bool]]:
    """Whether a row of the directory is in use, and whether config.toml owns it."""
    return yes_or_no("active", default=True), yes_or_no("provisioned", default=False)
