"""Access keys as IAM has them: two a user at most, and, if asked for, unknown for a while after they are made."""
import time
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from .responses import Response

LIMIT = 2

_created: dict[str, float] = {}


def install(delay_seconds: float = 0) -> None:
    create_access_key = iam._create_access_key
    resolve_credential = iam_evaluator.resolve_credential

    def create(query: dict[str, Any]) -> Response:
        name = iam._p(query, "UserName")
        before = _keys_of(name)
        if len(before) >= LIMIT:
            return iam._error(409, "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {LIMIT}", ns="iam")
        response = create_access_key(query)
        for key_id in _keys_of(name) - before:
            _created[key_id] = time.monotonic()
        return response

    def resolve(access_key_id: str, *args: Any, **options: Any) -> Any:
        if time.monotonic() - _created.get(access_key_id, float("-inf")) < delay_seconds:
            return iam_evaluator._unknown_access_key()
        return resolve_credential(access_key_id, *args, **options)

    iam._create_access_key = create
    iam._IAM_HANDLERS["CreateAccessKey"] = create
    iam_evaluator.resolve_credential = resolve


def _keys_of(user_name: str) -> set[str]:
    return {key_id for key_id, key in iam._access_keys.items() if key["UserName"] == user_name}
