"""Secrets do not survive; ordinary words do."""

import time

import pytest

from conductor.lib import redact

SECRETS = [
    "sk-ant-api03-abcdefghijklmnopqrstuv",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "xoxb-1234567890-abcdefghij",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2Q",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_of_known_shapes_go(secret: str) -> None:
    cleaned = redact.redact(f"before {secret} after")
    assert secret not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_a_password_in_an_address_goes_and_the_rest_stays() -> None:
    assert redact.redact("postgres://app:hunter2@db/x") == "postgres://app:[redacted]@db/x"


def test_a_header_keeps_its_scheme() -> None:
    assert redact.redact("Authorization: Bearer abcdefghijklmnop1234") == "Authorization: Bearer [redacted]"


def test_a_remembered_value_goes_wherever_it_stands() -> None:
    redact.remember(["canary-value-77"])
    assert redact.redact("xcanary-value-77y") == "x[redacted]y"


def test_short_values_are_not_remembered() -> None:
    redact.remember(["the"])
    assert redact.redact("the brief") == "the brief"


def test_structures_are_cleaned_by_name_and_by_value() -> None:
    dirty = {"api_key": "zzz", "note": ["AKIAIOSFODNN7EXAMPLE"], "tokens": 12, "max_tokens": "9"}
    assert redact.redact_structure(dirty) == {
        "api_key": "[redacted]",
        "note": ["[redacted]"],
        "tokens": 12,
        "max_tokens": "9",
    }


def test_ordinary_text_is_left_alone() -> None:
    text = "The task-skipping token budget: 300 secrets of good copy, see https://example.com/a@b."
    assert redact.redact(text) == text


def test_environment_values_with_telling_names_are_remembered() -> None:
    redact.remember_environment({"SOME_API_KEY": "env-value-4711", "PATH": "/usr/bin-env"})
    assert redact.redact("env-value-4711 /usr/bin-env") == "[redacted] /usr/bin-env"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_KEY", "canary-env-1"),
        ("PGPASSWORD", "canary-env-2"),
        ("GITHUB_TOKEN_OF_CI", "canary-env-3"),
        ("MYSQL_PWD", "canary-env-4"),
        ("SENTRY_DSN", "https://canary5env@o1.example.org/1"),
        ("SOME_SECRET", "onlyletters"),
    ],
)
def test_a_word_that_says_secret_anywhere_in_a_variables_name_is_enough(name: str, value: str) -> None:
    redact.remember_environment({name: value})
    assert value not in redact.redact(f"it is {value}!")


def test_paths_addresses_and_plain_words_are_no_secrets_of_the_environment() -> None:
    said = {"SSH_AUTH_SOCK": "/run/user/agent.sock", "KEY_SERVER": "https://keys.example.org/x", "PWD": "/srv/place"}
    redact.remember_environment({**said, "AUTH_MODE": "disabled"})
    text = "/run/user/agent.sock https://keys.example.org/x /srv/place disabled"
    assert redact.redact(text) == text


def test_passwords_in_addresses_of_the_environment_are_remembered_in_every_form() -> None:
    redact.remember_environment({"QUEUE_URL": "amqp://me:canary%2Fpass%40word@host/x"})
    for form in ("canary%2Fpass%40word", "canary/pass@word"):
        assert redact.redact(f"<{form}>") == "<[redacted]>"


def test_a_secret_is_known_in_json_and_line_by_line() -> None:
    redact.remember(['canary"with\\quotes', "-----BEGIN X-----\nMIIcanarylineofakey1234\n-----END X-----"])
    assert "quotes" not in redact.redact('{"a": "canary\\"with\\\\quotes"}')
    assert "canaryline" not in redact.redact("first MIIcanarylineofakey1234 last")


def test_a_token_in_an_address_without_a_user_goes() -> None:
    said = redact.redact("cloning https://abcdefghijklmnop1234@git.example.org/x.git")
    assert said == "cloning https://[redacted]@git.example.org/x.git"


def test_prose_keeps_innocent_words_and_loses_what_is_a_secret_beyond_doubt() -> None:
    text = "Our secret: patience. Basic responsibilities, token gestures."
    assert redact.redact(text, prose=True) == text
    assert redact.redact("Basic responsibilities") == "Basic responsibilities"
    assert "AKIA" not in str(redact.redact_structure({"token": ["AKIAIOSFODNN7EXAMPLE"]}, prose=True))
    assert redact.redact_structure({"password": "open sesame"}, prose=True) == {"password": "open sesame"}


def test_endless_nesting_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert redact.REDACTED in str(redact.redact_structure(loop))


@pytest.mark.parametrize(
    "unit", ["sk-", "a_", "eyJ", "-----BEGIN PRIVATE KEY-----", "x://", "password=", "token ", "https://"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    def seconds(times: int) -> float:
        started = time.perf_counter()
        redact.redact(unit * times)
        return time.perf_counter() - started

    seconds(1000)
    assert seconds(40_000) < 40 * seconds(4_000) + 0.5
