"""Makes Django ready when imported, unless whoever imports it has done so. Must be imported before any model."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
if not apps.ready:
    django.setup()
