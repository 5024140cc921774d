"""The HTTP and websocket entry point. Must only wire: routes are in conductor.urls and campaigns.routing."""

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.db import connections
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
pages = get_asgi_application()

from campaigns.routing import websocket_urlpatterns  # noqa: E402 - models exist only after the line above
from conductor import bodies  # noqa: E402 - needs the settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
NO_SUCH_SOCKET = 4404


async def unknown_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NO_SUCH_SOCKET})


def close_connections(**_: object) -> None:
    """Each request has a thread of its own, whose connection nobody would use again; one in a transaction is in use."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


request_finished.connect(close_connections)
sockets = URLRouter([*websocket_urlpatterns, re_path(r"", unknown_socket)])  # type: ignore[arg-type]
# No middleware of Channels: consumers look at origin, session and token themselves, and need the server's own `send`.
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})

bodies.bound()

# Measured: the slowest one percent of socket events waits for the collector. What is loaded by now stays for good.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
