"""Installs everything this package adds to MiniStack."""
from . import cloudformation, image_deletion, registry, secret_values, tag_mutability, transport
from .tokens import TokenStore


def install(tokens: TokenStore, auth: bool) -> None:
    transport.install()
    secret_values.install()
    tag_mutability.install()
    image_deletion.install()
    registry.install(registry.Gate(tokens, auth))
    cloudformation.install()
