"""What every attempt pays for: indexes that others cover, and keys that the lock of the run stands for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0002_append_only'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='attempt',
            name='attempt_worker_live',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_in_progress',
        ),
        migrations.AlterField(
            model_name='attempt',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='campaigns.run'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='session',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.session'),
        ),
        # Django's own way to drop the index of a column drops every partial unique index on that column with it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'drop index if exists campaigns_attempt_task_id_b168f6cd',
                    'create index campaigns_attempt_task_id_b168f6cd on campaigns_attempt (task_id)',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='attempt',
                    name='task',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='campaigns.task'),
                )
            ],
        ),
        migrations.AlterField(
            model_name='attempt',
            name='worker',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='campaigns.worker'),
        ),
        migrations.AlterField(
            model_name='dependency',
            name='task',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='campaigns.task'),
        ),
        migrations.AlterField(
            model_name='task',
            name='supersedes',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.task'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('supersedes__isnull', False)), fields=['supersedes'], name='task_supersedes'),
        ),
    ]
