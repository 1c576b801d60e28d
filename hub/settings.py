"""The settings of one running hub, from ``HUB_…`` environment variables; described in ``docs/configuration.md``."""

import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DATABASE_FILE = "hub.sqlite3"
SMTP_SCHEMES = ("smtp", "smtps", "smtp+plain")
PUBLIC_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
PUBLIC_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s#]*)?")
ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")


class ProviderSettings(BaseModel):
    """A provider of sign-in (OpenID Connect), one of the JSON list ``HUB_SIGN_IN_PROVIDERS``.

    ``name`` is in addresses, ``label`` on the button. ``mail_claim``: the person's address in the ID token, believed
    when ``verified_claim`` is true there; None: the provider vouches for every address it gives. ``second_factor_acr``
    and ``second_factor_amr``: values of these claims by which the provider has had a second factor proved; without
    any, the hub asks for its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")]
    label: Annotated[str, Field(min_length=1, max_length=50)]
    issuer: Annotated[str, Field(max_length=500)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    scopes: str = "openid email"
    mail_claim: str = "email"
    verified_claim: str | None = "email_verified"
    second_factor_acr: tuple[str, ...] = ()
    second_factor_amr: tuple[str, ...] = ()

    @field_validator("issuer")
    @classmethod
    def _issuer_is_safe(cls, told: str) -> str:
        if not is_safe_address(told) or urlsplit(told).query:
            raise ValueError("https://login.example の形で / write it like https://login.example")
        return told


def is_safe_address(told: str) -> bool:
    """Return whether what goes there is encrypted, or stays on this machine."""
    parts = urlsplit(told)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return PUBLIC_ADDRESS.fullmatch(told) is not None and (parts.scheme == "https" or local)


def read_secret(file: Path | None, told: SecretStr | None) -> str | None:
    """Return a secret as its file has it, without the last line's end, or else as told; None: neither. OSError."""
    if file is not None:
        return file.read_text("utf-8").rstrip("\r\n")
    return told.get_secret_value() if told else None


