"""The server of the page: this machine only, whatever address a request claims to come for.

What lives here: building the app, its guards, serving. What does not: what the page shows (``layout``,
``callbacks``).
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from dash import Dash
from flask import Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from ecopark.app.archetypes import available
from ecopark.app.callbacks import add_shared
from ecopark.app.callbacks_edit import add_edits
from ecopark.app.callbacks_files import add_files
from ecopark.app.callbacks_run import add_runs
from ecopark.app.callbacks_show import add_results
from ecopark.app.jobs import Pool
from ecopark.app.layout import build_layout
from ecopark.app.page import Page
from ecopark.app.park import Draft
from ecopark.app.store import Store
from ecopark.errors import DomainError
from ecopark.scenario import Scenario

HOST = "127.0.0.1"
_NAMES = ("127.0.0.1", "localhost")
# Nothing may be fetched from elsewhere, and nobody may put the page into theirs. Dash starts from inline scripts and
# plotly compiles small functions, hence the two exceptions.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'"
)


def build_app(page: Page) -> Dash:
    """The Dash app of a page; all its scripts and styles are served from this machine.

    Parameters
    ----------
    page : Page

    Returns
    -------
    dash.Dash
    """
    app = Dash(
        "ecopark", assets_folder=str(Path(__file__).parent / "assets"), title="ecopark", update_title="",
        serve_locally=True, suppress_callback_exceptions=True, prevent_initial_callbacks=False,
    )  # fmt: skip
    span = page.first.base.park.time
    app.layout = build_layout(available(), span.start.year, span.end.year)
    app.index_string = _INDEX
    for add in (add_shared, add_edits, add_runs, add_results, add_files):
        add(app, page)
    app.server.before_request(_refuse_strangers)
    app.server.after_request(_add_headers)
    return app


_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<link rel="icon" href="data:,">
{%css%}
</head>
<body>
{%app_entry%}
<noscript>This page needs JavaScript.</noscript>
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def _refuse_strangers() -> Response | None:
    """Refuse requests that name another host (DNS rebinding) or come from another page."""
    name = request.host.rsplit(":", 1)[0]
    origin = request.headers.get("Origin")
    if name not in _NAMES:
        return Response(f"This page is served as {HOST} on this machine only.\n", 403, mimetype="text/plain")
    if origin and origin.removeprefix("http://") != request.host:
        return Response("Requests from other pages are refused.\n", 403, mimetype="text/plain")
    return None


def _add_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests: the address is all a user needs to see."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


def serve(scenario: Scenario, port: int, workers: int, folder: Path, ready: Callable[[str], object]) -> None:
    """Serve the page until interrupted; the workers end with it.

    Parameters
    ----------
    scenario : Scenario
        What a visitor finds.
    port : int
        0 for any that is free.
    workers : int
        Processes that run parks.
    folder : pathlib.Path
        Of saved parks.
    ready : callable
        Told the address once the page can be opened.

    Raises
    ------
    DomainError
        If the port is taken.
    """
    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, _end)
    pool = Pool(workers)
    try:
        app = build_app(Page(Draft(scenario), pool, Store(folder)))
        with _open_port(port) as door:
            server = make_server(
                HOST, port, app.server, threaded=True, request_handler=_Quiet, fd=door.fileno()
            )
            ready(f"http://{HOST}:{door.getsockname()[1]}/")
            with suppress(KeyboardInterrupt):
                server.serve_forever()
            server.server_close()
    finally:
        pool.close()


def _open_port(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as failure:
        message = (
            f"port {port} of this machine is taken or not allowed; choose another with --port, or 0 for any"
        )
        raise DomainError(message) from failure


def _end(*_: object) -> None:
    """Asked to end, by whatever means: as by Ctrl-C."""
    raise KeyboardInterrupt
