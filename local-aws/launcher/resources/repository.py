"""AWS::ECR::Repository with the exclusion filters of its tag mutability, which MiniStack drops."""
from typing import Any

from ministack.services import ecr
from ministack.services.cloudformation import provisioners

from ..tag_mutability import FILTERS

REPLACING = ("RepositoryName", "EncryptionConfiguration")


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    name, attributes = provisioners._ecr_repo_create(logical_id, props, stack)
    _keep_filters(name, props)
    return name, attributes


def update(name: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None) -> tuple[str, dict[str, str]]:
    name, attributes = provisioners._ecr_repo_update(name, old, new, stack, logical_id)
    _keep_filters(name, new)
    return name, attributes


def delete(name: str, props: dict[str, Any]) -> None:
    provisioners._ecr_repo_delete(name, props)


def _keep_filters(name: str, props: dict[str, Any]) -> None:
    ecr._repositories[name][FILTERS] = [
        {"filterType": entry["ImageTagMutabilityExclusionFilterType"], "filter": entry["ImageTagMutabilityExclusionFilterValue"]}
        for entry in props.get("ImageTagMutabilityExclusionFilters") or []
    ]
