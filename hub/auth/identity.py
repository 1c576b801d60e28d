"""Who somebody is at a provider of sign-in, once it is proved; and what is said of what proves nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. ``mail``: their address where it is verified, else None."""

    issuer: str
    subject: str
    mail: str | None
    second_factor: bool


class NotProved(Exception):  # noqa: N818  (read as a sentence: raise NotProved)
    """What came from a browser or a provider proves nothing. ``why``: a code for the audit log, never shown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
