"""Sign-in: the mock as the provider of its own API (OAuth 2, OpenID Connect)."""
