"""Settings from environment variables. Only `create_app` and the CLI read them; they pass plain values down."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables with the prefix `SAYWHY_`; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_prefix="SAYWHY_", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///saywhy.db", description="SQLAlchemy URL of the store: SQLite, or postgresql+psycopg://…"
    )
    anonymity_key_file: Path | None = Field(
        default=None,
        description="The keys of anonymous workspaces; unset: a file beside an SQLite store, named as it with -keys.",
    )
    workspace: str = Field(default="default", description="The workspace of the commands and the server.")
    benchmark_workspaces: str | None = Field(
        default=None,
        description="Other workspaces, separated by commas, with which the server may compare reports; unset: none.",
    )
    registry: Path | None = Field(
        default=None,
        description="Folder of model versions; unset: beside an SQLite store, named as it with -models. Without a "
        "champion in it, the bundle that ships serves.",
    )
    threads: int = Field(default=0, ge=0, description="Threads of the encoder; 0: all cores.")
    host: str = Field(default="127.0.0.1", description="Address that `saywhy serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `saywhy serve` listens on.")
    concurrency: int = Field(
        default=16, ge=1, le=200, description="Requests that use the database at the same time; others wait."
    )
    drain_seconds: float = Field(
        default=3.0, ge=0, description="After SIGTERM, seconds in which requests are answered and readiness says 503."
    )
    data_dir: Path | None = Field(
        default=None, description="Folder of uploads and exports, which servers and workers of one store share."
    )
    upload_limit: int = Field(default=256, gt=0, description="Largest file that may be uploaded, in MiB.")
    jobs: int = Field(default=2, ge=0, le=64, description="Jobs that a server or worker runs at a time; 0: none.")
    job_lease: float = Field(
        default=30.0, ge=1, le=3600, description="Seconds after which the job of a worker that died is started again."
    )
    job_retention: float = Field(
        default=30.0, ge=2, le=36500, description="Days that jobs are kept after they have ended."
    )
    pull_url: str | None = Field(
        default=None, description="Base URL that pulls ask instead of the survey tools, for tests; unset: the tools."
    )
    allowed_hosts: str | None = Field(
        default=None,
        description="Names under which the server answers, separated by commas, beside that of this machine; * is any.",
    )
    rate_limit: int = Field(
        default=6000, ge=0, description="Requests a minute that each key and person may make; 0: any number."
    )
    session_hours: float = Field(default=12, gt=0, le=720, description="Hours after which people sign in again.")
    trusted_proxies: str | None = Field(
        default=None, description="Addresses or networks of reverse proxies, separated by commas; unset: none."
    )
    proxy_user_header: str | None = Field(
        default=None, description="The header in which trusted proxies name the person who has signed in; unset: none."
    )
    oidc_issuer: str | None = Field(
        default=None, description="The provider of OpenID Connect with which people sign in; unset: none."
    )
    oidc_client_id: str | None = Field(default=None, description="The name of this server at the provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret there; unset: it has none.")
    oidc_name_claim: str = Field(default="email", description="The claim that has the name of a person.")
    oidc_role_claim: str | None = Field(
        default=None,
        description="The claim with the values of `oidc_roles`; unset: only people who were added sign in.",
    )
    oidc_roles: str | None = Field(
        default=None, description="Which value gives which role: nps-admins=admin,staff=viewer."
    )
    oidc_domains: str | None = Field(
        default=None, description="Domains of e-mail addresses that may sign in, separated by commas; unset: all."
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Days after which `saywhy retention` deletes responses; unset: say so each time.",
    )
    tracing: bool = Field(
        default=False, description="Send traces by OpenTelemetry, to where OTEL_EXPORTER_OTLP_ENDPOINT says."
    )
    webhook_hosts: str | None = Field(
        default=None,
        description="Hosts that webhooks may reach anywhere and over plain HTTP, separated by commas; unset: none.",
    )
    webhook_timeout: float = Field(
        default=10.0, ge=0.1, le=120, description="Seconds that one message of a webhook may take."
    )
    public_url: str | None = Field(
        default=None, description="Where people reach the server, for links in messages: https://…; unset: no links."
    )
    mail_host: str | None = Field(
        default=None, description="The mail server that takes e-mail for digests and webhooks; unset: there is none."
    )
    mail_port: int = Field(default=587, ge=1, le=65535, description="Its port; 465 for SAYWHY_MAIL_SECURITY=tls.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to it is encrypted: starttls, tls from the start, or none."
    )
    mail_user: str | None = Field(default=None, description="The name of this server there; unset: without a name.")
    mail_password: SecretStr | None = Field(default=None, description="Its password there.")
    mail_sender: str | None = Field(default=None, description="Whom e-mail is from: NPS <nps@example.com>.")
    label_url: str | None = Field(
        default=None,
        description="OpenAI-compatible API that names topics and proposes merges; unset: labels are phrases.",
    )
    label_model: str = Field(default="default", description="The model to request from it.")
    label_key: SecretStr | None = Field(default=None, description="Its API key.")
    label_timeout: float = Field(default=20.0, gt=0, description="Timeout for one request, in seconds.")

    @property
    def model_registry(self) -> Path | None:
        """The registry that is set, or the folder beside an SQLite store; None: the bundle that ships serves."""
        if self.registry is not None:
            return self.registry
        scheme, _, path = self.database_url.partition("///")
        path = path.partition("?")[0]
        return Path(f"{path}-models") if scheme == "sqlite:" and path and path != ":memory:" else None
