"""One call to a model over its own protocol, streamed: text as it comes, then what was said and spent.

The only module that loads the libraries of providers. Must not retry, pay or judge: whoever calls does that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpx2
from pydantic_ai import exceptions as ai
from pydantic_ai.messages import (
    InstructionPart,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from agents.backends.llm import guard
from agents.backends.llm.calls import Call, CallFailed, Said, Turn
from agents.contracts import AgentFault
from agents.providers import COMPATIBLE, KNOWN
from conductor.lib import redact

log = logging.getLogger(__name__)

#: Streams carry each token in an envelope of its own.
_ENVELOPE: Final = 40
_NO_KEY: Final = "no-key-needed"
#: No model reads or writes more at once; a figure above it is no figure.
MOST_TOKENS: Final = 100_000_000
_TOOL: Final = "answer"
_LONGEST_WORDS: Final = 300
#: Servers of one's own know the older name of the limit.
_OLDER: Final = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)


async def call(asked: Call, said: Said) -> None:
    """Fills in what is said as it comes; CallFailed says why there is no whole answer."""
    most = asked.output_bytes * _ENVELOPE + 1_000_000
    key = asked.credential.key or _NO_KEY
    http = guard.client(asked.credential.hosts, key=key, seconds=asked.seconds, most_bytes=most)
    try:
        async with http:
            await _stream(_model(asked, http), asked, said)
    except CallFailed:
        raise
    except Exception as error:  # whatever a provider's library raises is told by its kind, with what was said so far
        raise _failed(error, said) from error


async def _stream(model: Model, asked: Call, said: Said) -> None:
    settings = ModelSettings(max_tokens=asked.max_tokens, timeout=asked.seconds, max_retries=0)
    parameters = _parameters(asked)
    async with model.request_stream(_messages(asked.turns), settings, parameters) as response:
        size = 0
        try:
            async for event in response:
                text = _text_of(event)
                if text:
                    said.text += text
                    size += len(text.encode("utf-8", "replace"))
                    asked.heard(text)
                if size > asked.output_bytes:
                    fault = AgentFault("agent_output_too_large", "The model wrote more than its limit.", "fatal")
                    raise CallFailed(fault, said)
        finally:
            _note(response, said)


def _note(response: StreamedResponse, said: Said) -> None:
    """What was spent and why it ended, as far as it was told."""
    with suppress(Exception):  # a stream that broke before it told anything has nothing to note
        whole = response.get()
        usage = whole.usage.input_tokens, whole.usage.output_tokens
        if all(type(tokens) is int and 0 <= tokens <= MOST_TOKENS for tokens in usage):
            said.input_tokens, said.output_tokens = usage
        said.ended = str(whole.finish_reason or "")
        said.refused = said.ended == "content_filter" or bool((whole.provider_details or {}).get("refusal"))


def _text_of(event: object) -> str:
    if isinstance(event, PartStartEvent):
        part = event.part
        if isinstance(part, TextPart):
            return part.content
        if isinstance(part, ToolCallPart) and part.args:
            return part.args if isinstance(part.args, str) else part.args_as_json_str()
    if isinstance(event, PartDeltaEvent):
        delta = event.delta
        if isinstance(delta, TextPartDelta):
            return delta.content_delta
        if isinstance(delta, ToolCallPartDelta) and isinstance(delta.args_delta, str):
            return delta.args_delta
    return ""


def _messages(turns: Sequence[Turn]) -> list[ModelMessage]:
    return [
        ModelRequest(parts=[UserPromptPart(text)]) if who == "user" else ModelResponse(parts=[TextPart(text)])
        for who, text in turns
    ]


def _parameters(asked: Call) -> ModelRequestParameters:
    told = [InstructionPart(content=asked.system)]
    schema = dict(asked.schema or {})
    if asked.structure == "native":
        wanted = OutputObjectDefinition(json_schema=schema, name=_TOOL)
        return ModelRequestParameters(output_mode="native", output_object=wanted, instruction_parts=told)
    if asked.structure == "tool":
        tool = ToolDefinition(
            name=_TOOL, description="Give the whole answer.", parameters_json_schema=schema, kind="output"
        )
        return ModelRequestParameters(
            output_mode="tool", output_tools=[tool], allow_text_output=False, instruction_parts=told
        )
    return ModelRequestParameters(instruction_parts=told)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whom to ask where: model and endpoint by name, with key and address."""

    model: str
    endpoint: str
    key: str
    base: str
    http: httpx2.AsyncClient


