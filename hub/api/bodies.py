"""Bodies of requests, read as strictly as files: every fault at its place, in both languages."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from hub.errors import Invalid
from matching.faults import Fault, ProblemError
from matching.parsing import parse_json, refused_text
from matching.places import Path, pointer
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
        if b"\\u0000" in content and (found := list(_nul_faults(tree, ()))):
            raise Invalid(found)
        try:
            return adapter.validate_json(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["type"] == "json_invalid":  # what Python's parser lets pass, such as half a surrogate
                raise Invalid([refused_text(tree, first["ctx"]["error"])]) from None
            raise Invalid(type_faults(error, tree, kind)) from None

    return read


def _nul_faults(node: Any, place: Path) -> Iterator[Fault]:
    """Yield a fault for each text that holds a NUL character, which no database takes: an id, a code, a title."""
    if isinstance(node, str) and "\0" in node:
        yield Fault(pointer(place), "NUL文字を取り除いてください", "take out the NUL character")
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _nul_faults(value, (*place, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _nul_faults(value, (*place, position))


def described(kind: type[Any]) -> dict[str, Any]:
    """Return what the interface's own description says of a body read by ``body_of``."""
    schema = TypeAdapter(kind).json_schema()
    whole = _inlined(schema, schema.get("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def _inlined(node: Any, known: dict[str, Any]) -> Any:
    """Return a schema with what it refers to in its place: references would lead to the description's own root."""
    if isinstance(node, list):
        return [_inlined(item, known) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(known[node["$ref"].removeprefix("#/$defs/")], known)
    return {key: _inlined(value, known) for key, value in node.items() if key != "$defs"}