class Settings(BaseSettings):
    """What may be set; made where a process starts and handed on, never kept in a global."""

    model_config = SettingsConfigDict(env_prefix="HUB_", extra="forbid", frozen=True)

    data_folder: Path = Field(
        default=Path("data"), description="データの置き場所。なければ作る / where data is kept; made when missing"
    )
    database_url: str | None = Field(
        default=None,
        description="例 postgresql://hub@db/hub。無指定はデータの置き場所のSQLite / none: SQLite in the data folder",
    )
    database_connections: Annotated[int, Field(ge=2, le=1000)] = Field(
        default=20, description="1つのプロセスが同時に使う接続の数 / most connections of one process"
    )
    database_wait_seconds: Annotated[float, Field(ge=0.1, le=600)] = Field(
        default=15.0, description="ほかの変更と接続の空きを待つ上限（秒） / longest wait for a lock or a connection"
    )
    database_statement_seconds: Annotated[float, Field(ge=1, le=86_400)] = Field(
        default=60.0, description="1つの問い合わせの上限（秒、PostgreSQL） / longest statement on PostgreSQL"
    )
    host: str = Field(default="127.0.0.1", description="配信するアドレス。ループバックのみ / loopback only")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(default=8000, description="ポート番号 / port")
    allowed_hosts: tuple[str, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="受け付けるHost。JSONの配列 / accepted Host headers, a JSON list: '[\"localhost\"]'",
    )
    sign_in: Literal["required", "local"] = Field(
        default="required",
        description="サインインが要る。localはこのマシンだけで試す、サインインなし / local: none, to try it here",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        description="X-Forwarded-… を信じる前段のアドレス。JSONの配列 / proxies whose X-Forwarded-… is believed",
    )
    sign_in_providers: tuple[ProviderSettings, ...] = Field(
        default=(),
        description="外部のサインイン（OpenID Connect）。JSONの配列 / providers of sign-in, a JSON list",
    )
    token_requests: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=120, description="APIトークンの1分の回数。選ばないとき / requests a minute of a token, unless chosen"
    )
    most_token_requests: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1200, description="選べる回数の上限。前からのトークンにも効く / the most that can be chosen, and sent"
    )
    language: Literal["ja", "en"] = Field(
        default="ja", description="選ばれていないときの言語 / language when none is chosen"
    )
    worker: bool = Field(
        default=True,
        description="配信しながら計算と送信もする。別に talent-hub worker を動かすならfalse / work in the background"
        " while serving; false where talent-hub worker runs",
    )
    lease_seconds: Annotated[float, Field(ge=0.2, le=600)] = Field(
        default=12.0,
        description="計算中の処理が黙ったとき、ほかが引き継ぐまでの時間（秒） / a silent worker's run goes to another"
        " after so many seconds",
    )
    comparison_runs: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="1つの比較が同時に計算する案の数 / points of one comparison solved at once"
    )
    explain_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=20.0, description="理由と次の候補を調べる時間の上限（秒） / time limit for reasons and alternatives"
    )
    largest_body: Annotated[int, Field(ge=1024)] = Field(
        default=20_000_000, description="受け付ける本文の上限（バイト） / largest request body in bytes"
    )
    public_url: str | None = Field(
        default=None,
        description="メールに書くこのハブの住所。無指定は配信するアドレス / where links in mail lead",
    )
    smtp_url: str | None = Field(
        default=None,
        description="例 smtp://user@mail.example:587。無指定なら送らない / the mail server; none: no mail is sent",
    )
    mail_from: str | None = Field(
        default=None,
        validate_default=True,
        description="差出人のアドレス。HUB_SMTP_URLと一緒に / the sender's address, needed with HUB_SMTP_URL",
    )
    smtp_password: SecretStr | None = Field(
        default=None, description="メールサーバーのパスワード / the mail server's password"
    )
    smtp_password_file: Path | None = Field(
        default=None, description="パスワードを書いたファイル。上の設定より優先 / a file with it, which goes first"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="二要素認証の情報を暗号化する鍵。1行に1つ、新しいものが先 / keys, one a line, the newest first",
    )
    secret_key_file: Path | None = Field(
        default=None, description="鍵を書いたファイル。上の設定より優先 / a file with them, which goes first"
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="/metrics を読むトークン。無指定なら /metrics はない / its bearer token; none: no /metrics",
    )
    metrics_token_file: Path | None = Field(
        default=None, description="トークンを書いたファイル。上の設定より優先 / a file with it, which goes first"
    )
    stop_seconds: Annotated[int, Field(ge=1, le=600)] = Field(
        default=20, description="止めるとき、答えている途中の要求を待つ上限（秒） / longest wait for answers at the end"
    )
    outgoing_ports: tuple[Annotated[int, Field(ge=1, le=65_535)], ...] = Field(
        default=(443,), description="ほかのシステムを呼ぶポート。JSONの配列 / ports other systems are called at"
    )
    outgoing_networks: tuple[str, ...] = Field(
        default=(),
        description="公開されていなくても呼んでよいネットワーク / networks that may be called though not public",
    )
    outgoing_http: bool = Field(
        default=False, description="暗号化しないhttp://も呼ぶ。試すときだけ / also call http://, for trials alone"
    )
    reminder_days: tuple[Annotated[int, Field(ge=0, le=60)], ...] = Field(
        default=(3, 1),
        description="期限の何日前に知らせるか。JSONの配列 / days before a deadline to remind, a JSON list",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="記録の形。人が読むtextか、1行1件のjson / text for people, or JSON lines"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="記録の細かさ / how much is logged"
    )

    @cached_property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data_folder / DATABASE_FILE).resolve()}"

    @cached_property
    def links_to(self) -> str:
        """The address of the pages as links in mail give it, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _public_url_is_one(cls, told: str | None) -> str | None:
        if told is not None and not (PUBLIC_URL.fullmatch(told) and urlsplit(told).hostname):
            raise ValueError("https://hub.example の形で / write it like https://hub.example")
        return told

    @field_validator("sign_in_providers")
    @classmethod
    def _providers_are_told_apart(cls, told: tuple[ProviderSettings, ...]) -> tuple[ProviderSettings, ...]:
        if len({one.name for one in told}) < len(told) or len({one.issuer for one in told}) < len(told):
            raise ValueError("nameとissuerは、それぞれ1つだけに / give each name and each issuer once")
        return told

    @field_validator("outgoing_networks")
    @classmethod
    def _networks_are_some(cls, told: tuple[str, ...]) -> tuple[str, ...]:
        for one in told:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError("10.1.2.0/24 の形で / write each like 10.1.2.0/24") from None
        return told

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_is_one(cls, told: str | None) -> str | None:
        if told is None:
            return None
        parts = urlsplit(told)
        if parts.scheme not in SMTP_SCHEMES or not parts.hostname or parts.password is not None:
            raise ValueError(
                "smtp://（STARTTLS）、smtps://（TLS）、smtp+plain://（暗号化なし）で始め、パスワードは別の設定に"
                " / begin with one of these, and give the password in its own setting"
            )
        parts.port  # noqa: B018  (ValueError when it is no port)
        return told

    @field_validator("mail_from")
    @classmethod
    def _mail_has_a_sender(cls, told: str | None, others: ValidationInfo) -> str | None:
        if told is None and others.data.get("smtp_url") is not None:
            raise ValueError("HUB_SMTP_URLには差出人が要ります / a mail server needs a sender's address")
        if told is not None and not ADDRESS.fullmatch(told):
            raise ValueError("アドレスだけを / write an address and nothing else")
        return told
