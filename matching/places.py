"""Places in a JSON file: pointers for messages, and the order in which places stand in the file."""

from typing import Any

from matching.faults import quote

Path = tuple[str | int, ...]
"""Keys and positions from the file's root down to a value."""


def pointer(path: Path) -> str:
    """Return ``path`` as a JSON pointer (RFC 6901); a key too long to show is shortened as in messages."""
    return "".join("/" + quote(str(part)).replace("~", "~0").replace("/", "~1") for part in path)


class FileOrder:
    """The order of places in one parsed file ``tree``: as a sort key, with keys that are missing after all others."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        self._positions: dict[int, dict[str, int]] = {}

    def __call__(self, path: Path) -> tuple[int, ...]:
        """Return the sort key of ``path``."""
        node, order = self._tree, []
        for part in path:
            if isinstance(node, dict):
                order.append(self._of_keys(node).get(str(part), len(node)))
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int):
                order.append(part)
                node = node[part] if part < len(node) else None
            else:
                break
        return tuple(order)

    def _of_keys(self, node: dict[str, Any]) -> dict[str, int]:
        # The tree is kept alive by this object, so an id names one dictionary only.
        known = self._positions.get(id(node))
        if known is None:
            known = self._positions[id(node)] = {key: position for position, key in enumerate(node)}
        return known
