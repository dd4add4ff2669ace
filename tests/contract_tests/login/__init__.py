"""Services with a provider of tokens of their own."""
