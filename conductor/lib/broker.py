"""A sandboxed agent's only way out: a socket that the worker holds for one attempt, with one token and one budget.

Must not carry a credential inwards, nor make a call that was not reserved first. It dies with `close`.

HTTP/1.1 on a unix socket, one request per connection:
    POST /v1/call {"call": 1, "max_micros": 5000, "request": {…}}
    200           {"call": 1, "cost_micros": 4200, "response": {…}}
Refusals are problem JSON with the product's codes. The same call sent again gets the same answer and costs nothing.
"""

import json
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from conductor.lib.broker_http import LINGER_SECONDS, Call, linger, problem, read_call, refuse, send
from conductor.lib.errors import BadInput, BudgetExceeded, ConductorError, Conflict, Throttled, TooLarge

Handler = Callable[[int, int, Mapping[str, Any]], tuple[Any, int | None]]

ANSWER_BYTES = 16 << 20
KEPT_BYTES = 64 << 20
CONNECTIONS = 8
PATH_BYTES = 100
_SOON = 0.5


@dataclass(slots=True)
class _Known:
    """A call that was begun. Without an answer it is still going on, or nobody knows how it ended."""

    raw: bytes
    status: int = 0
    answer: bytes = b""


class Broker:
    """Serves one attempt from its start to `close`, in threads of the worker.

    For each new call, in a thread of the broker's: `reserve(call, max_micros)`, then `handler(call, max_micros,
    request) -> (response, cost_micros | None)`, then `settle(call, cost_micros)`. When the handler fails the call is
    settled with None: unknown, the reservation stays. `after_call` ends every such thread (close its connections).
    """

    def __init__(
        self,
        handler: Handler,
        *,
        reserve: Callable[[int, int], None],
        settle: Callable[[int, int | None], None],
        after_call: Callable[[], None] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.token = secrets.token_urlsafe(32)
        self._handler = handler
        self._reserve = reserve
        self._settle = settle
        self._after_call = after_call or (lambda: None)
        self._lock = threading.Lock()
        self._calls: dict[int, _Known] = {}
        self._kept = 0
        self._closed = threading.Event()
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._live: set[socket.socket] = set()
        self._home = Path(tempfile.mkdtemp(prefix="cb-", dir=directory))
        self.path = self._home / "s"
        self._socket = self._listen()
        self._thread = threading.Thread(target=self._accept, name="broker", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No call begins from now on, and no answer leaves; calls under way are still settled. Again is fine."""
        self._closed.set()
        with self._lock:
            live, self._live = self._live, set()
        for connection in (self._socket, *live):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=2 * _SOON)
        shutil.rmtree(self._home, ignore_errors=True)

    def _listen(self) -> socket.socket:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if len(os.fsencode(self.path)) > PATH_BYTES:
                raise BadInput("The directory for sockets has too long a name.", errors={"directory": "too long"})
            listening.bind(str(self.path))
            self.path.chmod(0o600)  # its directory is closed to others from the start
            listening.listen(CONNECTIONS)
            listening.settimeout(_SOON)
        except BaseException:
            listening.close()
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        return listening

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                refuse(connection, Throttled("Too many calls at once; wait and send it again."))
                continue
            with self._lock:
                self._live.add(connection)
            if self._closed.is_set():  # `close` may have looked before this one was noted
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            threading.Thread(target=self._serve, args=(connection,), name="broker-call", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            status, answer = self._answer(connection)
            if not self._closed.is_set():
                send(connection, status, answer)
                if status != HTTPStatus.OK:
                    linger(connection, LINGER_SECONDS)
        finally:
            with self._lock:
                self._live.discard(connection)
            connection.close()
            self._places.release()

    def _answer(self, connection: socket.socket) -> tuple[int, bytes]:
        try:
            request = read_call(connection, self.token)
            known = self._begin(request)
            return (known.status, known.answer) if known.answer else self._call(request)
        except ConductorError as error:
            return problem(error)
        except OSError as error:
            return problem(BadInput(f"The request broke off: {error.strerror or 'too slow'}.", code="malformed"))

    def _begin(self, request: Call) -> _Known:
        """Note that this call begins; one that is known is answered as before, never made twice."""
        with self._lock:
            if self._closed.is_set():
                raise Conflict("The attempt is over.", code="lease_lost")
            known = self._calls.get(request.call)
            if known is None:
                if self._kept > KEPT_BYTES:
                    raise BudgetExceeded("This attempt has had more answers than an attempt may have.")
                known = self._calls[request.call] = _Known(request.raw)
                self._kept += len(request.raw)
                return known
        if known.raw != request.raw:
            raise Conflict("This call number was used for another request.", code="idempotency_mismatch")
        if not known.answer:
            raise Conflict("This call is still under way.")
        return known

    def _call(self, request: Call) -> tuple[int, bytes]:
        status, answer = 0, b""
        try:
            status, answer = self._paid_call(request)
        except ConductorError as error:
            status, answer = problem(error)
        except Exception as error:  # whatever a handler raises must still answer the agent; it is told there
            status, answer = problem(ConductorError(f"The call failed ({type(error).__name__}).", code="agent_failed"))
        finally:
            self._after_call()
        with self._lock:
            known = self._calls[request.call]
            if status == HTTPStatus.OK:
                known.status, known.answer = status, answer
                self._kept += len(answer)
            elif known.status == 0:
                # Refused before anything was spent: it may be sent again. Otherwise the failure is the answer.
                del self._calls[request.call]
            else:
                known.status, known.answer = status, answer
        return status, answer

    def _paid_call(self, request: Call) -> tuple[int, bytes]:
        self._reserve(request.call, request.max_micros)
        cost: int | None = None
        self._calls[request.call].status = HTTPStatus.PROCESSING  # from here on it may have cost something
        try:
            response, cost = self._handler(request.call, request.max_micros, request.request)
        finally:
            self._settle(request.call, cost)
        answer = json.dumps({"call": request.call, "cost_micros": cost, "response": response}, allow_nan=False).encode()
        if len(answer) > ANSWER_BYTES:
            raise TooLarge("The answer is larger than a call may return.", code="agent_output_too_large")
        return HTTPStatus.OK, answer
