"""One of the servers that are compared, alone in its process, as `ivr serve` runs it: waitress, 8 threads.

python -m scripts.benches.servers full|empty|textbook|tuned    settings come from the environment, as the line's do

It prints its port, and ends when its stdin does: so it can't outlive whoever started it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from functools import partial
from pathlib import Path

import waitress.server
from flask import Flask, Response

from ivr import config
from ivr.app import create_app
from scripts.benches import textbook

THREADS = 8


def empty(_settings: config.Settings) -> Flask:
    """What Flask and the server cost when the view does nothing."""
    app = Flask(__name__, static_folder=None)

    @app.post("/empty")
    def view() -> Response:
        return Response("<Response><Gather/></Response>", mimetype="text/xml")

    return app


def main(name: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    tuned = partial(textbook.create_app, tuned=True)
    make = {"full": create_app, "empty": empty, "textbook": textbook.create_app, "tuned": tuned}[name]
    app = make(config.load(Path(os.devnull), os.environ))
    server = waitress.server.create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    print(server.effective_port, flush=True)
    server.run()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
