"""Organizations (団体): municipalities, prefectures and the bodies they recommend."""

from typing import get_args

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from hub.models.base import CODE_LENGTH, TERM_LENGTH, Edited, between, money, not_empty, one_of
from matching.problem import OrganizationKind

KINDS: tuple[str, ...] = get_args(OrganizationKind)


class Organization(Edited, table=True):
    """A 団体 by its 団体コード with check digit. ``budget``: gross yen over a plan's months, None: no limit."""

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint(f"length(code) = {CODE_LENGTH}", name="code_length"),
        one_of("kind", KINDS),
        not_empty("name"),
        between("latitude", -90, 90),
        between("longitude", -180, 180),
        money("budget"),
    )

    code: str = Field(primary_key=True, max_length=CODE_LENGTH)
    kind: str = Field(max_length=TERM_LENGTH)
    prefecture_code: str = Field(max_length=2, index=True)
    prefecture: str = Field(max_length=TERM_LENGTH)
    name: str = Field(max_length=TERM_LENGTH)
    kana: str = Field(max_length=TERM_LENGTH)
    name_en: str = Field(max_length=TERM_LENGTH)
    area: str = Field(max_length=TERM_LENGTH)
    latitude: float | None = None
    longitude: float | None = None
    budget: int | None = Field(default=None, sa_type=BigInteger)
    search_key: str = Field(default="")
