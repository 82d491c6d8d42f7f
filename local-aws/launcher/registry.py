"""The registry's door: GetAuthorizationToken hands out keys, and `/v2/` asks for one at each request."""
import base64
import json
from collections.abc import Callable
from typing import Any

from ministack.core.iam_evaluator import ResolvedCredential, resolve_credential
from ministack.core.responses import get_account_id, get_region, json_response
from ministack.core.router import extract_access_key_id
from ministack.services import ecr

from .permissions import refusal
from .responses import Response
from .tokens import Token, TokenStore, USER_NAME, proxy_endpoint

# What a registry request is to IAM; a request that is not listed is one that ECR does not serve.
ACTIONS = {
    ("manifest", "GET"): "ecr:BatchGetImage",
    ("manifest", "HEAD"): "ecr:BatchGetImage",
    ("manifest", "PUT"): "ecr:PutImage",
    ("manifest", "DELETE"): "ecr:BatchDeleteImage",
    ("blob", "GET"): "ecr:GetDownloadUrlForLayer",
    ("blob", "HEAD"): "ecr:BatchCheckLayerAvailability",
    ("blob_uploads", "POST"): "ecr:InitiateLayerUpload",
    ("blob_upload_session", "GET"): "ecr:UploadLayerPart",
    ("blob_upload_session", "PATCH"): "ecr:UploadLayerPart",
    ("blob_upload_session", "PUT"): "ecr:CompleteLayerUpload",
    ("tags_list", "GET"): "ecr:ListImages",
    ("catalog", "GET"): "ecr:DescribeRepositories",
}

_API_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


class Gate:
    """Lets a registry request through when its token may do what it asks."""

    def __init__(self, tokens: TokenStore, auth: bool) -> None:
        self._tokens = tokens
        self._auth = auth

    def authorization_token(self, headers: dict[str, str], query: dict[str, Any]) -> Response:
        token = self.issue(headers, query)
        return json_response({"authorizationData": [{
            "authorizationToken": base64.b64encode(f"{USER_NAME}:{token.password}".encode()).decode(),
            "expiresAt": token.expires_at,
            "proxyEndpoint": proxy_endpoint(get_account_id(), get_region()),
        }]})

    def issue(self, headers: dict[str, str], query: dict[str, Any]) -> Token:
        """A token that stands for who signed the request."""
        return self._tokens.issue(self._caller(headers, query))

    def refuse(self, method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> Response | None:
        """The answer to a request that does not get in, None for one that does."""
        token = self._tokens.from_authorization(headers.get("authorization", ""))
        if token is None:
            return _not_authorized(headers.get("host", ""))
        if token.expired:
            # 403 without a challenge is what ECR answers, and why clients do not ask for new credentials by themselves
            return _denied("Your authorization token has expired. Reauthenticate and try again.")
        parsed = ecr._parse_v2_path(path)
        if parsed is None or parsed[0] == "ping":
            return None
        return self._refuse_action(token, parsed[0], parsed[1], method, headers, query)

    def _refuse_action(
            self, token: Token, verb: str, repository: str, method: str, headers: dict[str, str], query: dict[str, Any]) -> Response | None:
        action = ACTIONS.get((verb, method))
        if action is None:
            return ecr._registry_error(405, "UNSUPPORTED", "The operation is unsupported.")
        if token.principal is None:
            return None
        ecr._select_registry_request_scope(repository, headers, query)
        message = refusal(token.principal, action, ecr._repo_arn(repository or "*"), get_region())
        return _denied(message) if message else None

    def _caller(self, headers: dict[str, str], query: dict[str, Any]) -> ResolvedCredential | None:
        if not self._auth:
            return None
        credential = resolve_credential(extract_access_key_id(headers, query), get_account_id())
        if not isinstance(credential, ResolvedCredential):
            raise PermissionError(credential.message)  # cannot be: the request's signature was checked with it
        return credential


def _not_authorized(host: str) -> Response:
    challenge = {"WWW-Authenticate": f'Basic realm="https://{host}/",service="ecr.amazonaws.com"'}
    return 401, {"Content-Type": "text/plain; charset=utf-8", **_API_VERSION, **challenge}, b"Not Authorized\n"


def _denied(message: str) -> Response:
    body = json.dumps({"errors": [{"code": "DENIED", "message": message}]}).encode()
    return 403, {"Content-Type": "application/json; charset=utf-8", **_API_VERSION}, body


def _without_mount(query: dict[str, Any]) -> dict[str, Any]:
    """A blob is uploaded anew: ECR mounts across repositories only where the registry's owner switched that on."""
    return {key: value for key, value in query.items() if key not in ("mount", "from")}


def _unknown_repository(name: str) -> Response | None:
    if name in ecr._repositories:
        return None
    message = f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'"
    return ecr._registry_error(404, "NAME_UNKNOWN", message, {"name": name})


def install(gate: Gate) -> None:
    api: Callable = ecr.handle_request
    registry: Callable = ecr.handle_registry_request
    delete_repository: Callable = ecr._delete_repository

    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        if headers.get("x-amz-target", "").endswith(".GetAuthorizationToken"):
            return gate.authorization_token(headers, query)
        return await api(method, path, headers, body, query)

    async def handle_registry_request(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Response:
        lowered = {name.lower(): value for name, value in headers.items()}
        refused = gate.refuse(method.upper(), path, lowered, query)
        return refused or await registry(method, path, headers, body, _without_mount(query))

    def delete_with_blobs(data: dict[str, Any]) -> Response:
        response = delete_repository(data)
        if response[0] == 200:  # MiniStack keeps them for the next repository of that name
            for store in (ecr._layer_blobs, ecr._manifest_blobs, ecr._uploads):
                store.pop(data["repositoryName"], None)
        return response

    ecr.handle_request = handle_request
    ecr.handle_registry_request = handle_registry_request
    ecr._delete_repository = delete_with_blobs
    ecr._ensure_repo_exists = _unknown_repository
