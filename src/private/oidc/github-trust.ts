import { checkClaim, NUMERIC_ID } from './formats';
import { checkSubjects, claimsOf, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import { GithubIssuer, GithubSubjectFormat } from '../../identity/oidc/github';
import type { GithubClaims, GithubRepository, GithubTrustOptions } from '../../identity/oidc/github';
import { checkFormat } from '../formats';
import type { Format } from '../formats';
import type { Problems } from '../validation';

const OWNER: Format = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/,
  allowed: 'the name of a user or an organization: 1 to 39 letters, digits, - and _, without wildcards',
  fix: 'write the owner alone, such as \'myuser\' of \'myuser/myapp\'',
};

const REPOSITORY: Format = {
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  allowed: 'the name of a repository: 1 to 100 letters, digits, ., - and _, without wildcards',
  fix: 'write the repository alone, such as \'myapp\' of \'myuser/myapp\'',
};

const WORKFLOW_REF: Format = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*\/[^\s]+@[^\s]+$/,
  allowed: 'OWNER/REPOSITORY/PATH@REF, with no wildcard in the owner',
  fix: 'write it such as \'myuser/workflows/.github/workflows/push.yml@refs/heads/main\'',
};

/** The trust of `OidcTrust.github()`. */
export function githubTrust(options: GithubTrustOptions): TrustRules {
  const { audiences = ['sts.amazonaws.com'], claims, issuer = GithubIssuer.GITHUB_COM, moreRepositories = [], provider, subjects } = options;
  return {
    check: (problems) => {
      checkRepository(problems, 'trust', options, options);
      moreRepositories.forEach((repository, index) => checkRepository(problems, `trust.moreRepositories[${index}]`, repository, options));
      issuer._check(problems, 'trust.issuer');
      checkSubjects(problems, subjects);
      if (claims) checkClaims(problems, claims, issuer);
    },
    config: () => ({
      issuer: issuer.url,
      audiences,
      provider,
      subjects: [options, ...moreRepositories].flatMap((repository) => (
        prefixes(repository, options.subjectFormat).flatMap((prefix) => subjects.map(({ _rule: rule }) => `repo:${prefix}:${rule.text}`))
      )),
      claims: claimsOf({
        actor: claims?.actor,
        actor_id: claims?.actorId,
        enterprise_id: claims?.enterpriseId,
        environment: claims?.environment,
        job_workflow_ref: claims?.jobWorkflowRef,
        ref: claims?.ref,
        repository_id: claims?.repositoryId,
        repository_owner_id: claims?.repositoryOwnerId,
        workflow: claims?.workflow,
      }),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}

/** The repository as it stands in subjects, in each form that is taken. */
function prefixes(repository: GithubRepository, format?: GithubSubjectFormat): string[] {
  const { owner, ownerId, repository: name, repositoryId } = repository;
  const classic = `${owner}/${name}`;
  if (ownerId === undefined || format === GithubSubjectFormat.CLASSIC) return [classic];
  const immutable = `${owner}@${ownerId}/${name}@${repositoryId}`;
  return format === GithubSubjectFormat.BOTH ? [immutable, classic] : [immutable];
}

function checkRepository(problems: Problems, at: string, repository: GithubRepository, options: GithubTrustOptions): void {
  const { owner, ownerId, repository: name, repositoryId } = repository;
  checkFormat(problems, `${at}.owner`, owner, OWNER);
  checkFormat(problems, `${at}.repository`, name, REPOSITORY);
  checkFormat(problems, `${at}.ownerId`, ownerId, NUMERIC_ID);
  checkFormat(problems, `${at}.repositoryId`, repositoryId, NUMERIC_ID);
  if ((ownerId === undefined) !== (repositoryId === undefined)) {
    const missing = ownerId === undefined ? 'ownerId' : 'repositoryId';
    problems.add(`${at}.${missing}`, undefined, 'given together with the other id', 'give both ids: GitHub writes both or none into a subject');
  }
  const hasIds = ownerId !== undefined || repositoryId !== undefined;
  if (hasIds && options.issuer?._isEnterpriseServer) {
    problems.add(`${at}.ownerId`, ownerId, 'left out for an Enterprise Server, as is \'repositoryId\'', 'leave both out: its subjects hold no ids');
  }
  if (!hasIds && options.subjectFormat !== undefined && options.subjectFormat !== GithubSubjectFormat.CLASSIC) {
    problems.add(`${at}.ownerId`, undefined, `given for GithubSubjectFormat.${options.subjectFormat.toUpperCase()}, as must 'repositoryId'`,
      'give both ids, or leave \'subjectFormat\' out');
  }
}

function checkClaims(problems: Problems, claims: GithubClaims, issuer: GithubIssuer): void {
  if (issuer._isEnterpriseServer) {
    problems.add('trust.claims', claims, 'left out for an Enterprise Server', 'leave it out: AWS evaluates only audience and subject of it');
  }
  for (const claim of ['actorId', 'enterpriseId', 'repositoryId', 'repositoryOwnerId'] as const) checkClaim(problems, claim, claims[claim], NUMERIC_ID);
  checkClaim(problems, 'jobWorkflowRef', claims.jobWorkflowRef, WORKFLOW_REF);
}
