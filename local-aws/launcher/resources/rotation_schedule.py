"""AWS::SecretsManager::RotationSchedule, with a function of one's own. Ref is the secret's ARN."""
from typing import Any

from .. import secret_rotation
from ..responses import checked

REPLACING = ("SecretId",)


def create(_logical_id: str | None, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    if "RotationLambdaARN" not in props:
        raise ValueError("only RotationLambdaARN is supported, not HostedRotationLambda")
    checked(secret_rotation.rotate({
        "SecretId": props["SecretId"],
        "RotationLambdaARN": props["RotationLambdaARN"],
        "RotationRules": props.get("RotationRules"),
        "RotateImmediately": str(props.get("RotateImmediatelyOnUpdate", True)).lower() == "true",
    }))
    return props["SecretId"], {"Id": props["SecretId"]}


def update(_physical_id: str, _old: dict, new: dict[str, Any], stack: str, logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    return create(logical_id, new, stack)


def delete(secret_id: str, _props: dict) -> None:
    secret_rotation.cancel({"SecretId": secret_id})  # the secret may be gone already: then so is its schedule
