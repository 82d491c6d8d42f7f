import { checkClaim, NUMERIC_ID } from './formats';
import { checkSubjects, claimsOf } from './trust-rules';
import type { TrustRules } from './trust-rules';
import { isLike } from './wildcards';
import type { GitlabTrustOptions } from '../../identity/oidc/gitlab';
import { checkFormat } from '../formats';
import type { Format } from '../formats';

const SAAS = 'https://gitlab.com';

const PROJECT: Format = {
  pattern: /^[A-Za-z0-9_.][A-Za-z0-9_.-]*(\/[A-Za-z0-9_.][A-Za-z0-9_.-]*)+$/,
  allowed: 'the path of a project with its groups: letters, digits, _, . and - between slashes, without wildcards',
  fix: 'write it such as \'mygroup/myapp\'',
};

/** The trust of `OidcTrust.gitlab()`. */
export function gitlabTrust(options: GitlabTrustOptions): TrustRules {
  const { claims, issuer = SAAS, project, provider, subjects } = options;
  return {
    check: (problems) => {
      checkFormat(problems, 'trust.project', project, PROJECT);
      checkSubjects(problems, subjects);
      for (const claim of ['namespaceId', 'projectId', 'userId'] as const) checkClaim(problems, claim, claims?.[claim], NUMERIC_ID);
      if (claims && issuer !== SAAS) {
        problems.add('trust.claims', claims, 'left out for a self-managed GitLab', 'leave it out: AWS evaluates only audience and subject of it');
      }
    },
    config: () => ({
      issuer,
      audiences: options.audiences ?? [issuer],
      provider,
      subjects: subjects.map(({ _rule: rule }) => `project_path:${project}:${rule.text}`),
      claims: claimsOf({
        namespace_id: claims?.namespaceId,
        project_id: claims?.projectId,
        pipeline_source: claims?.pipelineSource,
        ref_protected: claims?.refProtected === undefined ? undefined : [String(claims.refProtected)],
        runner_environment: claims?.runnerEnvironment,
        user_access_level: claims?.userAccessLevel,
        user_email: claims?.userEmail,
        user_id: claims?.userId,
        user_login: claims?.userLogin,
      }),
      includesPullRequests: claims?.pipelineSource?.some((source) => isLike(source, 'merge_request_event')),
    }),
  };
}
