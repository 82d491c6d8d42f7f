import type { TargetDefinition } from './target-definition';
import { UUID, VARIABLE_NAME } from './variable-name';
import type { AzureDevOpsServiceConnectionOptions, AzureDevOpsVariableGroupOptions } from '../../targets/azure-dev-ops-target';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, REGISTRY_HOST, type Format } from '../formats';

const ORGANIZATION: Format = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9-]*$/,
  allowed: 'the name of an organization',
  fix: 'write it as in https://dev.azure.com/NAME',
};

/** The target of `Target.azureDevOpsServiceConnection()`. */
export function azureDevOpsServiceConnection(options: AzureDevOpsServiceConnectionOptions): TargetDefinition {
  const { organization, endpointId, host, auth } = options;
  return {
    check: (problems, at) => {
      checkFormat(problems, `${at}.organization`, organization, ORGANIZATION);
      checkFormat(problems, `${at}.endpointId`, endpointId, UUID);
      checkFormat(problems, `${at}.host`, host, REGISTRY_HOST);
      problems.unless(`${at}.removal`, options.removal, (removal) => removal !== TargetRemoval.DELETE,
        'LEAVE or BLANK for a service connection, which pipelines name', 'delete it in Azure DevOps');
      auth._check(problems, `${at}.auth`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'azure-devops-service-connection',
      where: { organization, endpointId },
      settings: { auth: auth._bind(publisher) },
      value: TargetValue._login(host),
      removal: options.removal,
    }),
  };
}

/** The target of `Target.azureDevOpsVariableGroup()`. */
export function azureDevOpsVariableGroup(options: AzureDevOpsVariableGroupOptions): TargetDefinition {
  const { organization, groupId, variableName = 'ECR_PASSWORD', value = TargetValue.password(), auth } = options;
  return {
    check: (problems, at) => {
      checkFormat(problems, `${at}.organization`, organization, ORGANIZATION);
      problems.unless(`${at}.groupId`, groupId, (id) => Number.isInteger(id) && id > 0, 'the id of a variable group, a whole number', 'copy it from the URL of its page');
      checkFormat(problems, `${at}.variableName`, variableName, VARIABLE_NAME);
      value._check(problems, `${at}.value`);
      auth._check(problems, `${at}.auth`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'azure-devops-variable-group',
      where: { organization, groupId: String(groupId), variableName },
      settings: { auth: auth._bind(publisher) },
      value,
      removal: options.removal,
    }),
  };
}
