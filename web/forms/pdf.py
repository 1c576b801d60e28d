"""A form as PDF: a template of ``templates/forms`` in the reader's language, set by WeasyPrint.

WeasyPrint is imported when the first form is made: it loads the machine's text libraries, which pages do not need.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from hub.errors import Conflict
from web.templating import environment, spoken_language

DEBIAN_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-ipaexfont"
STYLE = Path(__file__).parent / "print.css"


def render_form(request: Request, template: str, context: Mapping[str, Any], name: str) -> Response:
    """Return ``forms/<template>`` as a PDF to be saved as ``name`` (without ending), in the reader's language.

    Raises Conflict, with what to install, when the machine lacks WeasyPrint's text libraries.
    """
    spoken = spoken_language(request)
    env = environment(spoken.code)
    text = env.get_template(f"forms/{template}").render(**context, made_at=datetime.now(UTC))
    headers = {
        "Content-Disposition": f"attachment; filename=\"form.pdf\"; filename*=UTF-8''{quote(name + '.pdf', safe='')}",
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
    }
    return Response(to_pdf(text), media_type="application/pdf", headers=headers)


def to_pdf(text: str) -> bytes:
    """Return a page of HTML as PDF; it may refer to nothing outside itself. Raises Conflict as ``render_form``."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as fault:
        raise Conflict(
            f"PDFを作る部品がこのマシンにありません。Debianではこれを入れてください: {DEBIAN_PACKAGES}",
            f"This machine lacks what PDFs are made with. On Debian, install: {DEBIAN_PACKAGES}",
        ) from fault
    # A form shows what people wrote: whatever stands there, nothing is fetched, from the network or from files.
    nothing = URLFetcher(allowed_protocols=())
    style = CSS(string=_style(), url_fetcher=nothing)
    made: bytes = HTML(string=text, url_fetcher=nothing).write_pdf(stylesheets=[style])
    return made


@cache
def _style() -> str:
    return STYLE.read_text("utf-8")
