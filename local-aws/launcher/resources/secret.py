"""AWS::SecretsManager::Secret as AWS has it.

MiniStack's own provisioner answers Ref with the secret's name, not its ARN; gives a secret without a value an empty one;
and takes `GenerateSecretString: {}`, which means "all defaults", for no request to generate.
"""
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

REPLACING = ("Name",)

_GENERATE_DEFAULTS = {"PasswordLength": 32}


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    name, attributes = provisioners._sm_secret_create(logical_id, _explicit(props), stack)
    if not _has_value(props):
        secretsmanager._secrets[name]["Versions"].clear()
    return attributes["Arn"], attributes


def update(arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    secret = _by_arn(arn)
    if secret is None:
        return create(logical_id or arn, new, stack)
    # The name comes from the stored secret: the provisioner would otherwise derive one and see a rename.
    wanted = {**_explicit(new), "Name": secret["Name"]}
    if not _has_value(new):  # a template that no longer speaks of the value leaves it alone
        wanted.update({key: old[key] for key in ("SecretString", "GenerateSecretString") if key in old})
    _, attributes = provisioners._sm_secret_update(secret["Name"], {**old, "Name": secret["Name"]}, wanted, stack, logical_id)
    return arn, attributes


def delete(arn: str, props: dict[str, Any]) -> None:
    secret = _by_arn(arn)
    if secret is not None:
        provisioners._sm_secret_delete(secret["Name"], props)


def _explicit(props: dict[str, Any]) -> dict[str, Any]:
    return {**props, "GenerateSecretString": _GENERATE_DEFAULTS} if props.get("GenerateSecretString") == {} else props


def _has_value(props: dict[str, Any]) -> bool:
    return "SecretString" in props or "GenerateSecretString" in props


def _by_arn(arn: str) -> dict[str, Any] | None:
    return secretsmanager._resolve(arn)[1]
