import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { HcpTerraformTrustOptions } from '../../identity/oidc/hcp-terraform';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const ORGANIZATION: Format = {
  pattern: /^[A-Za-z0-9_-]+$/,
  allowed: 'the name of an organization: letters, digits, _ and -, without wildcards',
  fix: 'take it from https://app.terraform.io/app/ORGANIZATION',
};

const PROJECT: Format = {
  pattern: /^[A-Za-z0-9_-]([A-Za-z0-9 _-]*[A-Za-z0-9_-])?$/,
  allowed: 'the name of a project: letters, digits, _, - and inner spaces, without wildcards',
  fix: 'write it such as \'Default Project\'',
};

/** The trust of `OidcTrust.hcpTerraform()`. */
export function hcpTerraformTrust(options: HcpTerraformTrustOptions): TrustRules {
  const { audiences = ['aws.workload.identity'], issuer = 'https://app.terraform.io', organization, project, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organization', organization, ORGANIZATION);
      checkFormat(problems, 'trust.project', project, PROJECT);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer,
      audiences,
      provider,
      subjects: subjects.map(({ _rule: rule }) => `organization:${organization}:project:${project}:${rule.text}`),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
