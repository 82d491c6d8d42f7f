"""Installs everything this package adds to MiniStack."""
from pathlib import Path

from . import cloudformation, oidc_providers, registry, secret_values, tag_mutability, transport, web_identity
from .tokens import TokenStore


def install(tokens: TokenStore, auth: bool, issuers: Path) -> None:
    transport.install()
    secret_values.install()
    tag_mutability.install()
    registry.install(registry.Gate(tokens, auth))
    oidc_providers.install()
    web_identity.install(issuers)
    cloudformation.install()
