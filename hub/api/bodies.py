"""Bodies of requests, read as strictly as files: every fault at its place, in both languages."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from hub.errors import Invalid
from matching.faults import ProblemError
from matching.parsing import parse_json
from matching.type_faults import type_faults

T = TypeVar("T")


def body_of(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """Return a dependency that reads the body as JSON of the dataclass ``kind``. It raises Invalid with every fault."""
    adapter = TypeAdapter(kind)

    async def read(request: Request) -> T:
        try:
            content, tree = parse_json(await request.body())
        except ProblemError as error:
            raise Invalid(error.faults) from None
        try:
            return adapter.validate_json(content)
        except ValidationError as error:
            raise Invalid(type_faults(error, tree, kind)) from None

    return read
