"""The floor for sockets on this machine: one Redis subscription and a loop over sockets, under the same web server.

An ASGI application without Django, database, sign-in, numbering or bounds: what is published is sent as it is.
"""

import asyncio
import gc
import os
from typing import Any

import redis.asyncio

CHANNEL = "benchmark:direct"
_senders: set[Any] = set()
_tasks: list[asyncio.Task[None]] = []


async def _listen() -> None:
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"], protocol=2)
    pubsub = client.pubsub()
    await pubsub.subscribe(CHANNEL)
    while True:
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
        if message is not None:
            text = message["data"].decode()
            for send in tuple(_senders):
                await send({"type": "websocket.send", "text": text})


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if not _tasks:
        _tasks.append(asyncio.get_running_loop().create_task(_listen()))
    await receive()
    await send({"type": "websocket.accept"})
    _senders.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    _senders.discard(send)


gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
