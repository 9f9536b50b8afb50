"""`manage.py openapi`: write `openapi.yaml` from the code, with recorded answers as its examples."""

import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.management.recording import recordings


class Command(BaseCommand):
    """Write the document twice: recording needs the operations that the first writing describes."""

    help = "Write openapi.yaml and the recorded answers. Commit both; the tests compare them with the code."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do it."""
        call_command("migrate", verbosity=0)
        call_command("sandbox", stdout=self.stdout)
        settings.RECORDINGS.write_text("{}\n")
        _write_document()
        recorded = recordings()
        settings.RECORDINGS.write_text(json.dumps(recorded, indent=2, ensure_ascii=False) + "\n")
        _write_document()
        self.stdout.write(f"{settings.OPENAPI_DOCUMENT.name}: {len(recorded)} recorded answers")


def _write_document() -> None:
    call_command(
        "spectacular",
        urlconf="portal.api_urls",
        file=str(settings.OPENAPI_DOCUMENT),
        validate=True,
        fail_on_warn=True,
    )
