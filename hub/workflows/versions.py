"""Lost updates: who saw an older version than the stored one is shown both, field by field, and nothing is changed."""

from dataclasses import asdict, fields, is_dataclass
from typing import Any

from hub.errors import ChangedMeanwhile


def refuse_lost_update(stored: Any, told: Any, version: int, seen: int | None) -> None:
    """Raise ChangedMeanwhile, with the fields that differ, when ``seen`` is not the ``version`` that is stored.

    ``stored`` and ``told``: two drafts of one kind. ``seen`` None: whoever tells has not looked, or does not care.
    """
    if seen is not None and seen != version:
        before, after = differing(stored, told)
        raise ChangedMeanwhile(before, after, version)


def differing(stored: Any, told: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of two drafts of one kind whose values differ, as each has them."""
    names = [one.name for one in fields(stored) if getattr(stored, one.name) != getattr(told, one.name)]
    before, after = ({name: _plain(getattr(draft, name)) for name in names} for draft in (stored, told))
    return before, after


def _plain(value: Any) -> Any:
    """Return a field with its parts as they are told, by their names."""
    if isinstance(value, tuple):
        return tuple(_plain(part) for part in value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
