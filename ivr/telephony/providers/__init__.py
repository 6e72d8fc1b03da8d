"""One file per TwiML provider: how it signs, and its quirks."""
