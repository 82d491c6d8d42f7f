import { UUID } from './formats';
import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { SemaphoreTrustOptions } from '../../identity/oidc/semaphore';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const ORGANIZATION: Format = {
  pattern: /^[a-z0-9][a-z0-9-]*$/,
  allowed: 'the name of an organization: lower-case letters, digits and -, without wildcards',
  fix: 'take it from https://ORGANIZATION.semaphoreci.com',
};

const REPOSITORY: Format = {
  pattern: /^[A-Za-z0-9._-]+$/,
  allowed: 'the name of a repository: letters, digits, ., _ and -, without wildcards',
  fix: 'write the repository alone, such as \'myapp\' of \'myuser/myapp\'',
};

/** The trust of `OidcTrust.semaphore()`. */
export function semaphoreTrust(options: SemaphoreTrustOptions): TrustRules {
  const { organization, projectId, provider, repository, subjects } = options;
  const issuer = options.issuer ?? `https://${organization}.semaphoreci.com`;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organization', organization, ORGANIZATION);
      checkFormat(problems, 'trust.projectId', projectId, UUID);
      checkFormat(problems, 'trust.repository', repository, REPOSITORY);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer,
      audiences: options.audiences ?? [issuer],
      provider,
      subjects: subjects.map(({ _rule: rule }) => `org:${organization}:project:${projectId}:repo:${repository}:${rule.text}`),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
