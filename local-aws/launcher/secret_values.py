"""Versions of secrets as AWS has them.

CreateSecret without a value makes a secret without a version; MiniStack makes an empty one. PutSecretValue with the id of
a version that is there changes nothing; MiniStack writes it anew.
"""
import json
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import secretsmanager

from .responses import Response


def install() -> None:
    create_secret = secretsmanager._create_secret
    put_secret_value = secretsmanager._put_secret_value

    def create(data: dict[str, Any]) -> Response:
        response = create_secret(data)
        if response[0] != 200 or data.get("SecretString") is not None or data.get("SecretBinary") is not None:
            return response
        secretsmanager._secrets[data["Name"]]["Versions"].clear()
        answer = json.loads(response[2])
        del answer["VersionId"]
        return json_response(answer)

    def put(data: dict[str, Any]) -> Response:
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        version_id = data.get("ClientRequestToken")
        version = secret and secret["Versions"].get(version_id)
        if not version:
            return put_secret_value(data)
        if any(version.get(key) != data.get(key) for key in ("SecretString", "SecretBinary")):
            return error_response_json("ResourceExistsException", f"A version {version_id} with another value exists already.", 400)
        return json_response({
            "ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version_id, "VersionStages": list(version["Stages"])})

    secretsmanager._create_secret = create
    secretsmanager._put_secret_value = put
