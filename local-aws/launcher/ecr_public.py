"""ECR Public, as far as its tokens: GetAuthorizationToken in us-east-1, for who may also get a bearer token."""
import base64
import json
from typing import Any

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import error_response_json, get_region, json_response

from .permissions import refusal
from .registry import Gate
from .responses import Response
from .tokens import USER_NAME

SERVICE = "ecr-public"
REGION = "us-east-1"
BEARER = "sts:GetServiceBearerToken"


def install(gate: Gate) -> None:
    async def handle_request(_method: str, _path: str, headers: dict[str, str], _body: bytes, query: dict[str, Any]) -> Response:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if operation != "GetAuthorizationToken" or get_region() != REGION:
            return error_response_json("UnsupportedCommandException", f"{operation} is not served in {get_region()}", 400)
        token = gate.issue(headers, query)
        # IAM judged ecr-public:GetAuthorizationToken before; this right is asked for besides
        message = token.principal and refusal(token.principal, BEARER, "*", REGION)
        if message:
            return error_response_json("AccessDeniedException", message, 400)
        return json_response({"authorizationData": {
            "authorizationToken": base64.b64encode(f"{USER_NAME}:{token.password}".encode()).decode(),
            "expiresAt": token.expires_at,
        }})

    router.SERVICE_PATTERNS[SERVICE] = {"target_prefixes": ["SpencerFrontendService"]}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    app.SERVICE_HANDLERS[SERVICE] = handle_request
