import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { CodefreshTrustOptions } from '../../identity/oidc/codefresh';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const ID: Format = {
  pattern: /^[0-9a-f]{24}$/,
  allowed: 'an id of 24 hexadecimal digits in lower case',
  fix: 'take the id, not the name',
};

/** The trust of `OidcTrust.codefresh()`. */
export function codefreshTrust(options: CodefreshTrustOptions): TrustRules {
  const { accountId, audiences = ['https://g.codefresh.io'], issuer = 'https://oidc.codefresh.io', pipelineId, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.accountId', accountId, ID);
      checkFormat(problems, 'trust.pipelineId', pipelineId, ID);
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer,
      audiences,
      provider,
      subjects: subjects.map(({ _rule: rule }) => `account:${accountId}:pipeline:${pipelineId}${rule.text}`),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
