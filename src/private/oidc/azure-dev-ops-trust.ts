import { AZURE_DEVOPS_ORGANIZATION, AZURE_DEVOPS_PROJECT, UUID } from './formats';
import { checkSubjects } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { AzureDevOpsTrustOptions } from '../../identity/oidc/azure-dev-ops';
import { checkFormat } from '../formats';

/** The trust of `OidcTrust.azureDevOps()`. */
export function azureDevOpsTrust(options: AzureDevOpsTrustOptions): TrustRules {
  const { audiences = ['api://AzureADTokenExchange'], organization, organizationId, project, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organization', organization, AZURE_DEVOPS_ORGANIZATION);
      checkFormat(problems, 'trust.organizationId', organizationId, UUID);
      checkFormat(problems, 'trust.project', project, AZURE_DEVOPS_PROJECT);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer: `https://vstoken.dev.azure.com/${organizationId}`,
      audiences,
      provider,
      subjects: subjects.map(({ _rule: rule }) => `sc://${organization}/${project}/${rule.text}`),
    }),
  };
}
