"""Whether a principal may do an ECR action, by the policies as they are now."""
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalContext, ResolvedCredential
from ministack.services import ecr


def refusal(principal: ResolvedCredential, action: str, repository_arn: str, region: str) -> str | None:
    """None when allowed, otherwise the message ECR would give."""
    resolved = iam_evaluator.resolve_principal(principal.access_key_id, principal.account_id, principal)
    if isinstance(resolved, AuthError):
        return resolved.message
    if resolved.policies is None:  # the account's root
        return None
    context = EvalContext(
        principal_arn=resolved.arn,
        principal_type=resolved.type,
        principal_account=resolved.account,
        action=action,
        resource_arn=repository_arn,
        region=region,
        service_context={"aws:tagkeys": None, **_resource_tags(repository_arn)},
        principal_keys=resolved.keys,
    )
    result = iam_evaluator.evaluate(context, resolved.policies, *resolved.limits)
    found = iam_evaluator._resource_policy("ecr", repository_arn)
    if found is not None:
        result = iam_evaluator.combine_resource_policy(result, context, *found, limits=resolved.limits)
    if result.decision == "Allow":
        return None
    because = ("with an explicit deny" if result.decision == "Deny"
               else f"because no identity-based policy allows the {action} action")
    return f"User: {resolved.arn} is not authorized to perform: {action} on resource: {repository_arn} {because}"


def _resource_tags(repository_arn: str) -> dict[str, str]:
    tags = (ecr._repositories.get(repository_arn.partition(":repository/")[2]) or {}).get("tags", [])
    return {f"{prefix}:resourcetag/{tag['Key']}".lower(): tag["Value"] for tag in tags for prefix in ("aws", "ecr")}
