"""Brands in immutable versions; which brand a campaign names, and which version of it a run was started with."""

import conductor.lib.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TABLE = "campaigns_brandversion"


def _keep(apps, schema_editor):
    """Versions are written once: the database itself refuses to change or delete them."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"create trigger {TABLE}_append_only before update or delete on {TABLE} "
            "for each row execute function conductor_append_only()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(
            f"create trigger {TABLE}_no_{verb} before {verb} on {TABLE} "
            f"begin select raise(abort, '{TABLE} is append-only'); end"
        )


def _release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"drop trigger {TABLE}_append_only on {TABLE}")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"drop trigger {TABLE}_no_{verb}")


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0005_model_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.UUIDField(default=conductor.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(allow_unicode=True, max_length=60)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('archived', 'archived')], default='draft', max_length=24)),
                ('head', models.PositiveIntegerField(default=1)),
                ('published', models.PositiveIntegerField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brands', to='campaigns.team')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='campaign',
            name='brand',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='campaigns.brand'),
        ),
        migrations.CreateModel(
            name='BrandVersion',
            fields=[
                ('id', models.UUIDField(default=conductor.lib.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('data', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('author', models.CharField(max_length=80)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='campaigns.brand')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='run',
            name='brand_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='campaigns.brandversion'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.UniqueConstraint(fields=('team', 'slug'), name='brand_slug_once'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(('published__isnull', True), ('published__lte', models.F('head')), _connector='OR'), name='brand_published_exists'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published__isnull', False), _connector='OR'), name='brand_published_has_version'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'draft'), _negated=True), ('published__isnull', True), _connector='OR'), name='brand_draft_has_none_published'),
        ),
        migrations.AddConstraint(
            model_name='brandversion',
            constraint=models.UniqueConstraint(fields=('brand', 'number'), name='brand_version_once'),
        ),
        migrations.RunPython(_keep, _release),
    ]
