"""Applications, their OAuth clients and secrets, the scopes, and the feed that tells every process what changed."""
