"""Keys of models: add one, say what it is for, revoke it, test it, lend it to an attempt. A secret goes in and is not
given out again but to the agent that calls: it is in no answer, event, log or error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from agents import health
from agents.contracts import COMPATIBLE, PROVIDERS, Credential, Price
from agents.specs import access_of, parse
from campaigns import events
from campaigns.models import ModelKey, Team
from campaigns.permissions import Actor, require
from campaigns.queries import agents as known_agents
from campaigns.queries import model_keys as queries
from conductor.lib import outbound, redact, vault
from conductor.lib.errors import BadInput, Conflict, NotFound
from conductor.lib.ids import new_id
from conductor.lib.money import MICROS
from conductor.lib.text import clean

SHORTEST: Final = redact.SHORTEST_SECRET
LONGEST: Final = 500
MOST_PRICES: Final = 50
DEAREST: Final = 100_000
STRUCTURES: Final = ("", "native", "tool", "prompted")
_NOTE_USE_EVERY: Final = timedelta(minutes=1)
_CENT: Final = MICROS // 100


def add_key(
    *,
    team_id: UUID,
    provider: str,
    secret: str,
    endpoint: str = "",
    base_url: str = "",
    model: str = "",
    uses: Iterable[str] = (),
    prices: Mapping[str, Any] | None = None,
    structured: str = "",
    actor: Actor,
) -> ModelKey:
    """Access of a team to a provider, or to an endpoint of its own. The secret is sealed and never shown again."""
    require(actor, "model_keys", team_id)
    provider = _provider(provider)
    key = ModelKey(pk=new_id(), team_id=team_id, provider=provider, created_by_id=actor.user_id)
    key.endpoint, key.base_url = _address(provider, endpoint, base_url)
    secret = _secret(secret, needed=provider != COMPATIBLE)
    key.sealed = vault.seal(secret, owner=_owner(key), secrets=settings.MODEL_KEY_SECRETS)
    key.last_four = secret[-4:] if len(secret) >= 2 * SHORTEST else ""
    _choose(key, model=model, uses=uses, prices=prices or {}, structured=structured)
    try:
        with transaction.atomic():
            team = _locked(team_id)
            key.save(force_insert=True)
            _take_over(key)
            data = {"last_four": key.last_four, "uses": key.uses}
            _tell(team, "team.model_key_added", f"Access to {key} was added.", key, actor, **data)
    except IntegrityError:
        words = f"The team has access to {key} already; revoke that key first."
        raise Conflict(words, errors={"endpoint" if key.endpoint else "provider": "Is there already."}) from None
    return key


def change_key(*, key_id: UUID, changes: Mapping[str, Any], actor: Actor) -> ModelKey:
    """What a key is used for: `model`, `uses`, `prices`, `structured`. Never its secret, nor where that is sent to."""
    found = _found(key_id, actor)
    unknown = sorted(set(changes) - {"model", "uses", "prices", "structured"})
    if unknown:
        raise BadInput(errors=dict.fromkeys(unknown, "Cannot be changed; add a new key."))
    with transaction.atomic():
        team = _locked(found.team_id)
        key = ModelKey.objects.select_for_update(no_key=True).get(pk=key_id)
        if key.revoked_at is not None:
            raise Conflict("This key is revoked.")
        now = {"model": key.model, "uses": key.uses, "prices": key.prices, "structured": key.structured}
        _choose(key, **{**now, **changes})
        key.save(update_fields=["model", "uses", "prices", "structured"])
        _take_over(key)
        _tell(team, "team.model_key_changed", f"The use of {key} was changed.", key, actor, uses=key.uses)
    return key


def revoke_key(*, key_id: UUID, actor: Actor) -> ModelKey:
    """End it at once: the sealed secret is erased, and the next call is not made. Twice is as good as once."""
    found = _found(key_id, actor)
    with transaction.atomic():
        team = _locked(found.team_id)
        gone = {"revoked_at": timezone.now(), "sealed": "", "uses": []}
        if ModelKey.objects.filter(pk=key_id, revoked_at=None).update(**gone):
            last = found.last_four
            _tell(team, "team.model_key_revoked", f"Access to {found} was revoked.", found, actor, last_four=last)
    found.refresh_from_db()
    return found


def check_agent(*, team_id: UUID, spec: str, actor: Actor) -> dict[str, Any]:
    """Is this agent well for that team? A model is really asked, a few tokens long; that cost is in no budget."""
    require(actor, "check_agent", team_id)
    link = str(parse(spec)[0])
    needed = access_of(link)
    if needed is None:
        return known_agents.check(spec)
    lacking = queries.lacking(team_id, link)
    if lacking:
        return {"spec": link, "ok": False, "words": lacking, "version": ""}
    found = health.probe(link, lend(team_id, *needed))
    return {"spec": link, "ok": found.ok, "words": redact.redact(found.words), "version": found.version}


def check_key(*, key_id: UUID, model: str = "", actor: Actor) -> dict[str, Any]:
    """The same for a key with its own model, or with another of the provider's."""
    found = ModelKey.objects.filter(pk=key_id).first()
    if found is None:
        raise NotFound("There is no such key.")
    require(actor, "check_agent", found.team_id)
    named = clean(model, "model", most=120) or found.model
    if not named:
        raise BadInput(errors={"model": "Is needed to test this key."})
    return check_agent(team_id=found.team_id, spec=queries.spec_of(found, named), actor=actor)


