"""AWS::IAM::OIDCProvider."""
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam

from ..responses import checked

REPLACING = ("Url",)


def create(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    query = {"Url": [props["Url"]], **_members("ClientIDList", props.get("ClientIdList")),
             **_members("ThumbprintList", props.get("ThumbprintList"))}
    checked(iam._create_oidc_provider(query))
    host = props["Url"].split("://")[-1].rstrip("/")
    arn = f"arn:aws:iam::{get_account_id()}:oidc-provider/{host}"
    iam._oidc_providers[arn]["Tags"] = list(props.get("Tags") or [])
    return arn, {"Arn": arn}


def update(arn: str, _old: dict, new: dict[str, Any], _stack: str, _logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    iam._oidc_providers[arn].update(
        ClientIDList=list(new.get("ClientIdList") or []),
        ThumbprintList=list(new.get("ThumbprintList") or []),
        Tags=list(new.get("Tags") or []),
    )
    return arn, {"Arn": arn}


def delete(arn: str, _props: dict) -> None:
    iam._oidc_providers.pop(arn, None)


def _members(name: str, values: list[str] | None) -> dict[str, list[str]]:
    """A list as the query protocol spells it."""
    return {f"{name}.member.{number}": [value] for number, value in enumerate(values or [], 1)}
