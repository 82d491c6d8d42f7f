import { UUID } from './formats';
import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { CircleciTrustOptions } from '../../identity/oidc/circleci';
import { checkFormat } from '../formats';

/** The trust of `OidcTrust.circleci()`. */
export function circleciTrust(options: CircleciTrustOptions): TrustRules {
  const { organizationId, projectId, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organizationId', organizationId, UUID);
      checkFormat(problems, 'trust.projectId', projectId, UUID);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer: `https://oidc.circleci.com/org/${organizationId}`,
      audiences: options.audiences ?? [organizationId],
      provider,
      subjects: subjects.map(({ _rule: rule }) => `org/${organizationId}/project/${projectId}/user/${rule.text}`),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
