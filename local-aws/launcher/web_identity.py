"""AssumeRoleWithWebIdentity as STS decides it. MiniStack evaluates the role's trust policy, but takes every token for good.

STS fetches an issuer's keys from the issuer. Nobody can be github.com here, so they come from a file: JSON of JWKS by URL.
"""
import json
from pathlib import Path
from typing import Any

import jwt
from ministack.services import iam, sts

from .responses import Response

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
_CLAIMS = {
    "token.actions.githubusercontent.com": (
        "actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id",
        "repository_owner_id", "workflow"),
    "gitlab.com": (
        "namespace_id", "project_id", "pipeline_source", "ref_protected", "runner_environment", "user_access_level", "user_email",
        "user_id", "user_login"),
    "agent.buildkite.com": (
        "organization_id", "organization_slug", "pipeline_id", "pipeline_slug", "cluster_id", "cluster_name", "build_branch"),
    "oidc.circleci.com": ("oidc.circleci.com/project-id",),
}


def install(issuers: Path) -> None:
    principal = sts._web_identity_principal
    trust_denied = sts._web_identity_trust_denied

    def with_claims(token: str, provider_id: str, role_arn: str) -> tuple[str, dict[str, Any]]:
        provider, keys = principal(token, provider_id, role_arn)
        claims = jwt.decode(token, options={"verify_signature": False})
        host = _host(claims["iss"])
        offered = {f"{host}:{name}".lower(): str(claims[name]) for name in _CLAIMS.get(host.split("/")[0], ()) if name in claims}
        return provider, {**keys, **offered}

    def denied(role_arn: str, params: dict[str, Any], use_json: bool) -> Response | None:
        refusal = _refusal(sts._p(params, "WebIdentityToken"), role_arn, issuers)
        return sts._error(400, *refusal, ns="sts") if refusal else trust_denied(role_arn, params, use_json)

    sts._web_identity_principal = with_claims
    sts._web_identity_trust_denied = denied


def _refusal(token: str, role_arn: str, issuers: Path) -> tuple[str, str] | None:
    """What is wrong with a token, as a code and a message of STS; None for a good one."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss", "")
    except jwt.InvalidTokenError:
        return "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    account = role_arn.split(":")[4]
    provider = iam._oidc_providers.get_scoped(account, None, f"arn:aws:iam::{account}:oidc-provider/{_host(issuer)}")
    if provider is None:
        return "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}"
    keys = json.loads(issuers.read_text()).get(issuer) if issuers.exists() else None
    if keys is None:
        return "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"
    try:
        key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
        jwt.decode(token, key, algorithms=["RS256"], audience=provider["ClientIDList"], options={"require": ["aud", "exp", "iat", "sub"]})
    except jwt.ExpiredSignatureError:
        return "ExpiredTokenException", "Token expired"
    except jwt.InvalidAudienceError:
        return "InvalidIdentityToken", "Incorrect token audience"
    except (jwt.InvalidTokenError, KeyError) as error:
        return "InvalidIdentityToken", f"The token's signature or claims are not valid: {error}"
    return None


def _host(issuer: str) -> str:
    return issuer.removeprefix("https://")
