"""Installs everything this package adds to MiniStack."""
from pathlib import Path

from . import (
    access_keys, batch_actions, cloudformation, ecr_public, image_deletion, lambda_https, oidc_providers, principal_arn, registry, secret_rotation,
    secret_values, secret_versions, tag_mutability, transport, web_identity,
)
from .tokens import TokenStore


def install(tokens: TokenStore, auth: bool, issuers: Path, key_delay_seconds: float = 0) -> None:
    transport.install()
    principal_arn.install()
    batch_actions.install()
    lambda_https.install()
    access_keys.install(key_delay_seconds)
    secret_values.install()
    secret_versions.install()
    secret_rotation.install()
    tag_mutability.install()
    image_deletion.install()
    gate = registry.Gate(tokens, auth)
    registry.install(gate)
    ecr_public.install(gate)
    oidc_providers.install()
    web_identity.install(issuers)
    cloudformation.install()
