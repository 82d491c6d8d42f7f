"""Installs everything this package adds to MiniStack."""
from pathlib import Path

from . import (
    access_keys, cloudformation, oidc_providers, principal_arn, registry, secret_rotation, secret_values, secret_versions, tag_mutability,
    transport, web_identity,
)
from .tokens import TokenStore


def install(tokens: TokenStore, auth: bool, issuers: Path, key_delay_seconds: float = 0) -> None:
    transport.install()
    principal_arn.install()
    access_keys.install(key_delay_seconds)
    secret_values.install()
    secret_versions.install()
    secret_rotation.install()
    tag_mutability.install()
    registry.install(registry.Gate(tokens, auth))
    oidc_providers.install()
    web_identity.install(issuers)
    cloudformation.install()
