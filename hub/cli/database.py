"""The settings and the database a command works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli.output import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hub.settings import Settings


def load_settings(**changes: Any) -> "Settings":
    """Return the settings of the environment, with ``changes``. Refuses what cannot be, naming the variable."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from hub.settings import Settings

    try:
        return Settings(**changes)
    except ValidationError as error:
        names = ["HUB_" + "_".join(str(part) for part in fault["loc"][:1]).upper() for fault in error.errors()]
        told = [fault["msg"] for fault in error.errors()]
        raise Refusal(
            *(f"{name}: 値が正しくありません（{said}） / wrong value" for name, said in zip(names, told, strict=True))
        ) from error
    except SettingsError as error:
        raise Refusal(f"環境変数を読めません / an environment variable cannot be read: {error}") from error


@contextmanager
def opened(settings: "Settings") -> Iterator["Engine"]:
    """Open the database of ``settings``; it has to have this version's tables."""
    from hub.db.schema import require_newest

    with unchecked(settings) as engine:
        require_newest(engine)
        yield engine


@contextmanager
def unchecked(settings: "Settings") -> Iterator["Engine"]:
    """Open the database of ``settings`` whatever its tables; the driver a URL asks for has to be installed."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    from hub.db.engine import create_engine

    try:
        engine = create_engine(settings)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise Refusal(f"HUB_DATABASE_URL: 使えないURLです / not a usable URL ({type(error).__name__})") from error
    try:
        yield engine
    finally:
        engine.dispose()


def prepare(engine: "Engine") -> int:
    """Bring the tables up to date and load the register of municipalities; return how many of its rows were new."""
    from hub.db.schema import migrate
    from hub.db.transaction import transaction
    from hub.workflows.organizations import load_register

    migrate(engine)
    with transaction(engine) as session:
        return load_register(session)


def location(settings: "Settings") -> str:
    """Return where the data are, for people; never a password."""
    from hub.db.engine import database_url

    url = database_url(settings)
    if url.get_backend_name() != "sqlite" or not url.database:
        return url.render_as_string(hide_password=True)
    path = Path(url.database)
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
