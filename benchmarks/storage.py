"""Problems kept in files between processes; quick to load, and only for files this very command made."""

import copyreg
import pickle
from pathlib import Path
from types import MappingProxyType
from typing import Any

from matching.problem import Problem


def _read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


def _reduced(mapping: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return _read_only, (dict(mapping),)


copyreg.pickle(MappingProxyType, _reduced)


def keep(problem: Problem, path: Path) -> None:
    """Write ``problem`` to ``path``."""
    path.write_bytes(pickle.dumps(problem))


def kept(path: Path) -> Problem:
    """Return the problem that ``keep`` wrote to ``path``."""
    problem: Problem = pickle.loads(path.read_bytes())  # noqa: S301  (written by ``keep`` a moment ago)
    return problem
