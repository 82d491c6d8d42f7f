import { UUID } from './formats';
import { checkSubjects } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { AzureDevOpsTrustOptions } from '../../identity/oidc/azure-dev-ops';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const ORGANIZATION: Format = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/,
  allowed: 'the name of an organization: 1 to 50 letters, digits and inner -, without wildcards',
  fix: 'take it from https://dev.azure.com/ORGANIZATION',
};

const PROJECT: Format = {
  pattern: /^[^\\/:*?"'<>;#$*{},+=[\]|\x00-\x1f]{1,64}$/,
  allowed: 'the name of a project: 1 to 64 characters without \\ / : * ? " \' < > ; # $ { } , + = [ ] |',
  fix: 'take it from https://dev.azure.com/ORGANIZATION/PROJECT',
};

/** The trust of `OidcTrust.azureDevOps()`. */
export function azureDevOpsTrust(options: AzureDevOpsTrustOptions): TrustRules {
  const { audiences = ['api://AzureADTokenExchange'], organization, organizationId, project, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organization', organization, ORGANIZATION);
      checkFormat(problems, 'trust.organizationId', organizationId, UUID);
      checkFormat(problems, 'trust.project', project, PROJECT);
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
