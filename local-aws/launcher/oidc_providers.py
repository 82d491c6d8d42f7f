"""OIDC providers of IAM: the calls for their audiences, which MiniStack lacks, and policies that name a provider."""
from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import get_account_id
from ministack.services import iam

from .responses import Response

_MOST_AUDIENCES = 100


def install() -> None:
    iam._IAM_HANDLERS["AddClientIDToOpenIDConnectProvider"] = _changing(_add)
    iam._IAM_HANDLERS["RemoveClientIDFromOpenIDConnectProvider"] = _changing(_remove)
    extract_resource_arn = iam_actions.extract_resource_arn

    def extract(service: str, *request: Any) -> str:
        return service == "iam" and _provider_of(request[4]) or extract_resource_arn(service, *request)

    iam_actions.extract_resource_arn = extract


def _provider_of(params: dict[str, Any]) -> str | None:
    """The provider that a request names; without it MiniStack takes the request as one for `*`."""
    if arn := iam._p(params, "OpenIDConnectProviderArn"):
        return arn
    if iam._p(params, "Action") != "CreateOpenIDConnectProvider":
        return None
    return f"arn:aws:iam::{get_account_id()}:oidc-provider/{iam._p(params, 'Url').removeprefix('https://')}"


def _changing(change: Callable[[list[str], str], str | None]) -> Callable[[dict[str, Any]], Response]:
    def handle(params: dict[str, Any]) -> Response:
        arn = iam._p(params, "OpenIDConnectProviderArn")
        provider = iam._oidc_providers.get(arn)
        if provider is None:
            return iam._error(404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", ns="iam")
        refusal = change(provider["ClientIDList"], iam._p(params, "ClientID"))
        if refusal:
            return iam._error(409, "LimitExceeded", refusal, ns="iam")
        return iam._xml(200, f"{iam._p(params, 'Action')}Response", "", ns="iam")
    return handle


def _add(audiences: list[str], audience: str) -> str | None:
    if audience in audiences:
        return None
    if len(audiences) >= _MOST_AUDIENCES:
        return f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {_MOST_AUDIENCES}"
    audiences.append(audience)
    return None


def _remove(audiences: list[str], audience: str) -> None:
    if audience in audiences:
        audiences.remove(audience)
