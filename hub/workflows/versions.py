"""Lost updates: who saw an older version than the stored one is shown both, field by field, and nothing is changed."""

from dataclasses import asdict
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
    before, after = asdict(stored), asdict(told)
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}
