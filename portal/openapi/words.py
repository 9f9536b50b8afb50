"""What our document says, in the reader's language.

The document is English. What its summaries and descriptions mean in another language stands in `<language>/fields.yaml`
beside the guides, `English: translation`. What is not there is shown in English.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml
from django.conf import settings


def words(language: str) -> Mapping[str, str]:
    """Return the translations of a language by their English, none for English itself."""
    path: Path = settings.DOCS_DIR / language / "fields.yaml"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Mapping[str, str]:
    return MappingProxyType(yaml.safe_load(path.read_text()) or {})
