"""`aws:PrincipalArn` of a role's session is the role's ARN, as on AWS; MiniStack takes the session's."""
import re
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.services import iam

_SESSION = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/.+")


def of_principal(arn: str) -> str:
    """The ARN itself, or that of the role whose session it names."""
    session = _SESSION.fullmatch(arn)
    if session is None:
        return arn
    partition, account, name = session.groups()
    role = iam._roles.get_scoped(account, None, name)
    return role["Arn"] if role else f"arn:{partition}:iam::{account}:role/{name}"


def install() -> None:
    resolve = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key: str, context: EvalContext) -> Any:
        value = resolve(key, context)
        return of_principal(value) if key.lower() == "aws:principalarn" and isinstance(value, str) else value

    iam_evaluator._resolve_condition_key = resolve_condition_key
