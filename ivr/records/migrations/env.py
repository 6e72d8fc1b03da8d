"""Run by Alembic, always on a connection that `ivr.records.db` hands over."""

from __future__ import annotations

from alembic import context

from ivr.records.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
