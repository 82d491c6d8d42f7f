"""CreateSecret without a value makes a secret without a version, as on AWS; MiniStack makes an empty version."""
import json
from typing import Any

from ministack.core.responses import json_response
from ministack.services import secretsmanager

from .responses import Response


def install() -> None:
    create_secret = secretsmanager._create_secret

    def create(data: dict[str, Any]) -> Response:
        response = create_secret(data)
        if response[0] != 200 or data.get("SecretString") is not None or data.get("SecretBinary") is not None:
            return response
        secretsmanager._secrets[data["Name"]]["Versions"].clear()
        answer = json.loads(response[2])
        del answer["VersionId"]
        return json_response(answer)

    secretsmanager._create_secret = create
