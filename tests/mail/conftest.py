"""The templates of these tests."""

import copy
from pathlib import Path
from typing import cast

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _templates(settings: LazySettings) -> None:
    ours = copy.deepcopy(settings.TEMPLATES[0])
    settings.TEMPLATES = [{**ours, "DIRS": [*cast("list[Path]", ours["DIRS"]), Path(__file__).parent / "templates"]}]
