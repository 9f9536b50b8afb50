"""The link in a mail by which its reader stops a recovery, signed in or not. It does nothing else.

It names the request and the reader and is signed, so that nothing has to be kept.
"""

from django.core import signing

from portal.accounts.letters import concerned
from portal.accounts.models import RecoveryRequest, User
from portal.audit.actions import Actor

SALT = "stop recovery"
VALID = 30 * 86_400


def stop_token(request: RecoveryRequest, reader: int) -> str:
    """Return the token for this user, or for the security contact (0)."""
    return signing.dumps([request.public_id, reader], salt=SALT)


def opened(token: str, address: str) -> tuple[RecoveryRequest, Actor] | None:
    """Return what the token stops, and who stops it. None where it is not ours, or its reader has no say any more."""
    try:
        public_id, reader = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    request = RecoveryRequest.objects.select_related("user", "organisation").filter(public_id=public_id).first()
    if request is None:
        return None
    if reader == 0:
        return (request, Actor("mail", "security contact", address=address)) if request.organisation else None
    user = User.objects.filter(pk=reader).first()
    if user is None or user not in concerned(request):
        return None
    return request, Actor("user", str(user), str(user.pk), address)
