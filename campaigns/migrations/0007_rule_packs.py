"""Rules of teams, rules as runs are pinned to them, waivers, and all that an audit reports."""

import conductor.lib.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


PINNED = "campaigns_pinnedpack"


def _protect(apps, schema_editor):
    """What runs were started with is written once."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"create trigger {PINNED}_append_only before update or delete on {PINNED} "
            "for each row execute function conductor_append_only()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(
            f"create trigger {PINNED}_no_{verb} before {verb} on {PINNED} "
            f"begin select raise(abort, '{PINNED} is append-only'); end"
        )


def _release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"drop trigger {PINNED}_append_only on {PINNED}")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"drop trigger {PINNED}_no_{verb}")


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0006_brands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PinnedPack',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('version', models.CharField(max_length=20)),
                ('data', models.JSONField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name', 'version'],
            },
        ),
        migrations.AddField(
            model_name='artifact',
            name='approved_over',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='artifactversion',
            name='author',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='auditreport',
            name='coverage',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='auditreport',
            name='languages',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='auditreport',
            name='not_checked',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='auditreport',
            name='opinions',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='auditreport',
            name='pack_sha256',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='finding',
            name='family',
            field=models.CharField(blank=True, default='', max_length=100),
        ),
        migrations.AddField(
            model_name='finding',
            name='fixed_in',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.artifactversion'),
        ),
        migrations.AddField(
            model_name='finding',
            name='points',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='finding',
            name='rule',
            field=models.CharField(max_length=100),
        ),
        migrations.CreateModel(
            name='RulePack',
            fields=[
                ('id', models.UUIDField(default=conductor.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('archived', 'archived')], default='draft', max_length=24)),
                ('head', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rule_packs', to='campaigns.team')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='RulePackVersion',
            fields=[
                ('id', models.UUIDField(default=conductor.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('version', models.CharField(max_length=20)),
                ('source', models.TextField()),
                ('data', models.JSONField()),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('tests', models.TextField(blank=True, default='')),
                ('results', models.JSONField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('forced', models.TextField(blank=True, default='')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='campaigns.rulepack')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='rulepack',
            name='active',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.rulepackversion'),
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.UUIDField(default=conductor.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(choices=[('finding', 'finding'), ('version', 'version'), ('campaign', 'campaign'), ('team', 'team')], max_length=10)),
                ('rule', models.CharField(max_length=100)),
                ('fingerprint', models.CharField(max_length=64)),
                ('place', models.CharField(blank=True, default='', max_length=64)),
                ('severity', models.CharField(max_length=8)),
                ('quote', models.TextField(blank=True, default='')),
                ('reason', models.TextField()),
                ('approved_by', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('artifact_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.artifactversion')),
                ('campaign', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='campaigns.campaign')),
                ('finding', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.finding')),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='campaigns.team')),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='rulepackversion',
            constraint=models.UniqueConstraint(fields=('pack', 'number'), name='rule_pack_number_once'),
        ),
        migrations.AddConstraint(
            model_name='rulepack',
            constraint=models.UniqueConstraint(fields=('team', 'name'), name='rule_pack_name_once'),
        ),
        migrations.AddIndex(
            model_name='waiver',
            index=models.Index(fields=['team', 'rule'], name='waiver_by_rule'),
        ),
        migrations.RunPython(_protect, _release),
    ]
