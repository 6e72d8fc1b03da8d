"""One file per TwiML provider: how it signs."""
