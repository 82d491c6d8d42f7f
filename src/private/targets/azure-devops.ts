import { checkCertificateAuthority, checkUrl } from './server';
import { checkExactlyOne, type TargetDefinition } from './target-definition';
import { UUID } from './variable-name';
import type { AzureDevopsTargetOptions } from '../../targets/azure-devops-options';
import type { AzureDevopsServiceConnectionOptions } from '../../targets/azure-devops-service-connection';
import type { AzureDevopsVariableGroupOptions } from '../../targets/azure-devops-variable-group';
import type { TargetBindOptions } from '../../targets/target-config';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, REGISTRY_HOST, type Format } from '../formats';
import { AZURE_DEVOPS_ORGANIZATION, AZURE_DEVOPS_PROJECT } from '../oidc/formats';
import type { Problems } from '../validation';

const GROUP_ID: Format = {
  pattern: /^[1-9]\d{0,9}$/,
  allowed: 'a number',
  fix: 'take \'variableGroupId\' from the URL of the group\'s page',
};

/** @see https://learn.microsoft.com/en-us/azure/devops/pipelines/process/variables#variable-naming-restrictions */
const VARIABLE: Format = {
  pattern: /^(?!endpoint|input|path|secret)[A-Za-z0-9._]+$/i,
  allowed: 'the name of a variable: letters, digits, . and _, not beginning with endpoint, input, path, secret or securefile',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which Docker reads',
};

/** The target of `Target.azureDevopsServiceConnection()`. */
export function azureDevopsServiceConnection(options: AzureDevopsServiceConnectionOptions): TargetDefinition {
  const { connectionId, host, removal } = options;
  return {
    check: (problems, at) => {
      checkShared(problems, at, options);
      checkFormat(problems, `${at}.connectionId`, connectionId, UUID);
      if (removal === TargetRemoval.DELETE) {
        problems.add(`${at}.removal`, removal, 'LEAVE or BLANK for a service connection, which its owner made', 'take TargetRemoval.BLANK, and delete the connection yourself');
      }
      checkFormat(problems, `${at}.host`, host, REGISTRY_HOST);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'azure-devops-service-connection',
      where: { ...placeOf(options), connection: connectionId },
      settings: settingsOf(options, publisher),
      value: TargetValue._login(host),
      removal,
    }),
  };
}

/** The target of `Target.azureDevopsVariableGroup()`. */
export function azureDevopsVariableGroup(options: AzureDevopsVariableGroupOptions): TargetDefinition {
  const { variableGroupId, variable = 'DOCKER_AUTH_CONFIG', value = TargetValue.configJson(), removal } = options;
  return {
    check: (problems, at) => {
      checkShared(problems, at, options);
      checkFormat(problems, `${at}.variableGroupId`, variableGroupId, GROUP_ID);
      checkFormat(problems, `${at}.variable`, variable, VARIABLE);
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'azure-devops-variable-group',
      where: { ...placeOf(options), group: variableGroupId, variable },
      settings: settingsOf(options, publisher),
      value,
      removal,
    }),
  };
}

function checkShared(problems: Problems, at: string, options: AzureDevopsTargetOptions): void {
  const { organization, url, project, auth, certificateAuthority } = options;
  checkExactlyOne(problems, at, { organization, url }, 'say where it is');
  checkFormat(problems, `${at}.organization`, organization, AZURE_DEVOPS_ORGANIZATION);
  checkUrl(problems, `${at}.url`, url);
  checkFormat(problems, `${at}.project`, project, AZURE_DEVOPS_PROJECT);
  auth._check(problems, `${at}.auth`, url !== undefined);
  checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
}

function placeOf({ organization, url, project }: AzureDevopsTargetOptions): Record<string, string> {
  return { ...url === undefined ? { organization: organization! } : { url }, project };
}

function settingsOf({ auth, certificateAuthority }: AzureDevopsTargetOptions, publisher: TargetBindOptions['publisher']): Record<string, unknown> {
  return { auth: auth._bind(publisher), ...certificateAuthority === undefined ? {} : { certificateAuthority } };
}
