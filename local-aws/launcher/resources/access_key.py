"""AWS::IAM::AccessKey. A change of Serial, which has no other meaning, makes a new key."""
from typing import Any

from ministack.services import iam

from ..responses import checked

REPLACING = ("UserName", "Serial")


def create(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    before = set(iam._access_keys.keys())
    checked(iam._create_access_key({"UserName": [props["UserName"]]}))
    (key_id,) = set(iam._access_keys.keys()) - before
    _set_status(key_id, props)
    return key_id, _attributes(key_id)


def update(key_id: str, _old: dict, new: dict[str, Any], _stack: str, _logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    _set_status(key_id, new)
    return key_id, _attributes(key_id)


def delete(key_id: str, _props: dict) -> None:
    iam._access_keys.pop(key_id, None)


def _set_status(key_id: str, props: dict[str, Any]) -> None:
    checked(iam._update_access_key({"AccessKeyId": [key_id], "Status": [props.get("Status", "Active")]}))


def _attributes(key_id: str) -> dict[str, str]:
    return {"SecretAccessKey": iam._access_keys[key_id]["SecretAccessKey"]}
