"""The addresses of the pages, by noun. Nothing else."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from campaigns.views import (
    accounts,
    artifacts,
    audits,
    briefs,
    budgets,
    campaigns,
    coding,
    dashboard,
    decisions,
    drawings,
    passwords,
    run_commands,
    runs,
    samples,
    tasks,
    teams,
    tokens,
    workers,
)

urlpatterns = [
    path("", dashboard.now, name="now"),
    path("sign-in/", accounts.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", passwords.password, name="password"),
    path("status/", workers.status, name="status"),
    path("inbox/", decisions.inbox, name="inbox"),
    path("inbox/count/", decisions.inbox_count, name="inbox-count"),
    path("decisions/<uuid:decision_id>/answer/", decisions.answer, name="decision-answer"),
    # campaigns
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/sample/", samples.sample, name="sample"),
    path("campaigns/new/brief/", briefs.brief_new, name="brief-new"),
    path("campaigns/new/coding/", coding.coding_new, name="coding-new"),
    path("campaigns/<uuid:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/brief/", briefs.brief_edit, name="brief-edit"),
    path("campaigns/<uuid:campaign_id>/coding/", coding.coding_edit, name="coding-edit"),
    path("campaigns/<uuid:campaign_id>/start/", campaigns.start, name="campaign-start"),
    path("campaigns/<uuid:campaign_id>/archive/", campaigns.archive, name="campaign-archive"),
    path("campaigns/<uuid:campaign_id>/unarchive/", campaigns.unarchive, name="campaign-unarchive"),
    path("campaigns/<uuid:campaign_id>/delete/", campaigns.delete, name="campaign-delete"),
    # runs
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/parts/<slug:part>/", runs.run_part, name="run-part"),
    path("runs/<uuid:run_id>/pieces/<slug:slot>/", runs.run_piece, name="run-piece"),
    path("runs/<uuid:run_id>/pause/", run_commands.pause, name="run-pause"),
    path("runs/<uuid:run_id>/resume/", run_commands.resume, name="run-resume"),
    path("runs/<uuid:run_id>/cancel/", run_commands.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/retry/", run_commands.retry, name="run-retry"),
    path("runs/<uuid:run_id>/checkpoint/", run_commands.checkpoint, name="run-checkpoint"),
    path("runs/<uuid:run_id>/audit/", run_commands.audit, name="run-audit"),
    path("checkpoints/<uuid:checkpoint_id>/restore/", run_commands.restore, name="checkpoint-restore"),
    path("checkpoints/<uuid:checkpoint_id>/fork/", run_commands.fork, name="checkpoint-fork"),
    # tasks
    path("tasks/<uuid:task_id>/", tasks.task, name="task"),
    path("tasks/<uuid:task_id>/retry/", tasks.retry, name="task-retry"),
    path("tasks/<uuid:task_id>/skip/", tasks.skip, name="task-skip"),
    path("tasks/<uuid:task_id>/edit/", tasks.edit, name="task-edit"),
    path("tasks/<uuid:task_id>/split/", tasks.split, name="task-split"),
    path("tasks/<uuid:task_id>/reassign/", tasks.reassign, name="task-reassign"),
    # pieces and audits
    path("artifacts/<uuid:artifact_id>/", artifacts.artifact, name="artifact"),
    path("artifacts/<uuid:artifact_id>/regenerate/", artifacts.regenerate, name="artifact-regenerate"),
    path("artifacts/<uuid:artifact_id>/approve/", artifacts.approve, name="artifact-approve"),
    path("artifacts/<uuid:artifact_id>/reject/", artifacts.reject, name="artifact-reject"),
    path("artifacts/<uuid:artifact_id>/edit/", artifacts.edit, name="artifact-edit"),
    path("artifacts/<uuid:artifact_id>/restore/", artifacts.restore, name="artifact-restore"),
    path("versions/<uuid:version_id>/drawings/<int:concept>/<int:poster>.svg", drawings.drawing, name="drawing"),
    path("versions/<uuid:version_id>/drawings/<int:concept>/<int:poster>.png", drawings.picture, name="picture"),
    path("audits/<uuid:report_id>/", audits.audit, name="audit"),
    # money, teams, tokens
    path("budgets/<slug:scope>/<uuid:object_id>/set/", budgets.set_limit, name="budget-set"),
    path("budgets/<uuid:budget_id>/raise/", budgets.raise_limit, name="budget-raise"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<uuid:team_id>/", teams.team, name="team"),
    path("teams/<uuid:team_id>/members/", teams.member_add, name="member-add"),
    path("teams/<uuid:team_id>/members/<uuid:membership_id>/remove/", teams.member_remove, name="member-remove"),
    path("teams/<uuid:team_id>/limits/", teams.limit_set, name="limit-set"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token-revoke"),
]
