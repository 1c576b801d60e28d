"""schemes: what the schemes of a fiscal year say, and which of them a request could use."""

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli import guide
from hub.cli.database import load_settings, opened
from hub.cli.output import Refusal, echo_json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from hub.workflows.scheme_rows import Comparison

PANEL = "制度 / schemes"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(help=guide.SCHEMES, rich_help_panel=PANEL)(schemes)


def schemes(
    *,
    year: Annotated[
        int | None, typer.Option(min=2000, max=2100, help="年度。無指定は今年度 / fiscal year; none: the present one")
    ] = None,
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="この人材ニーズ（IDか依頼番号）で比べる / compare for this request")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果をJSONで / the result as JSON")] = False,
) -> None:
    """List a year's schemes, or compare them for a request."""
    if year is not None and request is not None:
        raise Refusal(
            "--year と --request は一緒に使えません。比べる年度は、従事が始まる月で決まります。",
            "--year and --request do not go together: the year compared is the one the work begins in.",
        )
    if request is not None:
        compare(request, as_json=as_json)
    else:
        list_year(year, as_json=as_json)


def list_year(year: int | None, *, as_json: bool) -> None:
    """Print the schemes of a fiscal year."""
    from hub.models.base import utc_now
    from hub.workflows.adviser_rules import fiscal_year_of
    from hub.workflows.schemes import schemes_of

    told = schemes_of(fiscal_year_of(utc_now()) if year is None else year)
    if as_json:
        echo_json(plain(told))
        return
    from hub.cli.scheme_table import print_year
    from hub.cli.words import Speech

    print_year(told, Speech(load_settings().language))


def compare(request: str, *, as_json: bool) -> None:
    """Print the schemes a request could use. Refuses a request that is not there."""
    from hub.db.transaction import reading

    settings = load_settings()
    with opened(settings) as engine, reading(engine) as session:
        compared = compared_for(session, request)
    if as_json:
        echo_json(plain(compared))
        return
    from hub.cli.scheme_table import print_comparison
    from hub.cli.words import Speech

    print_comparison(compared, Speech(settings.language))


def compared_for(session: "Session", request: str) -> "Comparison":
    """Return the comparison for a request by its reference, else by its id. Raises NotFound."""
    from hub.models.base import utc_now
    from hub.workflows.requests import requests_by_reference
    from hub.workflows.scheme_reading import scheme_comparison

    request_id = requests_by_reference(session, [request]).get(request, request)
    return scheme_comparison(session, request_id, utc_now())


def plain(told: object) -> object:
    """Return dataclasses as what JSON can hold, with days and moments as text."""
    from pydantic import TypeAdapter

    return TypeAdapter(type(told)).dump_python(told, mode="json")
