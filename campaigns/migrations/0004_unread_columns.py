"""Columns that were written, or waited to be, and that nobody read."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0003_lean_attempts'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='attempt',
            name='session',
        ),
        migrations.RemoveField(
            model_name='campaign',
            name='brief_schema',
        ),
        migrations.RemoveField(
            model_name='outbox',
            name='payload',
        ),
        migrations.RemoveField(
            model_name='run',
            name='version',
        ),
        migrations.RemoveField(
            model_name='service',
            name='gap_until',
        ),
    ]
