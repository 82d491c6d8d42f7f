"""Registry tokens: a random password for each call, which expires and stands for the principal that asked for it."""
import base64
import json
import secrets
import time
from dataclasses import dataclass, field

from ministack.core.iam_evaluator import ResolvedCredential

USER_NAME = "AWS"
DEFAULT_LIFETIME = 43_200

# Random bytes of the two parts, so that the whole has ECR's length: about 1,800 characters.
_PAYLOAD_BYTES = 762
_DATA_KEY_BYTES = 184


@dataclass(frozen=True)
class Token:
    password: str
    expires_at: int
    principal: ResolvedCredential | None
    """None when the emulator enforces no policies."""

    @property
    def expired(self) -> bool:
        return self.expires_at <= time.time()


@dataclass
class TokenStore:
    lifetime: int = DEFAULT_LIFETIME
    _issued: dict[str, Token] = field(default_factory=dict)

    def issue(self, principal: ResolvedCredential | None) -> Token:
        expires_at = int(time.time()) + self.lifetime
        token = Token(_password(expires_at), expires_at, principal)
        self._issued[token.password] = token
        return token

    def from_authorization(self, header: str) -> Token | None:
        """The token behind an `Authorization: Basic ...` header."""
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return None
        return self._issued.get(password) if user == USER_NAME else None


def proxy_endpoint(account: str, region: str) -> str:
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{account}.dkr.ecr.{region}.{suffix}"


def _password(expires_at: int) -> str:
    return _base64(json.dumps({
        "payload": _base64(secrets.token_bytes(_PAYLOAD_BYTES)),
        "datakey": _base64(secrets.token_bytes(_DATA_KEY_BYTES)),
        "version": "2",
        "type": "DATA_KEY",
        "expiration": expires_at,
    }).encode())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