def lend(team_id: UUID, provider: str, endpoint: str) -> Credential:
    """The access itself, for whoever calls a model now. NotFound without a key, BadSetting if it cannot be opened.

    From here on this process takes the secret out of whatever it logs, stores or shows.
    """
    key = queries.usable(team_id, provider, endpoint)
    if key is None:
        raise NotFound(f"The team has no access to {' '.join(filter(None, (provider, endpoint)))}.")
    secret = vault.unseal(key.sealed, owner=_owner(key), secrets=settings.MODEL_KEY_SECRETS)
    redact.remember([secret])
    _note_use(key)
    return Credential(
        provider=provider,
        key=secret,
        base_url=key.base_url,
        structured=key.structured,
        prices={name: _price(said) for name, said in key.prices.items()},
        slice_micros=settings.MODEL_SLICE_CENTS * _CENT,
        hosts=tuple(settings.MODEL_HOSTS),
    )


def reseal_keys(*, actor: Actor) -> int:
    """Seal every key anew under the first of the installation's secrets, so that former ones can be forgotten."""
    if not actor.is_system:
        raise NotFound
    done = 0
    with transaction.atomic():
        for key in ModelKey.objects.select_for_update(no_key=True).filter(revoked_at=None).order_by("pk"):
            secret = vault.unseal(key.sealed, owner=_owner(key), secrets=settings.MODEL_KEY_SECRETS)
            key.sealed = vault.seal(secret, owner=_owner(key), secrets=settings.MODEL_KEY_SECRETS)
            key.save(update_fields=["sealed"])
            done += 1
    return done


def _owner(key: ModelKey) -> str:
    """What a secret is sealed for: this key of this team, and the place it is sent to. Of another it does not open."""
    return " ".join((str(key.pk), str(key.team_id), key.provider, key.endpoint, key.base_url))


def _found(key_id: UUID, actor: Actor) -> ModelKey:
    found = ModelKey.objects.filter(pk=key_id).first()
    if found is None:
        raise NotFound("There is no such key.")
    require(actor, "model_keys", found.team_id)
    return found


def _locked(team_id: UUID) -> Team:
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise NotFound("There is no such team.")
    return team


def _provider(said: str) -> str:
    if said not in PROVIDERS:
        raise BadInput(errors={"provider": f"Must be one of {', '.join(PROVIDERS)}."})
    return said


