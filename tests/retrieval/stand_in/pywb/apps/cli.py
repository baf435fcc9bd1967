"""As pywb's program: it listens where it is told, says what it was given, and shows what lies in ``templates``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gevent.pywsgi import WSGIServer


def wayback(arguments: list[str]) -> None:
    said = {
        "words": arguments,
        "secret": os.environ.get("AWS_SECRET_ACCESS_KEY"),
        "config": Path("config.yaml").read_text(),
        "banner": Path("templates/banner.html").read_text(),
    }
    Path(os.environ["STAND_IN_TOLD"]).write_text(json.dumps(said))
    WSGIServer((arguments[1], int(arguments[3])), application).serve_forever()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Access-Control-Allow-Origin", "*"), ("Set-Cookie", "a=1")])
    return [Path("templates/index.html").read_bytes()]
