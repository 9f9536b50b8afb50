"""Sessions in the database, sealed.

A session holds what the database must not show: codes that are on their way by mail, the key of an authenticator app
before it is confirmed, and the form that waits while somebody proves again who they are.
"""

import json
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from portal.sealing import SealedForeverError, seal, unseal


class SessionStore(DatabaseSessionStore):
    """Django's store, encrypted under KEY_ENCRYPTION_KEYS."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the content sealed."""
        return seal(json.dumps(session_dict, separators=(",", ":")).encode())

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content; a session that no key opens is an empty one."""
        try:
            content = json.loads(unseal(str(session_data)))
        except (SealedForeverError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
