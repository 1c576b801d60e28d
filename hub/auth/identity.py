"""Who somebody is at a provider of sign-in, once it is proved."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider. ``mail``: their address where it is verified, else None."""

    issuer: str
    subject: str
    mail: str | None
    second_factor: bool
