"""Take the pictures of docs/screens: ``python -m tests.e2e.screenshots``, from the folder of the project.

The site is seeded and planned anew, so that the pictures show what the code does now.
"""

import sys
import tempfile
from pathlib import Path

from .browsing import chromium, tab
from .site_under_test import serve

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
MOST_BYTES = 3_500_000
REASONS = 240.0
"""Seconds for reasons and alternatives: with enough time every kind of remedy is tried."""
DESK, PHONE = (1366, 768), (390, 844)

PICTURES = (
    ("plan", "plan", "ja", DESK),
    ("plan-en", "plan", "en", DESK),
    ("plan-phone", "plan", "ja", PHONE),
    ("slot-filled", "filled", "ja", (1366, 1000)),
    ("slot-filled-en", "filled", "en", DESK),
    ("slot-open", "open", "ja", (1366, 1000)),
    ("slot-open-phone", "open", "ja", PHONE),
    ("map", "map", "ja", (1366, 1000)),
    ("schedule", "schedule", "ja", (1366, 1000)),
    ("schedule-phone", "schedule", "ja", PHONE),
    ("limits", "limits", "ja", DESK),
    ("what-if", "what-if", "ja", DESK),
    ("kpi", "kpi", "ja", (1366, 1000)),
    ("coverage-en", "coverage", "en", (1366, 1000)),
    ("supply-demand", "supply-demand", "ja", (1366, 1000)),
    ("import", "import", "ja", DESK),
    ("requests", "requests", "ja", DESK),
    ("requests-en", "requests", "en", DESK),
    ("experts", "experts", "ja", DESK),
    ("experts-phone", "experts", "ja", PHONE),
)
"""Name of the picture, page, language, size of the window."""


def main() -> int:
    """Write the pictures; exit code 1 when together they weigh more than the repository should carry."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), explain_seconds=240) as site,
        chromium() as browser,
    ):
        for name, page, language, (width, height) in PICTURES:
            with tab(browser, site.url, language, width, height) as opened:
                opened.go(site.pages[page]).screenshot(path=FOLDER / f"{name}.png")
    weight = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    sys.stderr.write(f"{len(PICTURES)} pictures, {weight:,} bytes\n")
    return 0 if weight <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
