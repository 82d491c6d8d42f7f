"""Versions of a secret as Secrets Manager has them.

A version's value cannot be changed, a label is on one version only, the first version is current whatever labels are
asked for, and a version that a rotation has begun has no value. MiniStack overwrites, leaves labels where they were, and
answers an empty value.
"""
import json
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import secretsmanager

from .responses import Response

Version = dict[str, Any]


def has_value(version: Version) -> bool:
    return version.get("SecretString") is not None or version.get("SecretBinary") is not None


def install() -> None:
    put_secret_value = secretsmanager._put_secret_value
    get_secret_value = secretsmanager._get_secret_value

    def put(data: dict[str, Any]) -> Response:
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        token = data.get("ClientRequestToken")
        versions = secret["Versions"] if secret else {}
        existing = versions.get(token)
        if existing is not None and has_value(existing):
            if any(existing.get(key) != data.get(key) for key in ("SecretString", "SecretBinary")):
                return error_response_json("ResourceExistsException", (
                    f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {secret['ARN']}."), 400)
            return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token, "VersionStages": list(existing["Stages"])})

        is_first = not any(has_value(version) for version in versions.values())
        labels = list(existing["Stages"]) if existing else []
        response = put_secret_value(data)
        if response[0] != 200:
            return response
        version_id = json.loads(response[2])["VersionId"]
        for label in data.get("VersionStages") or []:
            if label != "AWSCURRENT":
                secretsmanager._remove_stage_everywhere(secret, label, except_version_id=version_id)
        if "AWSCURRENT" not in (data.get("VersionStages") or ["AWSCURRENT"]):
            for label in labels:
                secretsmanager._add_stage(secret, version_id, label)
            if is_first:
                secretsmanager._add_stage(secret, version_id, "AWSCURRENT")
        return response

    def get(data: dict[str, Any]) -> Response:
        response = get_secret_value(data)
        if response[0] == 200 and not {"SecretString", "SecretBinary"} & json.loads(response[2]).keys():
            return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.", 400)
        return response

    secretsmanager._put_secret_value = put
    secretsmanager._get_secret_value = get
