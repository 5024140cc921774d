"""How each provider words an answer, an error and a stream. Only what a client needs to read it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from typing import Protocol as Typed

Json = dict[str, Any]


class Said(Typed):
    """What of a reply the protocols read."""

    @property
    def text(self) -> str: ...
    @property
    def refusal(self) -> str: ...
    @property
    def cut(self) -> bool: ...
    @property
    def endless(self) -> bool: ...
    @property
    def tokens(self) -> tuple[int, int] | None: ...
    @property
    def pieces(self) -> int: ...


class Protocol(Typed):
    name: str

    def is_streamed(self, path: str, body: Mapping[str, Any]) -> bool: ...
    def whole(self, body: Mapping[str, Any], said: Said) -> Json: ...
    def stream(self, body: Mapping[str, Any], said: Said) -> Iterator[bytes]: ...
    def error(self, status: int, message: str) -> Json: ...


def of_path(path: str) -> Protocol | None:
    if path.endswith("/chat/completions"):
        return OpenAI()
    if path.partition("?")[0].endswith("/messages"):
        return Anthropic()
    return Google() if "enerateContent" in path else None


def _frame(data: Json, event: str = "") -> bytes:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _pieces(said: Said) -> Iterator[str]:
    if said.endless:
        yield from itertools.repeat(said.text or "blah ")
    size = max(1, len(said.text) // said.pieces)
    for start in range(0, len(said.text), size):
        yield said.text[start : start + size]


class OpenAI:
    name = "openai"

    def is_streamed(self, path: str, body: Mapping[str, Any]) -> bool:
        return bool(body.get("stream"))

    def whole(self, body: Mapping[str, Any], said: Said) -> Json:
        message: Json = {"role": "assistant", "content": said.text or None, "refusal": said.refusal or None}
        choice = {"index": 0, "message": message, "finish_reason": self._ended(said), "logprobs": None}
        return {**self._head(body, "chat.completion"), "choices": [choice], "usage": self._usage(said)}

    def stream(self, body: Mapping[str, Any], said: Said) -> Iterator[bytes]:
        def chunk(delta: Json, ended: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "finish_reason": ended, "logprobs": None}
            return _frame({**self._head(body, "chat.completion.chunk"), "choices": [choice]})

        yield chunk({"role": "assistant", "content": ""})
        if said.refusal:
            yield chunk({"refusal": said.refusal})
        for piece in _pieces(said):
            yield chunk({"content": piece})
        yield chunk({}, self._ended(said))
        if (body.get("stream_options") or {}).get("include_usage") and said.tokens:
            yield _frame({**self._head(body, "chat.completion.chunk"), "choices": [], "usage": self._usage(said)})
        yield b"data: [DONE]\n\n"

    def error(self, status: int, message: str) -> Json:
        return {"error": {"message": message, "type": "scripted_error", "param": None, "code": None}}

    @staticmethod
    def _ended(said: Said) -> str:
        return "length" if said.cut else "stop"

    @staticmethod
    def _usage(said: Said) -> Json | None:
        if said.tokens is None:
            return None
        told, written = said.tokens
        return {"prompt_tokens": told, "completion_tokens": written, "total_tokens": told + written}

    @staticmethod
    def _head(body: Mapping[str, Any], kind: str) -> Json:
        return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": body.get("model", "mock")}


class Anthropic:
    name = "anthropic"

    def is_streamed(self, path: str, body: Mapping[str, Any]) -> bool:
        return bool(body.get("stream"))

    def whole(self, body: Mapping[str, Any], said: Said) -> Json:
        tool = self._tool(body, said)
        block: Json = {"type": "text", "text": said.text or said.refusal}
        if tool:
            block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": json.loads(said.text)}
        told, written = said.tokens or (0, 0)
        usage = {"input_tokens": told, "output_tokens": written}
        return {**self._head(body), "content": [block], "stop_reason": self._ended(said, tool), "usage": usage}

    def stream(self, body: Mapping[str, Any], said: Said) -> Iterator[bytes]:
        tool = self._tool(body, said)
        told, written = said.tokens or (0, 0)
        start = {**self._head(body), "content": [], "stop_reason": None}
        start["usage"] = {"input_tokens": told, "output_tokens": 1}
        yield _frame({"type": "message_start", "message": start}, "message_start")
        block: Json = {"type": "text", "text": ""}
        if tool:
            block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {}}
        yield _frame({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start")
        for piece in _pieces(said) if not said.refusal else iter([said.refusal]):
            delta = (
                {"type": "input_json_delta", "partial_json": piece} if tool else {"type": "text_delta", "text": piece}
            )
            yield _frame({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")
        yield _frame({"type": "content_block_stop", "index": 0}, "content_block_stop")
        ended = {"stop_reason": self._ended(said, tool), "stop_sequence": None}
        usage = {"input_tokens": told, "output_tokens": written}
        yield _frame({"type": "message_delta", "delta": ended, "usage": usage}, "message_delta")
        yield _frame({"type": "message_stop"}, "message_stop")

    def error(self, status: int, message: str) -> Json:
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}
        return {"type": "error", "error": {"type": kinds.get(status, "api_error"), "message": message}}

    @staticmethod
    def _tool(body: Mapping[str, Any], said: Said) -> str:
        """A model that is given a tool uses it, unless it has something else to say."""
        tools = body.get("tools") or []
        return str(tools[0]["name"]) if tools and said.text.startswith("{") and not said.refusal else ""

    @staticmethod
    def _ended(said: Said, tool: str) -> str:
        if said.refusal:
            return "refusal"
        return "max_tokens" if said.cut else "tool_use" if tool else "end_turn"

    @staticmethod
    def _head(body: Mapping[str, Any]) -> Json:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": body.get("model", "mock"),
            "stop_sequence": None,
        }


class Google:
    name = "google"

    def is_streamed(self, path: str, body: Mapping[str, Any]) -> bool:
        return "streamGenerateContent" in path

    def whole(self, body: Mapping[str, Any], said: Said) -> Json:
        return self._chunk(said, said.text or said.refusal, last=True)

    def stream(self, body: Mapping[str, Any], said: Said) -> Iterator[bytes]:
        for piece in _pieces(said):
            yield _frame(self._chunk(said, piece, last=False))
        yield _frame(self._chunk(said, "", last=True))

    def error(self, status: int, message: str) -> Json:
        names = {401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
        return {"error": {"code": status, "message": message, "status": names.get(status, "INTERNAL")}}

    @staticmethod
    def _chunk(said: Said, text: str, *, last: bool) -> Json:
        ended = "SAFETY" if said.refusal else "MAX_TOKENS" if said.cut else "STOP"
        candidate: Json = {"index": 0, "content": {"role": "model", "parts": [{"text": text}] if text else []}}
        if last:
            candidate["finishReason"] = ended
        made: Json = {"candidates": [candidate], "modelVersion": "mock", "responseId": "r1"}
        if last and said.tokens:
            told, written = said.tokens
            made["usageMetadata"] = {
                "promptTokenCount": told,
                "candidatesTokenCount": written,
                "totalTokenCount": told + written,
            }
        return made
