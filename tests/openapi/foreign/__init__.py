"""Large documents by others, see README.md."""

import lzma
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

FOLDER = Path(__file__).parent
SLUGS = sorted(path.name.split(".")[0] for path in FOLDER.glob("*.xz"))


@cache
def unpacked() -> dict[str, str]:
    """Return the documents as the setting OPENAPI_DOCUMENTS names them, unpacked once in each process."""
    folder = Path(mkdtemp(prefix="foreign-documents-"))
    found = {}
    for path in sorted(FOLDER.glob("*.xz")):
        plain = folder / path.stem
        plain.write_bytes(lzma.decompress(path.read_bytes()))
        found[path.name.split(".")[0]] = str(plain)
    return found
