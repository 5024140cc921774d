"""Certificates: signed facts of the last audit of exactly one version, with the waivers that hold; also in exports."""

from __future__ import annotations

import io
import json
import zipfile
from copy import deepcopy

import pytest

from campaigns.actions.waivers import revoke_waiver, waive_finding
from campaigns.models import AuditReport, Run
from campaigns.permissions import SYSTEM
from campaigns.queries import artifacts, audits, certificates, exports
from conductor.lib.errors import BadInput, Conflict
from conductor.lib.ids import content_hash
from tests.campaigns.packs import active, faulty, made_run, say, soon
from tests.campaigns.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: People) -> Run:
    return made_run(people.team)


def test_it_states_what_was_audited_by_which_rules(run: Run) -> None:
    report, version = AuditReport.objects.get(run=run), active(run)
    facts = certificates.certificate_of(version)["facts"]
    assert (facts["report"], facts["version"], facts["slot"]) == (str(report.pk), str(version.pk), "copy")
    assert (facts["sha256"], facts["verdict"], facts["score"]) == (version.sha256, report.verdict, report.score)
    assert facts["pack"] == {"name": "spring", "version": "1.0.0", "sha256": report.pack_sha256}
    assert facts["brief_sha256"] == content_hash(run.brief)
    assert (facts["effective_verdict"], facts["waivers"]) == (report.verdict, [])


def test_it_lists_the_waivers_that_hold_now(run: Run) -> None:
    finding = faulty(run, "A poison box", "no-poison")
    made = waive_finding(finding_id=finding.pk, reason="A perfume.", expires_at=soon(), actor=SYSTEM)
    facts = certificates.certificate_of(active(run))["facts"]
    assert (facts["verdict"], facts["effective_verdict"] != "fail") == ("fail", True)
    assert [(said["id"], said["reason"], said["rule"]) for said in facts["waivers"]] == [
        (str(made.pk), "A perfume.", "spring.no-poison")
    ]
    revoke_waiver(waiver_id=made.pk, actor=SYSTEM)
    facts = certificates.certificate_of(active(run))["facts"]
    assert (facts["effective_verdict"], facts["waivers"]) == ("fail", [])


def test_any_change_shows(run: Run) -> None:
    version = active(run)
    made = certificates.certificate_of(version)
    assert certificates.verify(made, version.content).ok
    other = deepcopy(version.content) | {"tone_note": "Other."}
    assert not certificates.verify(made, other).ok
    forged = deepcopy(made)
    forged["facts"]["verdict"] = "fail" if made["facts"]["verdict"] == "pass" else "pass"
    assert not certificates.verify(forged).ok
    with pytest.raises(BadInput):
        certificates.verify("a text")


def test_without_an_audit_of_this_very_version_there_is_none(run: Run) -> None:
    with pytest.raises(Conflict, match="nothing can be certified"):
        certificates.certificate_of(say(run, "New"))
    AuditReport.objects.update(verdict="not_audited")
    with pytest.raises(Conflict, match="nothing can be certified"):
        certificates.certificate_of(run.versions.get(artifact__slot="copy"))


def test_the_export_holds_one_for_each_piece_and_the_same_bytes_each_time(run: Run) -> None:
    def packed() -> bytes:
        return exports.as_zip(artifacts.bundle(run, audits.overall(run)), certificates.of_run(run))

    first = packed()
    archive = zipfile.ZipFile(io.BytesIO(first))
    names = [name for name in archive.namelist() if name.endswith(".certificate.json")]
    assert sorted(names) == [f"{slot}.certificate.json" for slot in ("copy", "short_copy", "visual_concept")]
    assert certificates.verify(json.loads(archive.read(names[0])), json.loads(archive.read("copy.json"))).ok
    listed = {entry["name"] for entry in json.loads(archive.read("manifest.json"))["files"]}
    assert set(names) <= listed
    assert packed() == first


def test_a_run_without_a_verdict_exports_no_certificate(run: Run) -> None:
    AuditReport.objects.update(verdict="not_audited")
    assert certificates.of_run(run) == {}
