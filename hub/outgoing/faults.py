"""Why a call to another system was refused, or came to nothing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Reason = Literal[
    "no_url",
    "scheme",
    "credentials",
    "port",
    "unknown_name",
    "address",
    "unreachable",
    "tls",
    "too_slow",
    "too_large",
    "encoding",
    "protocol",
]

WORDS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        "no_url": ("https://hooks.example/path の形で書いてください", "write it like https://hooks.example/path"),
        "scheme": ("https:// で始めてください", "begin it with https://"),
        "credentials": ("アドレスから利用者名とパスワードを除いてください", "take the user and password out of it"),
        "port": (
            "このポートは許されていません。管理者は HUB_OUTGOING_PORTS で許せます",
            "this port is not allowed; the administrator can allow it with HUB_OUTGOING_PORTS",
        ),
        "unknown_name": (
            "この名前のアドレスが分かりません。つづりを確かめてください",
            "this name has no address; check it",
        ),
        "address": (
            "公開されていないアドレスです。管理者は HUB_OUTGOING_NETWORKS で許せます",
            "its address is not public; the administrator can allow it with HUB_OUTGOING_NETWORKS",
        ),
        "unreachable": ("つながりませんでした", "it could not be reached"),
        "tls": ("証明書を確かめられませんでした", "its certificate could not be verified"),
        "too_slow": ("時間内に答えませんでした", "it did not answer in time"),
        "too_large": ("答えが大きすぎます", "its answer is too large"),
        "encoding": ("答えが圧縮されています", "its answer is compressed"),
        "protocol": ("答えを読み取れません", "its answer cannot be read"),
    }
)
NEVER_SENT: frozenset[Reason] = frozenset(
    {"no_url", "scheme", "credentials", "port", "unknown_name", "address", "unreachable", "tls"}
)
"""Where the request cannot have reached anybody."""


class OutgoingFault(Exception):  # noqa: N818  (read as a sentence)
    """A call was refused or failed; ``reason`` says why, ``ja`` and ``en`` in words. It quotes no part of the URL."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        self.ja, self.en = WORDS[reason]
        super().__init__(reason)

    @property
    def never_sent(self) -> bool:
        """Whether the request cannot have reached anybody."""
        return self.reason in NEVER_SENT
