"""Pages of a list, as every list of the interface takes them."""

from typing import Annotated

from fastapi import Depends, Query

from hub.workflows.paging import LARGEST_PAGE, USUAL_PAGE, Paging


async def _paging(
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = USUAL_PAGE,
    sort: Annotated[str, Query(max_length=30)] = "",
    *,
    descending: bool = False,
) -> Paging:
    return Paging(page, size, sort, descending)


PagingDep = Annotated[Paging, Depends(_paging)]
"""Which page (from 1), how many a page, in which order."""
