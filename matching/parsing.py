"""JSON text read with suspicion: UTF-8 only, no key twice in an object, no NaN, no unbounded depth."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from matching.faults import Fault, ProblemError, quote
from matching.places import Path, pointer

_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


class _Unreadable:
    """Stands in the tree where the file has a number that JSON or this library does not know."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Watch:
    """Collects, while json parses, what it would let pass."""

    def __init__(self) -> None:
        self.repeated: dict[int, tuple[dict[str, Any], list[str]]] = {}
        self.unreadable = False

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            self.repeated[id(made)] = (made, [key for key, count in counts.items() if count > 1])
        return made

    def constant(self, text: str) -> _Unreadable:
        self.unreadable = True
        return _Unreadable(text)

    def integer(self, text: str) -> int | _Unreadable:
        try:
            return int(text)
        except ValueError:  # more digits than Python converts
            return self.constant(text)


def parse_json(text: bytes | str) -> tuple[bytes, Any]:
    """Return the file as UTF-8 bytes without byte order mark, and as parsed.

    Raises:
        ProblemError: it is not UTF-8, not JSON, nested too deeply, or has NaN or a key twice; with every place.
    """
    content = _decode(text)
    watch = _Watch()
    try:
        tree = json.loads(content, object_pairs_hook=watch.pairs, parse_constant=watch.constant)
    except json.JSONDecodeError as error:
        raise ProblemError([_not_json(content, error)]) from error
    except RecursionError as error:
        raise ProblemError([too_deep()]) from error
    except ValueError:
        tree = json.loads(content, parse_int=watch.integer, parse_constant=watch.constant)
    faults = list(_watched_faults(tree, watch)) if watch.repeated or watch.unreadable else []
    if faults:
        raise ProblemError(faults)
    try:
        return content.encode(), tree
    except UnicodeEncodeError as error:
        raise ProblemError([_not_utf8()]) from error


def too_deep() -> Fault:
    """Return the fault of a file with more levels of arrays and objects than any problem has."""
    return Fault(
        "",
        "配列やオブジェクトの入れ子が深すぎます。形式どおりのファイルか確かめてください",
        "arrays and objects are nested too deeply: check that this is the right file",
    )


def refused_text(tree: Any, reason: str) -> Fault:
    """Return the fault of a file that Python's parser accepts and the strict one does not, for ``reason``."""
    if "recursion" in reason:
        return too_deep()
    for path, value in _walk(tree):
        if isinstance(value, str) and _SURROGATE.search(value):
            return Fault(
                pointer(path),
                "文字列に対になっていないサロゲート(\\ud800 など)があります。正しい文字に直してください",
                "the string has a surrogate without its other half (like \\ud800): write the character itself",
            )
    return Fault("", f"JSON として読めません({quote(reason)})", f"not valid JSON ({quote(reason)}): mend it there")


def _decode(text: bytes | str) -> str:
    if isinstance(text, str):
        return text.removeprefix(_BYTE_ORDER_MARK)
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError([_not_utf8(error.start)]) from error


def _not_utf8(position: int | None = None) -> Fault:
    ja, en = ("", "") if position is None else (f"({position} バイト目)", f" (byte {position})")
    return Fault(
        "",
        f"UTF-8 の文字として読めません{ja}。文字コードを UTF-8 にして保存し直してください",
        f"not UTF-8{en}: save the file with the encoding UTF-8",
    )


def _not_json(content: str, error: json.JSONDecodeError) -> Fault:
    if not content.strip():
        return Fault("", "ファイルが空です。JSON を書いてください", "the file is empty: write JSON")
    found = quote(content[error.pos : error.pos + 20].partition("\n")[0])
    ja, en = (f"「{found}」", f"“{found}”") if found else ("行末", "the end of the line")
    if error.pos >= len(content):
        ja, en = "ファイルの終わり", "the end of the file"
    return Fault(
        "",
        f"JSON として読めません。{error.lineno} 行 {error.colno} 文字目の{ja}の前を直してください",
        f"not JSON ({error.msg}): mend line {error.lineno}, column {error.colno}, before {en}",
    )


def _watched_faults(tree: Any, watch: _Watch) -> Iterator[Fault]:
    for path, value in _walk(tree):
        if isinstance(value, _Unreadable):
            shown = quote(value.text)
            yield Fault(
                pointer(path),
                f"「{shown}」は使えない数です。有限の数か null を書いてください",
                f"“{shown}” is not a number this file may have: write a finite number or null",
            )
        for key in watch.repeated.get(id(value), (value, []))[1]:
            yield Fault(
                pointer((*path, key)),
                f"項目「{quote(key)}」が同じオブジェクトに二度あります。一つにしてください",
                f"“{quote(key)}” stands twice in the same object: keep one",
            )


def _walk(tree: Any) -> Iterator[tuple[Path, Any]]:
    """Yield every value with its path, in file order; with a stack of its own, so depth does not matter."""
    stack: list[tuple[Path, Any]] = [((), tree)]
    while stack:
        path, value = stack.pop()
        yield path, value
        if isinstance(value, dict):
            stack.extend(((*path, key), child) for key, child in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend(((*path, index), child) for index, child in reversed(list(enumerate(value))))
