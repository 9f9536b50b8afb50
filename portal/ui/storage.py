"""Static files for production: two stylesheets, bare scripts, names hashed by content, also in imports of modules."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment, Error, Whitespace, is_token_subtype
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEETS = ("css/site.css", "css/signed-in.css")
"""Every page loads the first, those behind the sign-in both."""
SCRIPTS = "js/"
"""Our own; scripts of others are served as they are."""
IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>[a-z]+)\);')


class SiteStorage(CompressedManifestStaticFilesStorage):
    """Puts the imported stylesheets into those that import them, then does what Django and WhiteNoise do."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the styles and bare the scripts, then hash and compress everything."""
        made = {} if dry_run else dict(_made(paths))
        for name, text in made.items():
            (Path(settings.STATIC_ROOT) / name).write_text(text)
        yield from super().post_process({**paths, **{name: (self, name) for name in made}}, dry_run, **options)


def bare(script: str) -> str:
    """Return the script without comments, indentation and empty lines, which are a fifth of it when it is compressed.
    Line ends stay between statements, and nothing inside a string, a template or a regular expression is touched; a
    script that Pygments cannot read is returned as it is."""
    tokens = list(JavascriptLexer(ensurenl=False, stripnl=False).get_tokens(script))
    if any(kind is Error for kind, _ in tokens):
        return script
    text = ""
    for kind, part in tokens:
        if is_token_subtype(kind, Comment) or is_token_subtype(kind, Whitespace):
            # A comment parts what stands around it: by a line end where it holds one, else by a space.
            parting = "\n" if "\n" in part else " "
            if parting == "\n":
                text = text.rstrip(" ")
            text += "" if text.endswith(("\n", parting)) else parting
        else:
            text += part
    return text.strip() + "\n"


def _made(paths: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the files whose content is another than that of their source."""
    for sheet in SHEETS:
        if sheet in paths:
            yield sheet, IMPORT.sub(lambda match: _layer(paths, match), _read(paths, sheet))
    for name in paths:
        if name.startswith(SCRIPTS) and name.endswith(".js"):
            yield name, bare(_read(paths, name))


def _layer(paths: dict[str, Any], match: re.Match[str]) -> str:
    return f"@layer {match['layer']} {{\n{_read(paths, 'css/' + match['name'])}}}"


def _read(paths: dict[str, Any], name: str) -> str:
    """Return a source file, not the copy of it: the copy may already be joined."""
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())
