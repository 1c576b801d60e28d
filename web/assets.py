"""Static files: where they are, how pages name them, and whether the vendored ones are in place."""

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from web.vendor import VENDOR, read_manifest

STATIC = Path(__file__).parent / "static"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as a page names it: an address that changes with its content, and its integrity where vendored."""

    url: str
    integrity: str | None = None


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name. ``complete`` False: the vendored files are missing, pages say so and work without them."""

    own: dict[str, Asset]
    vendored: dict[str, Asset]

    @property
    def complete(self) -> bool:
        """Whether the vendored files are in place."""
        return bool(self.vendored)

    def get(self, name: str) -> Asset | None:
        """Return the asset called ``name`` (``vendor/…`` for vendored ones), or None while it is missing."""
        return self.own.get(name) or self.vendored.get(name)


@cache
def assets() -> Assets:
    """Read the static folder once. Logs what to run when the vendored files are missing."""
    own = {
        path.name: Asset(f"/static/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}")
        for path in sorted(STATIC.iterdir())
        if path.is_file()
    }
    return Assets(own, read_vendored(VENDOR))


def read_vendored(vendor: Path) -> dict[str, Asset]:
    """Return the vendored assets by name as ``vendor/…``; none when they were never installed."""
    manifest = read_manifest(vendor)
    if manifest is None:
        logger.warning(
            "画面の部品がありません。python -m web.vendor を実行してください / run python -m web.vendor first"
        )
        return {}
    return {
        f"vendor/{name}": Asset(f"/static/vendor/{name}?v={value[7:19].replace('+', '-').replace('/', '_')}", value)
        for name, value in manifest.integrity.items()
    }
