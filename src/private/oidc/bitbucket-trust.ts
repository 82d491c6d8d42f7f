import { UUID, UUID_IN_BRACES } from './formats';
import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { BitbucketTrustOptions } from '../../identity/oidc/bitbucket';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const WORKSPACE: Format = {
  pattern: /^[a-z0-9_-]+$/,
  allowed: 'the name of a workspace: lower-case letters, digits, _ and -',
  fix: 'take it from https://bitbucket.org/WORKSPACE',
};

/** The trust of `OidcTrust.bitbucket()`. */
export function bitbucketTrust(options: BitbucketTrustOptions): TrustRules {
  const { provider, repositoryUuid, subjects, workspace, workspaceUuid } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.workspace', workspace, WORKSPACE);
      checkFormat(problems, 'trust.workspaceUuid', workspaceUuid, UUID);
      checkFormat(problems, 'trust.repositoryUuid', repositoryUuid, UUID_IN_BRACES);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer: `https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`,
      audiences: options.audiences ?? [`ari:cloud:bitbucket::workspace/${workspaceUuid}`],
      provider,
      subjects: subjects.map(({ _rule: rule }) => `${repositoryUuid}:${rule.text}`),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
