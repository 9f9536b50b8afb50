"""The shapes of the OAuth endpoints, for the OpenAPI document. Authlib does the checking."""

from rest_framework import serializers

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenRequest(serializers.Serializer[None]):
    """What a client sends for a token."""

    grant_type = serializers.ChoiceField(["client_credentials"], help_text="Always `client_credentials`.")
    client_id = serializers.CharField(required=False, help_text="The client, unless it is in the Basic header.")
    client_secret = serializers.CharField(required=False, help_text="The client's secret.")
    scope = serializers.CharField(required=False, help_text="Scopes, separated by spaces. Default: all of them.")
    client_assertion_type = serializers.ChoiceField([ASSERTION], required=False, help_text="With `client_assertion`.")
    client_assertion = serializers.CharField(required=False, help_text="A JWT signed by the client (RFC 7523).")


class TokenForm(TokenRequest):
    """The same, form-encoded."""


class TokenAnswer(serializers.Serializer[None]):
    """RFC 6749, section 5.1."""

    access_token = serializers.CharField(help_text="Send it as `Authorization: Bearer …`. Treat it as opaque.")
    token_type = serializers.ChoiceField(["Bearer"])
    expires_in = serializers.IntegerField(help_text="Lifetime in seconds.")
    scope = serializers.CharField(help_text="What the token allows, separated by spaces.")


class TokenParameters(serializers.Serializer[None]):
    """What revocation and introspection take, beside the client's credentials."""

    token = serializers.CharField(help_text="The access token.")
    token_type_hint = serializers.ChoiceField(["access_token"], required=False, help_text="Not needed.")
    client_id = serializers.CharField(required=False, help_text="The client, unless it is in the Basic header.")
    client_secret = serializers.CharField(required=False, help_text="The client's secret.")
    client_assertion_type = serializers.ChoiceField([ASSERTION], required=False, help_text="With `client_assertion`.")
    client_assertion = serializers.CharField(required=False, help_text="A JWT signed by the client (RFC 7523).")


class TokenParametersForm(TokenParameters):
    """The same, form-encoded."""


class IntrospectionAnswer(serializers.Serializer[None]):
    """RFC 7662, section 2.2. A dead token has `active` alone."""

    active = serializers.BooleanField()
    token_type = serializers.ChoiceField(["Bearer"], required=False)
    scope = serializers.CharField(required=False)
    iss = serializers.CharField(required=False)
    aud = serializers.CharField(required=False)
    sub = serializers.CharField(required=False)
    client_id = serializers.CharField(required=False)
    jti = serializers.CharField(required=False)
    iat = serializers.IntegerField(required=False)
    exp = serializers.IntegerField(required=False)
    env = serializers.ChoiceField(["sandbox", "production"], required=False)


class OAuthError(serializers.Serializer[None]):
    """RFC 6749, section 5.2."""

    error = serializers.CharField(help_text="The code, from RFC 6749, section 5.2.")
    error_description = serializers.CharField(required=False, help_text="What to do about it.")
    error_uri = serializers.URLField(help_text="A page that explains the error.")
