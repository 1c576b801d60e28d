"""Faults as JSON: ``{"error": {"code", "message", "message_en" …}}`` in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hub.errors import (
    Busy,
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    SecondFactorNeeded,
    SignInNeeded,
    TooOften,
    Unseen,
)
from matching.faults import Fault
from matching.places import pointer

STATUS_OF: dict[type[HubError], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    Forbidden: (403, "forbidden"),
    Unseen: (404, "not_found"),
    SignInNeeded: (401, "sign_in_needed"),
    SecondFactorNeeded: (401, "second_factor_needed"),
    TooOften: (429, "too_often"),
    Conflict: (409, "conflict"),
    ChangedMeanwhile: (409, "changed_meanwhile"),
    Invalid: (422, "invalid"),
    Busy: (503, "busy"),
}
WORDS = {
    400: ("要求を読み取れません。", "The request cannot be read."),
    403: ("この操作はできません。", "This is not allowed."),
    404: ("このアドレスには何もありません。", "There is nothing at this address."),
    405: ("このアドレスではこの操作はできません。", "This address does not take this method."),
    413: ("本文が大きすぎます。", "The body is too large."),
    415: (
        "本文の形式が違います。JSON、またはファイルの形式で送ってください。",
        "Send the body as this address takes it.",
    ),
    422: ("入力に誤りがあります。", "The input has faults."),
    500: (
        "処理できませんでした。記録は変わっていません。続くときは番号を管理者に伝えてください。",
        "This failed and changed nothing. If it happens again, tell the administrator the number.",
    ),
}
KEPT_NOWHERE = {"Cache-Control": "no-store"}
"""No copy is kept: answers hold what people told of themselves."""
OTHER = ("処理できませんでした。", "This could not be done.")


WANTED = {
    "int_parsing": ("整数", "a whole number"),
    "bool_parsing": ("true か false", "true or false"),
    "greater_than_equal": ("{ge} 以上の数", "a number of at least {ge}"),
    "less_than_equal": ("{le} 以下の数", "a number of at most {le}"),
    "string_too_long": ("{max_length} 文字以内の文字列", "at most {max_length} characters"),
    "string_pattern_mismatch": ("形 {pattern} に合う文字列", "text of the form {pattern}"),
    "literal_error": ("{expected} のいずれか", "one of {expected}"),
}
"""What a part of an address should have been, by pydantic's name of the fault."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Picks the language of an answer: English for who prefers it, Japanese otherwise."""

    english: bool

    def pick(self, ja: str, en: str) -> str:
        """Return one of two texts."""
        return en if self.english else ja


def speech(request: Request) -> Speech:
    """Return the language the request asks for by Accept-Language."""
    first = request.headers.get("accept-language", "").split(",")[0].strip().casefold()
    return Speech(first.startswith("en"))


def answer(
    request: Request,
    status: int,
    code: str,
    words: tuple[str, str],
    *,
    faults: Sequence[Fault] = (),
    reference: str | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> JSONResponse:
    """Return an error as JSON; ``more``: what else this kind of error says."""
    said = speech(request)
    error: dict[str, Any] = {"code": code, "message": said.pick(*words)}
    if faults:
        error["faults"] = [{"place": fault.place, "message": said.pick(fault.ja, fault.en)} for fault in faults]
    if reference:
        error["reference"] = reference
    error |= more
    return JSONResponse({"error": error}, status_code=status, headers={"Vary": "Accept-Language", **KEPT_NOWHERE})


def hub_fault(request: Request, fault: HubError) -> JSONResponse:
    """Return a domain error as JSON."""
    status, code = STATUS_OF[type(fault)]
    if isinstance(fault, Invalid):
        return answer(request, status, code, WORDS[422], faults=fault.faults)
    both = {}
    if isinstance(fault, ChangedMeanwhile) and fault.version is not None:
        both = {"stored": fault.stored, "told": fault.told, "version": fault.version}
    said = answer(request, status, code, (fault.ja, fault.en), more=both)
    if isinstance(fault, SignInNeeded):
        said.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(fault, Busy | TooOften):
        said.headers["Retry-After"] = str(fault.seconds)
    return said


async def http_fault(request: Request, fault: HTTPException) -> JSONResponse:
    """Return an HTTP error as JSON."""
    return plain_fault(request, fault.status_code)


def plain_fault(request: Request, status: int, reference: str | None = None) -> JSONResponse:
    """Return an error that has nothing to say but its status."""
    return answer(request, status, f"http_{status}", WORDS.get(status, OTHER), reference=reference)


async def invalid_request(request: Request, fault: RequestValidationError) -> JSONResponse:
    """Return what is wrong with the parts of a request, each with its place (``/query/page``, ``/body/title``)."""
    return answer(request, 422, "invalid", WORDS[422], faults=[_fault(details) for details in fault.errors()])


def _fault(details: Any) -> Fault:
    context = {name: str(value) for name, value in details.get("ctx", {}).items()}
    ja, en = WANTED.get(details["type"], ("正しい値", "a valid value"))
    return Fault(pointer(details["loc"]), f"{ja.format(**context)}を書いてください", f"write {en.format(**context)}")
