"""Audits, findings, waivers, fixes and certificates over REST: the same rules as everywhere, told in the same words."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import AuditReport, Finding, Run, Waiver
from tests.campaigns.engine.drive import drive
from tests.campaigns.packs import active, audited, faulty, headline, made_run, piece, say, soon
from tests.campaigns.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(people: People) -> Run:
    return made_run(people.team)


def waive(client: APIClient, finding: Finding, **more: Any) -> Any:
    body = {"reason": "Known.", "expires_at": soon().isoformat(), "scope": "campaign"} | more
    return client.post(f"/api/v1/findings/{finding.pk}/waive/", body)


class TestReports:
    def test_a_report_says_all_that_the_auditor_said(self, viewer: APIClient, run: Run) -> None:
        report = AuditReport.objects.get(run=run)
        said = viewer.get(f"/api/v1/audits/{report.pk}/").json()
        assert (said["pack"], said["pack_sha256"]) == ("spring", run.settings["pack"]["sha256"])
        assert [entry["message"] for entry in said["coverage"]] == run.brief["key_messages"]
        assert said["languages"] == {"copy": "en", "short_copy": "en", "visual_concept": "en"}
        assert said["not_checked"]
        assert said["opinions"] == []
        assert said["effective"] == {
            "verdict": report.verdict, "score": report.score, "waived": 0, "until": None,
        }  # fmt: skip

    def test_the_effective_verdict_stands_beside_the_original(self, admin: APIClient, run: Run) -> None:
        finding = faulty(run, "A poison box", "no-poison")
        assert waive(admin, finding).status_code == 201
        said = admin.get(f"/api/v1/audits/{finding.report_id}/").json()
        assert (said["verdict"], said["effective"]["verdict"] == "fail", said["effective"]["waived"]) == (
            "fail", False, 1,
        )  # fmt: skip
        (held,) = [row for row in said["findings"] if row["id"] == str(finding.pk)]
        assert held["waiver"]["reason"] == "Known."
        child = admin.get(f"/api/v1/runs/{finding.report.run_id}/").json()["audit"]
        assert (child["verdict"], child["effective"]["waived"]) == ("fail", 1)

    def test_findings_are_listed_by_family_and_rule(self, viewer: APIClient, run: Run) -> None:
        finding = faulty(run)
        for query in ("family=prohibited_terms", "rule=spring.no-cheap"):
            rows = viewer.get(f"/api/v1/findings/?audit={finding.report_id}&{query}").json()["results"]
            assert str(finding.pk) in [row["id"] for row in rows]
        assert viewer.get("/api/v1/findings/?rule=none").json()["results"] == []


class TestApply:
    def test_the_patch_makes_the_next_version(self, author: APIClient, run: Run) -> None:
        finding = faulty(run)
        made = author.post(f"/api/v1/findings/{finding.pk}/apply/", {"version": 2})
        assert made.status_code == 201, made.content
        assert (made.json()["number"], made.json()["author"]) == (3, "author")
        assert headline(run) == "A good value box of Larkspur"
        assert author.get(f"/api/v1/findings/{finding.pk}/").json()["fixed_in"] == made.json()["id"]

    def test_a_stale_head_and_a_gone_text_are_conflicts(self, author: APIClient, run: Run) -> None:
        finding = faulty(run)
        stale = author.post(f"/api/v1/findings/{finding.pk}/apply/", {}, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        say(run, "All new")
        gone = author.post(f"/api/v1/findings/{finding.pk}/apply/", {})
        assert gone.status_code == 409
        assert "no longer stands" in gone.json()["detail"]

    def test_under_a_key_it_is_applied_once(self, author: APIClient, run: Run) -> None:
        finding = faulty(run)
        key = {"Idempotency-Key": "apply-1"}
        first, again = (author.post(f"/api/v1/findings/{finding.pk}/apply/", {}, headers=key) for _ in range(2))
        assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
        assert piece(run).head == 3


class TestWaivers:
    def test_it_is_given_listed_and_revoked(self, people: People, run: Run) -> None:
        reviewer, finding = people.client("reviewer"), faulty(run)
        made = waive(reviewer, finding)
        assert (made.status_code, made.json()["state"], made.json()["approved_by"]) == (201, "active", "reviewer")
        listed = reviewer.get(f"/api/v1/waivers/?campaign={run.campaign_id}").json()["results"]
        assert [row["id"] for row in listed] == [made.json()["id"]]
        ended = reviewer.post(f"/api/v1/waivers/{made.json()['id']}/revoke/")
        assert (ended.status_code, ended.json()["state"], ended.json()["revoked_by"]) == (200, "revoked", "reviewer")

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
            ({"expires_at": "never"}, "expires_at"),
            ({"scope": "world"}, "scope"),
            ({"mood": "good"}, "mood"),
        ],
    )
    def test_what_is_not_whole_is_told_by_field(
        self, people: People, run: Run, more: dict[str, str], field: str
    ) -> None:
        refused = waive(people.client("reviewer"), faulty(run), **more)
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == [field]
        assert not Waiver.objects.exists()

    def test_a_critical_one_is_for_an_admin(self, people: People, run: Run) -> None:
        finding = faulty(run, "A poison box", "no-poison")
        assert waive(people.client("operator"), finding).status_code == 403
        assert waive(people.client("admin"), finding).status_code == 201

    def test_another_team_sees_none_of_it(self, people: People, run: Run, outsider: APIClient) -> None:
        finding = faulty(run)
        waiver = waive(people.client("reviewer"), finding).json()
        assert waive(outsider, finding).status_code == 404
        assert outsider.get(f"/api/v1/waivers/{waiver['id']}/").status_code == 404
        assert outsider.post(f"/api/v1/waivers/{waiver['id']}/revoke/").status_code == 404
        assert outsider.get("/api/v1/waivers/").json()["results"] == []


class TestFix:
    def test_all_safe_patches_and_a_new_audit(self, author: APIClient, run: Run) -> None:
        say(run, "Cheap Larkspur")
        done = author.post(f"/api/v1/runs/{run.pk}/fix/", {"rounds": 2})
        assert done.status_code == 202, done.content
        said = done.json()
        assert [made["slot"] for made in said["versions"]] == ["copy"]
        assert said["rounds"][0]["applied"][0]["rule"] == "spring.no-cheap"
        drive(Run.objects.get(pk=said["run"]))
        assert "cheap" not in headline(run).lower()

    def test_where_nothing_is_safe_it_says_so(self, author: APIClient, run: Run) -> None:
        done = author.post(f"/api/v1/artifacts/{piece(run).pk}/fix/", {})
        assert (done.status_code, done.json()["versions"], done.json()["run"]) == (200, [], None)

    def test_a_stale_head_is_a_conflict(self, author: APIClient, run: Run) -> None:
        say(run, "Cheap Larkspur")
        assert author.post(f"/api/v1/artifacts/{piece(run).pk}/fix/", {"version": 1}).status_code == 409
        assert author.post(f"/api/v1/runs/{run.pk}/fix/", {"rounds": 99}).status_code == 422


class TestApprove:
    def test_over_the_audit_it_takes_a_reason(self, people: People, run: Run) -> None:
        made, reviewer = say(run, "New"), people.client("reviewer")
        where = f"/api/v1/artifacts/{piece(run).pk}/approve/"
        refused = reviewer.post(where, {"sha256": made.sha256})
        assert refused.status_code == 409
        assert "override" in refused.json()["detail"]
        said = reviewer.post(where, {"sha256": made.sha256, "override": "Seen by the board."}).json()
        assert (said["approved"], said["approved_over"]) == (True, "Seen by the board.")


class TestCertificates:
    def test_it_is_issued_and_verified_by_anybody_signed_in(
        self, viewer: APIClient, outsider: APIClient, run: Run
    ) -> None:
        version = active(run)
        issued = viewer.get(f"/api/v1/versions/{version.pk}/certificate/")
        assert issued["Content-Disposition"].startswith("attachment")
        body = {"certificate": issued.json(), "content": version.content}
        said = outsider.post("/api/v1/certificates/verify/", body).json()
        assert said["ok"], said
        body["certificate"]["facts"]["score"] = 1
        said = outsider.post("/api/v1/certificates/verify/", body).json()
        assert not said["ok"]
        assert "changed" in said["words"]
        assert outsider.get(f"/api/v1/versions/{version.pk}/certificate/").status_code == 404

    @pytest.mark.parametrize("body", [{}, {"certificate": []}, {"certificate": {}, "content": "x"}])
    def test_a_body_that_is_none_is_refused(self, viewer: APIClient, body: dict[str, Any]) -> None:
        assert viewer.post("/api/v1/certificates/verify/", body).status_code == 422

    def test_a_version_that_nobody_audited_has_none(self, viewer: APIClient, run: Run) -> None:
        made = say(run, "New")
        refused = viewer.get(f"/api/v1/versions/{made.pk}/certificate/")
        assert refused.status_code == 409
        assert "nothing can be certified" in refused.json()["detail"]
        audited(run)
        assert viewer.get(f"/api/v1/versions/{made.pk}/certificate/").status_code == 200
