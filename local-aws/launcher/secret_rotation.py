"""RotateSecret and CancelRotateSecret: the four steps through the rotation function, at once and on the schedule.

A step that fails leaves AWSPENDING where it is; the next turn of the schedule tries that version again, and RotateSecret
is refused until then, or until the label is removed by hand.
"""
import contextvars
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.core import responses
from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import lambda_svc, secretsmanager

from .responses import Response

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

_SERVICE = "secretsmanager.amazonaws.com"
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_TICK_SECONDS = 1

_logger = logging.getLogger("secretsmanager")


def in_background(work: Callable[[], None]) -> None:
    """Runs it with the account and region of the request."""
    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()


def install() -> None:
    api: Callable = secretsmanager.handle_request
    describe_secret = secretsmanager._describe_secret

    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        if headers.get("x-amz-target", "").endswith(".CancelRotateSecret"):
            return cancel(json.loads(body or "{}"))
        return await api(method, path, headers, body, query)

    def describe(data: dict[str, Any]) -> Response:
        response = describe_secret(data)
        if response[0] != 200:
            return response
        secret = _secret(data)
        return json_response({**json.loads(response[2]), **{key: secret[key] for key in ("LastRotatedDate",) if key in secret}})

    secretsmanager.handle_request = handle_request
    secretsmanager._describe_secret = describe
    secretsmanager._rotate_secret = rotate


def rotate(data: dict[str, Any]) -> Response:
    secret = _secret(data)
    if secret is None:
        return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    if secret.get("DeletedDate"):
        return _invalid("You can't perform this operation on the secret because it was marked for deletion.")
    function = data.get("RotationLambdaARN") or secret.get("RotationLambdaARN")
    if not function:
        return _invalid("No Lambda rotation function ARN is associated with this secret.")
    if not _may_invoke(function):
        return error_response_json("AccessDeniedException", (
            f"Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal {_SERVICE}."), 400)
    if _unfinished(secret) is not None:
        return _invalid("A previous rotation isn't complete. That rotation will be reattempted.")

    rules = data.get("RotationRules") or secret.get("RotationRules")
    secret.update(RotationEnabled=True, RotationLambdaARN=function, RotationRules=rules, _RotationDue=_due(rules))
    version_id = _begin(secret, data.get("ClientRequestToken") or new_uuid())
    if data.get("RotateImmediately", True):
        in_background(lambda: take_steps(secret, version_id))
    else:
        in_background(lambda: _test(secret, version_id))
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version_id})


def cancel(data: dict[str, Any]) -> Response:
    """Ends the schedule. A rotation that is under way is not undone: its version keeps its label."""
    secret = _secret(data)
    if secret is None:
        return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    secret["RotationEnabled"] = False
    version_id = _unfinished(secret)
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], **({"VersionId": version_id} if version_id else {})})


def take_steps(secret: dict[str, Any], version_id: str) -> bool:
    """Rotates to the version; answers whether every step was done."""
    for step in STEPS:
        if not _call(secret, version_id, step):
            return False
    secret["LastRotatedDate"] = secret["LastChangedDate"] = int(time.time())
    return True


def start_ticker() -> None:
    threading.Thread(target=_tick_forever, daemon=True).start()


def tick(now: float) -> None:
    """Rotates every secret whose time has come."""
    for account, region, name in list(secretsmanager._secrets._data):
        secret = secretsmanager._secrets._data.get((account, region, name))
        if not secret or not secret.get("RotationEnabled") or secret.get("DeletedDate") or now < secret.get("_RotationDue", float("inf")):
            continue
        secret["_RotationDue"] = _due(secret["RotationRules"], now)
        version_id = _unfinished(secret) or _begin(secret, new_uuid())
        contextvars.copy_context().run(_rotate_in, account, region, secret, version_id)


def _rotate_in(account: str, region: str, secret: dict[str, Any], version_id: str) -> None:
    responses.set_request_account_id(account)
    responses.set_request_region(region)
    take_steps(secret, version_id)


def _tick_forever() -> None:
    while True:
        time.sleep(_TICK_SECONDS)
        try:
            tick(time.time())
        except Exception:
            _logger.exception("rotation schedule")


def _secret(data: dict[str, Any]) -> dict[str, Any] | None:
    return secretsmanager._resolve(data.get("SecretId"))[1]


def _invalid(message: str) -> Response:
    return error_response_json("InvalidRequestException", message, 400)


def _unfinished(secret: dict[str, Any]) -> str | None:
    """The version of a rotation that is under way or has failed."""
    pending, _ = secretsmanager._find_stage_version(secret, "AWSPENDING")
    current, _ = secretsmanager._find_stage_version(secret, "AWSCURRENT")
    return pending if pending != current else None


def _begin(secret: dict[str, Any], version_id: str) -> str:
    """Labels a version that has no value yet."""
    secretsmanager._remove_stage_everywhere(secret, "AWSPENDING")
    secret["Versions"][version_id] = {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": ["AWSPENDING"]}
    return version_id


def _test(secret: dict[str, Any], version_id: str) -> None:
    """What is done to a configuration without a rotation at once: the third step alone, and its version goes."""
    _call(secret, version_id, "testSecret")
    secret["Versions"].pop(version_id, None)


def _call(secret: dict[str, Any], version_id: str, step: str) -> bool:
    function, config, name = lambda_svc._get_func_record_for_ref(secret["RotationLambdaARN"])
    if not function or not config or not _may_invoke(secret["RotationLambdaARN"]):
        _logger.warning("rotation of %s: the function %s cannot be invoked", secret["Name"], name)
        return False
    event = {"Step": step, "SecretId": secret["ARN"], "ClientRequestToken": version_id}
    result = lambda_svc._execute_function_with_config_scope(lambda_svc._execution_record_for_config(function, config), event)
    if result.get("error"):
        _logger.warning("rotation of %s: %s failed", secret["Name"], step)
        return False
    return True


def _may_invoke(function_arn: str) -> bool:
    """Whether the function's policy lets Secrets Manager call it for this account."""
    function, _, _ = lambda_svc._get_func_record_for_ref(function_arn)
    statements = function["policy"]["Statement"] if function else []
    return any(_allows(statement) for statement in statements)


def _allows(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    accounts = [value for keys in statement.get("Condition", {}).values() for key, value in keys.items() if key.lower() == "aws:sourceaccount"]
    return (statement.get("Effect") == "Allow" and isinstance(principal, dict) and principal.get("Service") == _SERVICE
            and all(account == responses.get_account_id() for account in accounts))


def _due(rules: dict[str, Any] | None, now: float | None = None) -> float:
    """When the next rotation is due; never for a cron expression, which is not understood."""
    expression = (rules or {}).get("ScheduleExpression", "")
    days = (rules or {}).get("AutomaticallyAfterDays")
    match = re.fullmatch(r"rate\((\d+) (second|minute|hour|day)s?\)", expression)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else int(days) * _SECONDS["day"] if days else float("inf")
    return (time.time() if now is None else now) + seconds
