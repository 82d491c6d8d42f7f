"""Installs everything this package adds to MiniStack."""
from . import cloudformation, ecr_public, principal_arn, registry, secret_values, tag_mutability, transport
from .tokens import TokenStore


def install(tokens: TokenStore, auth: bool) -> None:
    transport.install()
    principal_arn.install()
    secret_values.install()
    tag_mutability.install()
    gate = registry.Gate(tokens, auth)
    registry.install(gate)
    ecr_public.install(gate)
    cloudformation.install()
