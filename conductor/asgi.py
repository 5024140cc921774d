"""The HTTP and websocket entry point. Must only wire: routes are in conductor.urls and campaigns.routing."""

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.db import connections
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
pages = get_asgi_application()

from django.conf import settings  # noqa: E402 - settings and models exist only after the line above

from campaigns.routing import websocket_urlpatterns  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
NO_SUCH_SOCKET = 4404


async def unknown_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": NO_SUCH_SOCKET})


class CookieOrToken:
    """Cookies count only from our own origins; a client that brings a token needs no origin and has no cookies.

    A page elsewhere can open a socket with our user's cookie, but cannot set the Authorization header.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self.from_own_pages = OriginValidator(application, settings.WEBSOCKET_ORIGINS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        if any(name == b"authorization" for name, _ in scope["headers"]):
            headers = [(name, said) for name, said in scope["headers"] if name != b"cookie"]
            return await self.application({**scope, "headers": headers}, receive, send)
        return await self.from_own_pages(scope, receive, send)


def close_connections(**_: object) -> None:
    """Each request has a thread of its own, whose connection nobody would use again."""
    connections.close_all()


request_finished.connect(close_connections)
sockets = URLRouter([*websocket_urlpatterns, re_path(r"", unknown_socket)])
application = ProtocolTypeRouter({"http": pages, "websocket": CookieOrToken(AuthMiddlewareStack(sockets))})

# Measured: the slowest one percent of socket events waits for the collector. What is loaded by now stays for good.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
