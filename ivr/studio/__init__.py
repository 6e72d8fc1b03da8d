"""The workshop that turns lesson text into published audio. It knows nothing of calls."""
