"""The metadata of all tables, and the kinds of columns they are made of.

Ids are text made outside, instants are milliseconds since the epoch (`Instant`), nothing has a server-side default:
time and randomness enter as arguments.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, MetaData, String, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


def id_(name: str = "id") -> Column[str]:
    return Column(name, String(64), primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False, ondelete: str = "CASCADE") -> Column[str]:
    return Column(name, String(64), ForeignKey(target, ondelete=ondelete), nullable=nullable, index=True)


def at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def word(name: str, *, nullable: bool = False) -> Column[str]:
    """A value of a closed list, or another short word of ours."""
    return Column(name, String(64), nullable=nullable)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)
