"""Addresses of the list shown, with one thing changed: the order, the page number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hub.workflows.paging import Page, Paging

# Browsers take "//host" and "/\\host" for another site, and pass over blanks and control signs before they look.
LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def local_path(told: str) -> str:
    """Return where to go back to: ``told`` when it is a path of this site, else the first page."""
    return told if LOCAL.fullmatch(told) else "/"


@dataclass(frozen=True, slots=True)
class Address:
    """A path and what its list is asked for; parameters that ask for nothing are left out of the links.

    ``order``: the column the list is sorted by, with ``-`` before it when descending.
    """

    path: str
    parameters: Mapping[str, str | None]
    order: str

    def sorted(self, column: str) -> str:
        """Return the address ordered by ``column``; descending when that is the order already."""
        return self._with(sort=f"-{column}" if self.order == column else column)

    def paged(self, page: int) -> str:
        """Return the address of another page of the same list."""
        return self._with(sort=self.order, page=str(page) if page > 1 else None)

    def _with(self, **changes: str | None) -> str:
        asked = {key: value for key, value in {**self.parameters, **changes}.items() if value}
        return self.path + ("?" + urlencode(asked) if asked else "")


def address_of(path: str, found: Page[Any], **parameters: str | None) -> Address:
    """Return the address of ``found`` with the filter's ``parameters``."""
    return Address(path, parameters, ("-" if found.descending else "") + found.sort)


def paging_of(sort: str, page: int) -> Paging:
    """Return what ``?sort=-column&page=2`` asks for; what a list does not have falls back to its own order."""
    return Paging(page=page, sort=sort.removeprefix("-"), descending=sort.startswith("-"))