def _openai(at: _Place) -> Model:
    return OpenAIChatModel(at.model, provider=OpenAIProvider(api_key=at.key, base_url=at.base, http_client=at.http))


def _anthropic(at: _Place) -> Model:
    return AnthropicModel(at.model, provider=AnthropicProvider(api_key=at.key, base_url=at.base, http_client=at.http))


def _google(at: _Place) -> Model:
    return GoogleModel(at.model, provider=GoogleProvider(api_key=at.key, base_url=at.base, http_client=at.http))


def _compatible(at: _Place) -> Model:
    provider = OpenAICompatibleProvider(at.endpoint, api_key=at.key, base_url=at.base, http_client=at.http)
    return OpenAIChatModel(at.model, provider=provider, profile=_OLDER)


_MODELS: Final[dict[str, Callable[[_Place], Model]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "google": _google,
    COMPATIBLE: _compatible,
}


def _model(asked: Call, http: httpx2.AsyncClient) -> Model:
    """The address is always said here, so that no variable of the environment says another."""
    target, lent = asked.target, asked.credential
    base = lent.base_url or KNOWN[target.provider].address
    return _MODELS[target.provider](_Place(target.model, target.endpoint, lent.key or _NO_KEY, base, http))


def _failed(error: BaseException, said: Said) -> CallFailed:
    """What went wrong, by the first of the error and its causes that tells."""
    seen: BaseException | None = error
    for _ in range(10):
        if isinstance(seen, guard.Refused):
            return CallFailed(seen.fault, said, free=not said.text and seen.fault.code == "agent_unreachable")
        if seen is None:
            break
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, ai.ModelAPIError):
        return _told_by_provider(error, said)
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return CallFailed(AgentFault("agent_timeout", "The model took longer than its limit.", "transient"), said)
    if isinstance(error, httpx2.HTTPError | OSError):
        return CallFailed(_silent(), said, again=True)
    if isinstance(error, ai.UserError):
        words = f"This model cannot be asked like this: {_words(error)}"
        return _refused(said, words)
    if not isinstance(error, ai.AgentRunError | ValueError):
        log.error("call broke off", exc_info=error)
    words = "The model's answer cannot be read as its protocol demands."
    return CallFailed(AgentFault("agent_output_invalid", words, "retriable"), said)


#: What a provider refuses for good, and the words for it; the first that fits.
_FOR_GOOD: Final[tuple[tuple[type[ai.ModelAPIError], str], ...]] = (
    (ai.ModelQuotaExceededError, "The account at the provider has no credit left."),
    (ai.ModelAuthenticationError, "The provider does not accept the key."),
    (ai.ModelNotFoundError, "The provider does not know this model, or nothing answers at this path."),
)


def _told_by_provider(error: ai.ModelAPIError, said: Said) -> CallFailed:
    words = next((words for kind, words in _FOR_GOOD if isinstance(error, kind)), "")
    if words or isinstance(error, ai.ModelRequestRejectedError):
        return _refused(said, words or f"The provider refuses the request: {_words(error)}")
    if isinstance(error, ai.ModelTimeoutError | ai.ModelRequestTimeout):
        fault = AgentFault("agent_timeout", "The model took longer than its limit.", "transient")
        return CallFailed(fault, said, free=getattr(error, "phase", None) == "connect")
    if isinstance(error, ai.ModelConnectionError):
        return CallFailed(_silent(), said, again=True, free=error.phase in ("connect", "pool"))
    code, told = "agent_unreachable", "The provider has trouble."
    if isinstance(error, ai.ModelRateLimitError):
        code, told = "agent_throttled", "The provider asks to slow down."
    fault = AgentFault(code, told, "transient", retry_after_s=error.retry_after)
    at_once = isinstance(error, ai.ModelHTTPError) and not error.in_stream
    return CallFailed(fault, said, again=True, free=at_once)


def _refused(said: Said, words: str) -> CallFailed:
    return CallFailed(AgentFault("agent_unreachable", words, "fatal"), said, free=True)


def _silent() -> AgentFault:
    return AgentFault("agent_unreachable", "The model's address does not answer, or broke off.", "transient")


def _words(error: BaseException) -> str:
    """What a provider says of a request it refuses; never of a key, which some repeat."""
    body = getattr(error, "body", None)
    told = body.get("error", body) if isinstance(body, dict) else body
    message = told.get("message") if isinstance(told, dict) else told
    return redact.redact(str(message or type(error).__name__))[:_LONGEST_WORDS]
