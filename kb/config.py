"""Every setting in one place, read once from the environment. `docs/settings.md` is checked against this module."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SHORTEST_SECRET = 32
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; the names in the environment are these in capitals after `KB_`."""

    data_dir: Path = field(default=Path("var"), metadata={"help": "Folder for the database, the index and mails"})
    database_url: str = field(default="", metadata={"help": "SQLAlchemy address; empty: SQLite in the data folder"})
    secret_key: str = field(
        default="", metadata={"help": "At least 32 characters; required outside demonstration mode"}
    )
    base_url: str = field(default="http://127.0.0.1:5000", metadata={"help": "Address in mails and in the API"})
    demo: bool = field(default=False, metadata={"help": "Demonstration mode: demonstration accounts, loopback only"})
    public_read: bool = field(default=False, metadata={"help": "Anyone may read published records without signing in"})
    organisation_name: str = field(default="", metadata={"help": "Name of the organisation, shown in the footer"})
    smtp_url: str = field(
        default="", metadata={"help": "smtp://user:password@host:port or smtps://…; empty: no mail leaves"}
    )
    mail_from: str = field(default="golden-thread@localhost", metadata={"help": "Sender of the mails"})
    timezone: str = field(default="Europe/London", metadata={"help": "Zone in which a day begins and mails are timed"})
    session_hours: int = field(default=12, metadata={"help": "Hours without use after which a person is signed out"})
    secure_cookies: bool = field(default=False, metadata={"help": "Send cookies over HTTPS only; set it behind TLS"})
    trusted_proxies: int = field(
        default=0, metadata={"help": "How many proxies in front may name the client’s address"}
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check the environment.

        Raises Misconfigured when a value cannot be read, or a secret is missing outside demonstration mode.
        """
        env = os.environ if env is None else env
        demo = _flag(env, "KB_DEMO")
        return cls(
            data_dir=Path(env.get("KB_DATA_DIR") or "var").absolute(),
            database_url=env.get("KB_DATABASE_URL", ""),
            secret_key=env.get("KB_SECRET_KEY", "") or (secrets.token_hex(SHORTEST_SECRET) if demo else ""),
            base_url=(env.get("KB_BASE_URL") or "http://127.0.0.1:5000").rstrip("/"),
            demo=demo,
            public_read=demo or _flag(env, "KB_PUBLIC_READ"),
            organisation_name=env.get("KB_ORGANISATION_NAME", ""),
            smtp_url="" if demo else env.get("KB_SMTP_URL", ""),
            mail_from=env.get("KB_MAIL_FROM") or "golden-thread@localhost",
            timezone=_zone(env),
            session_hours=_number(env, "KB_SESSION_HOURS", 12),
            secure_cookies=_flag(env, "KB_SECURE_COOKIES"),
            trusted_proxies=_number(env, "KB_TRUSTED_PROXIES", 0),
        )

    @property
    def database(self) -> str:
        """The address of the database, with the default worked out."""
        return self.database_url or f"sqlite:///{self.data_dir / 'golden-thread.sqlite'}"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def outbox_dir(self) -> Path:
        return self.data_dir / "outbox"

    def check_serving(self, host: str) -> None:
        """Raise Misconfigured when the service may not be offered at this address with these settings."""
        if self.demo and host not in LOOPBACK:
            raise Misconfigured("Demonstration mode listens on this machine only. Unset KB_DEMO to serve others.")
        if len(self.secret_key) < SHORTEST_SECRET:
            raise Misconfigured(
                f"KB_SECRET_KEY needs at least {SHORTEST_SECRET} characters. Make one with: "
                'python -c "import secrets; print(secrets.token_hex(32))"'
            )


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise Misconfigured(f"{name} is “{value}”; give 1 or 0")


def _zone(env: Mapping[str, str]) -> str:
    name = env.get("KB_TIMEZONE") or "Europe/London"
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise Misconfigured(f"KB_TIMEZONE is “{name}”; give the name of a zone, such as Europe/London") from None


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit():
        raise Misconfigured(f"{name} is “{value}”; give a whole number")
    return int(value)
