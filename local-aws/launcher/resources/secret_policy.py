"""AWS::SecretsManager::ResourcePolicy."""
import json
from typing import Any

from ministack.services import secretsmanager

from ..responses import checked

REPLACING = ("SecretId",)


def create(_logical_id: str | None, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    policy = props["ResourcePolicy"]
    text = policy if isinstance(policy, str) else json.dumps(policy)
    checked(secretsmanager._put_resource_policy({"SecretId": props["SecretId"], "ResourcePolicy": text}))
    return props["SecretId"], {"Id": props["SecretId"]}


def update(_physical_id: str, _old: dict, new: dict[str, Any], stack: str, logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    return create(logical_id, new, stack)


def delete(secret_id: str, _props: dict) -> None:
    secretsmanager._delete_resource_policy({"SecretId": secret_id})  # the secret may be gone already: then so is its policy
