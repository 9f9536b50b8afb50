"""`User.is_reviewer` of those who review already."""

from typing import Any

from django.db import migrations
from django.db.migrations.state import StateApps


def note(apps: StateApps, _editor: Any) -> None:
    """Note who reviews."""
    reviewers = apps.get_model("approvals", "Reviewer").objects.values("user")
    apps.get_model("accounts", "User").objects.filter(pk__in=reviewers).update(is_reviewer=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_is_reviewer"), ("approvals", "0006_deadlines")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
