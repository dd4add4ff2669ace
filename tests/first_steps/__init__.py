"""Installs and starts the tools as a newcomer would: from a wheel and an npm package, in empty folders."""