def _address(provider: str, endpoint: str, base_url: str) -> tuple[str, str]:
    """A name and an address for an endpoint of one's own; a provider has at most another address, as a gateway."""
    endpoint, base_url = clean(endpoint, "endpoint", most=60), (base_url or "").strip()
    if provider == COMPATIBLE:
        if not endpoint or slugify(endpoint) != endpoint or "_" in endpoint:
            raise BadInput(errors={"endpoint": "Must be a short name of a-z, 0-9 and hyphens, such as local."})
        if not base_url:
            raise BadInput(
                errors={"base_url": "Is needed: where the endpoint is, such as https://models.example.com/v1."}
            )
    elif endpoint:
        raise BadInput(errors={"endpoint": f"Only {COMPATIBLE} has endpoints of one's own."})
    return endpoint, outbound.check_address(base_url, hosts=settings.MODEL_HOSTS) if base_url else ""


def _secret(said: str, *, needed: bool) -> str:
    secret = said.strip() if isinstance(said, str) else ""
    if not secret and not needed:
        return ""
    if not SHORTEST <= len(secret) <= LONGEST or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise BadInput(errors={"key": f"Must be one key of {SHORTEST} to {LONGEST} characters, without spaces."})
    return secret


def _choose(key: ModelKey, *, model: str, uses: Iterable[str], prices: Mapping[str, Any], structured: str) -> None:
    key.model = clean(model, "model", most=120)
    key.uses = _uses(uses)
    key.prices = _prices(prices)
    if structured not in STRUCTURES:
        raise BadInput(errors={"structured": f"Must be one of {', '.join(STRUCTURES[1:])}, or nothing."})
    key.structured = structured
    if key.uses and not key.model:
        raise BadInput(errors={"model": "Is needed where the key is used by default."})
    if key.model:
        try:
            parse(queries.spec_of(key))
        except BadInput as error:
            raise BadInput(errors={"model": error.message}) from error


def _uses(said: Iterable[str]) -> list[str]:
    wanted = [said] if isinstance(said, str) else list(said)
    if any(use not in queries.USES for use in wanted):
        raise BadInput(errors={"uses": f"Must be some of {', '.join(queries.USES)}."})
    return [use for use in queries.USES if use in wanted]


def _prices(said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    if not isinstance(said, Mapping) or len(said) > MOST_PRICES:
        raise BadInput(errors={"prices": f"Must be an object of at most {MOST_PRICES} models."})
    kept: dict[str, dict[str, str]] = {}
    for name, price in said.items():
        model = clean(name, "prices", most=120, required=True)
        if not isinstance(price, Mapping) or set(price) != {"input", "output"}:
            raise BadInput(errors={f"prices.{model[:60]}": 'Must be {"input": "…", "output": "…"} per million tokens.'})
        kept[model] = {side: _amount(f"prices.{model[:60]}.{side}", price[side]) for side in ("input", "output")}
    return kept


def _amount(field: str, said: Any) -> str:
    try:
        amount = Decimal(said) if isinstance(said, str) else Decimal(int(said)) if type(said) is int else None
    except ArithmeticError:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= DEAREST or amount * MICROS % 1:
        raise BadInput(errors={field: f'Must be an amount as text, such as "2.50", at most {DEAREST:,}.'})
    return str(said)


def _price(said: Mapping[str, str]) -> Price:
    return Price(int(Decimal(said["input"]) * MICROS), int(Decimal(said["output"]) * MICROS))


def _take_over(key: ModelKey) -> None:
    """A part is served by one key: what this one takes, others of the team lose."""
    for other in ModelKey.objects.filter(team=key.team_id, revoked_at=None).exclude(pk=key.pk):
        left = [use for use in other.uses if use not in key.uses]
        if left != other.uses:
            ModelKey.objects.filter(pk=other.pk).update(uses=left)


def _note_use(key: ModelKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - _NOTE_USE_EVERY:
        rare = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTE_USE_EVERY)
        ModelKey.objects.filter(rare, pk=key.pk).update(last_used_at=now)


def _tell(team: Team, type_: str, message: str, key: ModelKey, actor: Actor, **data: Any) -> None:
    named = {"provider": key.provider, "endpoint": key.endpoint}
    events.record_team(team, type_, actor=actor, message=message, data={**named, **data})
