"""The figures of the audit are counted right, and no family of rules cries wolf: the gate on precision."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import audit, labelled
from benchmarks.audit import LEAST_PRECISION, Score, measure
from benchmarks.labelled import FAMILIES, Passage, read_all


@cache
def real() -> tuple[list[Passage], list[Score]]:
    passages = read_all()
    return passages, measure(passages)[0]


def score(family: str) -> Score:
    return next(one for one in real()[1] if one.family == family and not one.language)


@pytest.mark.parametrize("family", FAMILIES)
def test_nine_of_ten_findings_of_every_family_are_right(family: str) -> None:
    precision = score(family).precision
    faults = "\n".join(audit.faults([score(family)]))
    assert precision is not None, "nothing was flagged"
    assert precision >= LEAST_PRECISION, faults


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_finds_most_of_what_is_wrong(family: str) -> None:
    assert (score(family).recall or 0) >= 0.7, "\n".join(audit.faults([score(family)]))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_ten_planted_and_ten_clean_passages_in_both_languages(family: str) -> None:
    mine = [passage for passage in real()[0] if passage.family == family]
    planted = [passage for passage in mine if passage.expected]
    assert len(planted) >= 10
    assert len(mine) - len(planted) >= 10
    assert min(Counter(passage.language for passage in mine).values()) >= 8


def test_the_set_is_large_and_even() -> None:
    passages = real()[0]
    assert len(passages) >= 320
    assert 0.4 <= sum(bool(passage.expected) for passage in passages) / len(passages) <= 0.6
    assert 0.5 <= sum(passage.language == "en" for passage in passages) / len(passages) <= 0.7


# A toy set, of which everything is known.

TOY = [
    {"id": "hit", "kind": "body", "text": "Cheap coats.", "expected": [{"quote": "Cheap"}]},
    {"id": "miss", "kind": "body", "text": "Shabby coats.", "expected": [{"quote": "Shabby"}]},
    {"id": "alarm", "kind": "body", "text": "Two cheap coats."},
    {"id": "clean", "kind": "body", "text": "Two fair coats."},
    {"id": "beside", "kind": "body", "text": "A cheap coat, a good hat.", "expected": [{"quote": "good hat"}]},
    {"id": "either", "kind": "body", "text": "A cheap coat.", "expected": [{"any": ["cheap", "coat"]}]},
    {"id": "whole", "kind": "headline", "text": "So cheap", "expected": [{"quote": ""}]},
]


def toy(folder: Path, *entries: dict[str, Any], family: str = "prohibited_terms") -> list[Passage]:
    brief = {"constraints": {"prohibited_terms": ["cheap"]}}
    written = [
        {
            "language": "en",
            "brief": brief,
            **entry,
            "expected": [{"family": family, **label} for label in entry.get("expected", ())],
        }
        for entry in entries
    ]
    (folder / f"{family}.yaml").write_text(yaml.safe_dump(written), "utf-8")
    return read_all(folder)


def test_hits_misses_and_false_alarms_are_counted_right(tmp_path: Path) -> None:
    scores, others = measure(toy(tmp_path, *TOY))
    mine = next(one for one in scores if one.family == "prohibited_terms" and not one.language)
    assert (mine.passages, mine.planted, mine.hits) == (7, 5, 3)
    assert [one.passage.id for one in mine.misses] == ["miss", "beside"]
    assert [one.passage.id for one in mine.alarms] == ["alarm", "beside"]
    assert (mine.precision, mine.recall, mine.f1) == (0.6, 0.6, 0.6)
    assert others == {}


def test_a_false_alarm_counts_in_every_file(tmp_path: Path) -> None:
    entry = {"id": "one", "kind": "body", "text": "A cheap coat.", "expected": []}
    (score_,) = [
        one
        for one in measure(toy(tmp_path, entry, family="tone"))[0]
        if one.family == "prohibited_terms" and not one.language
    ]
    assert (score_.passages, len(score_.alarms), score_.precision, score_.recall) == (0, 1, 0.0, None)


def test_one_missing_thing_answers_one_label(tmp_path: Path) -> None:
    brief = {"key_messages": ["Repairs are free for ten years", "Made from recycled sails"]}
    entry = {"id": "one", "kind": "body", "text": "A coat.", "brief": brief, "expected": [{"quote": ""}]}
    scores, _ = measure(toy(tmp_path, entry, family="brief_coverage"))
    mine = next(one for one in scores if one.family == "brief_coverage" and not one.language)
    assert (mine.hits, len(mine.alarms), mine.precision) == (1, 1, 0.5)


def test_figures_of_a_language_are_its_own(tmp_path: Path) -> None:
    german = {"id": "de", "language": "de", "kind": "body", "text": "Shabby Mantel.", "expected": [{"quote": "Shabby"}]}
    scores, _ = measure(toy(tmp_path, TOY[0], german))
    by_language = {one.language: one.recall for one in scores if one.family == "prohibited_terms"}
    assert by_language == {"": 0.5, "en": 1.0, "de": 0.0}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"id": "x", "kind": "body", "text": "A coat.", "expected": [{"quote": "hat"}]}, "x.*stands nowhere"),
        ({"id": "x", "kind": "body", "text": "A coat.", "expectd": []}, "x: unknown: expectd"),
        ({"id": "x", "kind": "body", "text": "A coat.", "language": "fr"}, "x: language 'fr'"),
    ],
)
def test_a_passage_that_is_not_well_formed_is_named(tmp_path: Path, entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        toy(tmp_path, entry)


def test_an_unknown_family_and_an_id_twice_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hit"):
        toy(tmp_path, TOY[0], TOY[0])
    with pytest.raises(ValueError, match="no family 'spelling'"):
        toy(tmp_path, {**TOY[0], "expected": [{"family": "spelling", "quote": "Cheap"}]})


def test_the_command_prints_a_row_for_every_family(capsys: pytest.CaptureFixture[str]) -> None:
    audit.main([])
    said = capsys.readouterr().out
    assert all(f"\n{family} " in said for family in FAMILIES)
    audit.main(["--json", "--family", "tone"])
    rows = json.loads(capsys.readouterr().out.split("\nUnder")[0])
    assert [row["language"] for row in rows] == [None, *labelled.LANGUAGES]


def test_a_family_under_the_least_precision_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    passages = toy(tmp_path, *TOY)
    monkeypatch.setattr(audit, "read_all", lambda: passages)
    assert audit.main(["--family", "prohibited_terms", "--verbose"]) == 1
    said = capsys.readouterr().out
    assert "Under a precision of 0.9: prohibited_terms" in said
    assert "missed  miss: Shabby" in said
    assert "false   alarm: 'cheap'" in said
