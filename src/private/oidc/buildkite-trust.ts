import { checkClaim, UUID } from './formats';
import { checkSubjects, claimsOf, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { BuildkiteTrustOptions } from '../../identity/oidc/buildkite';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const SLUG: Format = {
  pattern: /^[a-z0-9][a-z0-9-]*$/,
  allowed: 'a slug of lower-case letters, digits and -, without wildcards',
  fix: 'take it from https://buildkite.com/ORGANIZATION/PIPELINE',
};

/** The trust of `OidcTrust.buildkite()`. */
export function buildkiteTrust(options: BuildkiteTrustOptions): TrustRules {
  const { audiences = ['sts.amazonaws.com'], claims, organization, pipeline, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.organization', organization, SLUG);
      checkFormat(problems, 'trust.pipeline', pipeline, SLUG);
      checkSubjects(problems, subjects);
      for (const claim of ['clusterId', 'organizationId', 'pipelineId'] as const) checkClaim(problems, claim, claims?.[claim], UUID);
    },
    config: () => ({
      issuer: 'https://agent.buildkite.com',
      audiences,
      provider,
      subjects: subjects.map(({ _rule: rule }) => `organization:${organization}:pipeline:${pipeline}:${rule.text}`),
      claims: claimsOf({
        build_branch: claims?.buildBranch,
        cluster_id: claims?.clusterId,
        cluster_name: claims?.clusterName,
        organization_id: claims?.organizationId,
        pipeline_id: claims?.pipelineId,
      }),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
