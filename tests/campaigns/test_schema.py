"""The database has what the models promise: a migration once dropped a constraint that Django still believed in."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models


@pytest.mark.django_db
@pytest.mark.parametrize("model", list(apps.get_app_config("campaigns").get_models()), ids=lambda model: model.__name__)
def test_every_constraint_and_index_of_a_model_is_in_the_database(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    promised = {one.name for one in [*model._meta.constraints, *model._meta.indexes]}
    assert promised - set(there) == set()
