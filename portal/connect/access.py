"""Who may touch whom: a scope says what an app may do, this says to whom."""

from portal.connect.synthetic.facilities import NOT_GRANTED
from portal.edge.environments import PRODUCTION
from portal.oauth.tokens import AccessToken
from portal.problems.exceptions import Problem


def require_facility(token: AccessToken, code: str) -> None:
    """Let a client send data for a facility of its grant; in the sandbox for any but the one that nobody is granted.

    Asked before anything is looked up or stored.

    :raises Problem: `facility_not_granted`.
    """
    granted = code in token.client.facilities if token.environment == PRODUCTION else code != NOT_GRANTED
    if not granted:
        raise Problem("facility_not_granted")
