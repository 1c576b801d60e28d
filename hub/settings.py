"""The settings of one running hub, from ``HUB_…`` environment variables; described in ``docs/configuration.md``."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DATABASE_FILE = "hub.sqlite3"


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
    language: Literal["ja", "en"] = Field(
        default="ja", description="選ばれていないときの言語 / language when none is chosen"
    )
    worker: bool = Field(default=True, description="配信しながら配置計画を最適化する / solve plans while serving")
    explain_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=20.0, description="理由と次の候補を調べる時間の上限（秒） / time limit for reasons and alternatives"
    )
    largest_body: Annotated[int, Field(ge=1024)] = Field(
        default=20_000_000, description="受け付ける本文の上限（バイト） / largest request body in bytes"
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
