"""The application as uvicorn starts it in the browser tests; its settings come from the environment."""

from fastapi import FastAPI

from hub.app import create_app
from hub.settings import Settings


def application() -> FastAPI:
    return create_app(Settings())
