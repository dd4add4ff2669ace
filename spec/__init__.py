"""The contract: how it is built (`spec.builder`) and what it is built from."""
