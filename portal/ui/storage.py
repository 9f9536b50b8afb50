"""Static files for production: two stylesheets, every name hashed by its content, imports of modules too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEETS = ("css/site.css", "css/signed-in.css")
"""Every page loads the first, those behind the sign-in both."""
IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>[a-z]+)\);')


class SiteStorage(CompressedManifestStaticFilesStorage):
    """Puts the imported stylesheets into those that import them, then does what Django and WhiteNoise do."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the styles, then hash and compress everything."""
        sheets = [] if dry_run else [sheet for sheet in SHEETS if sheet in paths]
        for sheet in sheets:
            joined = IMPORT.sub(lambda match: _layer(paths, match), _read(paths, sheet))
            (Path(settings.STATIC_ROOT) / sheet).write_text(joined)
        yield from super().post_process({**paths, **{sheet: (self, sheet) for sheet in sheets}}, dry_run, **options)


def _layer(paths: dict[str, Any], match: re.Match[str]) -> str:
    return f"@layer {match['layer']} {{\n{_read(paths, 'css/' + match['name'])}}}"


def _read(paths: dict[str, Any], name: str) -> str:
    """Return a source file, not the copy of it: the copy may already be joined."""
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())
