"""The table of CloudFormation resource types that are added or put right."""
from types import ModuleType

from ministack.services.cloudformation import provisioners

from .resources import access_key, oidc_provider, repository, rotation_schedule, secret, secret_policy

TYPES: dict[str, ModuleType] = {
    "AWS::ECR::Repository": repository,
    "AWS::IAM::AccessKey": access_key,
    "AWS::IAM::OIDCProvider": oidc_provider,
    "AWS::SecretsManager::ResourcePolicy": secret_policy,
    "AWS::SecretsManager::RotationSchedule": rotation_schedule,
    "AWS::SecretsManager::Secret": secret,
}


def install() -> None:
    for resource_type, module in TYPES.items():
        provisioners._RESOURCE_HANDLERS[resource_type] = {
            "create": module.create,
            "update": module.update,
            "update_with_logical_id": True,
            "delete": module.delete,
        }
        provisioners._REPLACING_PROPERTIES[resource_type] = module.REPLACING
