"""The authorisation server (RFC 6749, client credentials) and what guards the API with its tokens."""
