"""What users of the desk did that others may ask about later: numbers shown, lists imported, users made,
calls claimed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from ivr.records.models import Deed


def did(connection: Connection, user: int, what: str, about: str, now: datetime) -> None:
    connection.execute(insert(Deed), {"user_id": user, "what": what, "about": about, "at": now})
