"""Tags and filters of the pages: words, badges, times, money, and text that cannot play tricks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from campaigns import states
from campaigns.templatetags import campaigns_ui as ui

SPRITE = next((Path(settings.BASE_DIR) / "static" / "vendor").glob("lucide-*/icons.svg")).read_text()
TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
TEMPLATES = Path(settings.BASE_DIR) / "templates"
LEAST_CONTRAST = 4.5


def test_every_state_has_a_look() -> None:
    words = {state.value for enum in states.STATES.values() for state in enum} | {
        verdict.value for verdict in states.Verdict
    }

    assert words - set(states.LOOKS) == set()


def test_every_icon_of_palette_and_templates_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
    used = {icon for _, icon in states.LOOKS.values()}
    for template in TEMPLATES.rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)" %}', template.read_text()))
        used |= set(re.findall(r'with image="([^"]+)"', template.read_text()))

    assert used - known == set()


def test_every_colour_of_the_palette_has_a_tint_and_an_ink() -> None:
    for colour, _ in states.LOOKS.values():
        assert f"--tint-{colour}:" in TOKENS
        assert f"--ink-{colour}:" in TOKENS


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


COLOURS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)}
PAIRS = [
    *((f"ink-{colour}", f"tint-{colour}") for colour, _ in states.LOOKS.values()),
    ("tblr-body-color", "tblr-body-bg"),
    ("tblr-secondary-color", "tblr-body-bg"),
    ("tblr-secondary-color", "tblr-bg-surface"),
    ("tblr-secondary-color", "tblr-bg-surface-secondary"),
    ("tblr-link-color", "tblr-bg-surface"),
    ("tblr-primary-fg", "tblr-primary"),
    ("tblr-danger", "tblr-bg-surface"),
    ("mark-ink", "mark-bg"),
    ("tblr-body-color", "added-bg"),
    ("tblr-body-color", "removed-bg"),
]


@pytest.mark.parametrize("pair", sorted(set(PAIRS)), ids=" on ".join)
def test_text_can_be_read_in_both_themes(pair: tuple[str, str]) -> None:
    text, ground = pair

    for theme in (0, 1):
        assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= LEAST_CONTRAST


def test_a_badge_says_its_state_in_colour_icon_and_word() -> None:
    html = str(ui.status("partially_completed"))

    assert "state-yellow" in html
    assert "#triangle-alert" in html
    assert ">partially completed<" in html


def test_not_audited_is_never_green() -> None:
    assert "green" not in str(ui.status("not_audited"))
    assert "green" not in str(ui.status(None))


def test_an_unknown_state_is_shown_and_escaped() -> None:
    assert "&lt;b&gt;" in str(ui.status("<b>"))


@pytest.mark.parametrize(
    ("ms", "words"),
    [(None, "—"), (0, "0 ms"), (340, "340 ms"), (1_500, "1.5 s"), (80_000, "1 min 20 s"), (5_400_000, "1 h 30 min")],
)
def test_durations_in_words(ms: int | None, words: str) -> None:
    assert ui.duration(ms) == words


@pytest.mark.parametrize(
    ("micros", "words"),
    [
        (None, "unknown"),
        (0, "0.00 USD"),
        (1_500_000, "1.50 USD"),
        (12, "0.000012 USD"),
        (2_000_000_000, "2,000.00 USD"),
    ],
)
def test_money_is_exact_and_unknown_is_not_zero(micros: int | None, words: str) -> None:
    assert ui.money(micros) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (42, "42 s ago"),
        (600, "10 min ago"),
        (7_200, "2 h ago"),
        (200_000, "2 d ago"),
        (-3_600, "in 60 min"),
    ],
)
def test_relative_times(seconds: float, words: str) -> None:
    assert ui.relative(seconds) == words


def test_a_moment_is_a_time_element_with_the_exact_time() -> None:
    html = str(ui.clock(datetime(2026, 3, 1, 12, 30, tzinfo=UTC)))

    assert 'datetime="2026-03-01T12:30:00+00:00"' in html
    assert "1 March 2026, 12:30:00 UTC" in html
    assert str(ui.clock(None, "never")) == '<span class="dim">never</span>'


def test_a_span_runs_to_the_present_until_it_has_ended() -> None:
    start = timezone.now() - timedelta(seconds=10)

    assert ui.span_ms(start, start + timedelta(seconds=2)) == 2_000
    assert (ui.span_ms(start, None) or 0) >= 10_000
    assert ui.span_ms(None, None) is None


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07done", "done"),
        ("50 %\r100 %", "50 %\n100 %"),
        ("a\x00b", "a⟦0000⟧b"),
        ("user\u202egnp.exe", "user⟦202E⟧gnp.exe"),
        ("zero\u200bwidth", "zero⟦200B⟧width"),
        ("family 👩\u200d👧 and naïve", "family 👩\u200d👧 and naïve"),
        ("tab\tand\nline", "tab\tand\nline"),
        (None, ""),
    ],
)
def test_text_from_outside_cannot_hide_or_overwrite_anything(raw: str | None, shown: str) -> None:
    assert ui.plain(raw) == shown


def test_a_long_line_of_escapes_is_read_in_linear_time() -> None:
    assert len(ui.plain("\x1b]" * 200_000)) < 400_000


@pytest.mark.parametrize("bad", ["red", "#12", "#12345g", "#fff;}", "url(x)", "", None])
def test_only_a_colour_gets_into_a_drawing(bad: str | None) -> None:
    assert ui.hexcolour(bad) == ""


def test_a_live_part_says_what_it_follows_and_from_where() -> None:
    html = Template("{% load campaigns_ui %}<i {% live 'run' id '/x/' 'task audit' 7 %}></i>").render(
        Context({"id": "abc"})
    )

    assert 'data-live="run:abc"' in html
    assert 'data-live-types="task audit"' in html
    assert 'data-live-after="7"' in html
    assert 'hx-get="/x/"' in html


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (999, "999"), (63_206, "63,206"), ("x", "x"), (None, "None")])
def test_whole_numbers_have_their_thousands_apart(number: object, said: str) -> None:
    assert ui.thousands(number) == said


def test_platforms_are_written_as_they_write_themselves() -> None:
    assert [ui.platform_title(name) for name in ("linkedin", "twitter", "newplace", None)] == [
        "LinkedIn",
        "Twitter/X",
        "Newplace",
        "",
    ]


def test_tasks_of_plans_keep_their_keys() -> None:
    assert ui.named("visual_concept", "creative") == "visual concept"
    assert ui.named("step_1", "coding") == "step_1"
