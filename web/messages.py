"""The messages of the pages: ``python -m web.messages`` brings every catalogue in line with templates and code.

Japanese is the source language; what is new comes into each catalogue untranslated, what is no longer used leaves it.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.language import LANGUAGES, LOCALE, SOURCE

WEB = Path(__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "say": None}
NOT_OURS = {"node_modules", "static", "__pycache__"}
HEADER = "# Messages of the digital talent hub; the source language is Japanese."


def extracted() -> Catalog:
    """Return every message that templates and code show, without translations."""
    catalogue = Catalog(project="digital-talent-hub")
    for _, _, message, _, _ in extract_from_dir(
        WEB, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=lambda path: Path(path).name not in NOT_OURS
    ):
        catalogue.add(message)
    return catalogue


def catalogue_path(code: str) -> Path:
    """Return where the catalogue of language ``code`` is."""
    return LOCALE / code / "LC_MESSAGES" / "messages.po"


def read_catalogue(code: str) -> Catalog:
    """Return the committed catalogue of ``code``; an empty one when there is none yet."""
    path = catalogue_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def is_translated(message: Message) -> bool:
    """Return whether every form of ``message`` has a translation."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(forms)


def brought_in_line(code: str) -> Catalog:
    """Return the catalogue of ``code`` with exactly the extracted messages, translations kept where there are any."""
    present = read_catalogue(code)
    catalogue = Catalog(locale=code, project="digital-talent-hub", header_comment=HEADER, fuzzy=False)
    for message in extracted():
        if message.id:
            known = present.get(message.id)
            catalogue.add(message.id, known.string if known else None)
    return catalogue


def main() -> int:
    """Rewrite the catalogues; exit code 1 while a message of any has no translation, each on a line."""
    missing = 0
    for code in LANGUAGES:
        if code == SOURCE:
            continue
        catalogue = brought_in_line(code)
        with catalogue_path(code).open("wb") as file:
            write_po(file, catalogue, width=0, sort_output=True, omit_header=False, include_lineno=False)
        for message in catalogue:
            if message.id and not is_translated(message):
                missing += 1
                sys.stderr.write(f"{code}: {message.id!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
