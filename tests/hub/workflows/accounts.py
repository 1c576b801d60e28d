"""Accounts for tests: as rows, whatever later makes them properly."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.models import Account, AccountGrant
from hub.models.base import table_of


def add_account(
    session: Session, account: str, *grants: tuple[str, str], expert: str | None = None, language: str = "ja"
) -> str:
    """Add an account with ``grants`` (role, scope); its mail is ``<account>@hub.example``."""
    row = {
        "id": account,
        "mail": f"{account}@hub.example",
        "mail_key": f"{account}@hub.example",
        "name": f"氏名 {account}",
        "language": language,
        "expert_id": expert,
        "active": True,
    }
    session.execute(insert(table_of(Account)).values(row))
    for role, scope in grants:
        session.execute(insert(table_of(AccountGrant)).values(account_id=account, role=role, scope=scope))
    return account
