import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import type { Format } from '../../private/formats';
import { ISSUER } from '../../private/oidc/formats';
import { checkRefName } from '../../private/oidc/git-ref';
import { checkCustom } from '../../private/oidc/trust-rules';
import type { SubjectRule } from '../../private/oidc/trust-rules';
import { isLike } from '../../private/oidc/wildcards';
import type { Problems } from '../../private/validation';

const SLUG: Format = {
  pattern: /^[a-z0-9][a-z0-9-]*$/,
  allowed: 'lower-case letters, digits and -',
  fix: 'take it from the URL of the enterprise',
};

const ENVIRONMENT: Format = {
  pattern: /^[\x20-\xff]{1,255}$/,
  allowed: '1 to 255 characters from U+0020 to U+00FF, in which * and ? are wildcards',
  fix: 'write the environment\'s name as it is, it is encoded here',
};

/**
 * Who issues the tokens of GitHub Actions.
 */
export class GithubIssuer {
  /** github.com: `https://token.actions.githubusercontent.com`. */
  public static readonly GITHUB_COM = new GithubIssuer('https://token.actions.githubusercontent.com', false);

  /**
   * An enterprise on github.com that has an issuer of its own: `https://token.actions.githubusercontent.com/ENTERPRISE`.
   *
   * @param enterprise slug of the enterprise
   * @see https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc
   */
  public static enterprise(enterprise: string): GithubIssuer {
    return new GithubIssuer(`https://token.actions.githubusercontent.com/${enterprise}`, false,
      (problems, at) => checkFormat(problems, `${at}.enterprise`, enterprise, SLUG));
  }

  /**
   * An enterprise with data residency, on `SUBDOMAIN.ghe.com`: `https://token.actions.SUBDOMAIN.ghe.com`.
   *
   * @param subdomain such as `octocorp` of `octocorp.ghe.com`
   * @see https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc
   */
  public static dataResidency(subdomain: string): GithubIssuer {
    return new GithubIssuer(`https://token.actions.${subdomain}.ghe.com`, false,
      (problems, at) => checkFormat(problems, `${at}.subdomain`, subdomain, SLUG));
  }

  /**
   * A GitHub Enterprise Server: `https://HOST/_services/token`. AWS has to reach it, and evaluates no claims of it but
   * audience and subject.
   *
   * @param host such as `github.example.com`
   * @see https://docs.github.com/en/enterprise-server@latest/actions/reference/security/oidc
   */
  public static enterpriseServer(host: string): GithubIssuer {
    const url = `https://${host}/_services/token`;
    return new GithubIssuer(url, true, (problems, at) => problems.unless(`${at}.host`, host, () => ISSUER.pattern.test(url),
      'the name of a host in lower case', 'write it such as \'github.example.com\', without https://'));
  }

  private constructor(
    /** URL of the issuer. */
    public readonly url: string,
    /** @internal */
    public readonly _isEnterpriseServer: boolean,
    private readonly check?: (problems: Problems, at: string) => void,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    this.check?.(problems, at);
  }
}

/**
 * How GitHub writes the repository into the subject of its tokens.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
 */
export enum GithubSubjectFormat {
  /** `repo:OWNER/REPOSITORY:…`, of repositories that were made, renamed or transferred last before 2026-07-15 and did not opt in. */
  CLASSIC = 'classic',

  /** `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:…`, which a repository made again under the same name does not get. */
  IMMUTABLE = 'immutable',

  /** Both, for the time of a migration: the classic form is still taken. */
  BOTH = 'both',
}

/**
 * A repository on GitHub.
 */
export interface GithubRepository {
  /**
   * The user or organization that owns the repository, in the letters' case that GitHub shows.
   */
  readonly owner: string;

  /**
   * Name of the repository, without its owner, in the letters' case that GitHub shows.
   */
  readonly repository: string;

  /**
   * GitHub's number of the owner: `id` of `https://api.github.com/users/OWNER`. Together with `repositoryId`.
   *
   * @default - subjects are taken in the classic form, without ids
   */
  readonly ownerId?: string;

  /**
   * GitHub's number of the repository: `id` of `https://api.github.com/repos/OWNER/REPOSITORY`. Together with `ownerId`.
   *
   * @default - subjects are taken in the classic form, without ids
   */
  readonly repositoryId?: string;
}

/**
 * What further claims of a token of GitHub Actions have to be. Each list is of alternatives; `*` and `?` are wildcards,
 * but not in ids.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#oidc-token-claims
 */
export interface GithubClaims {
  /**
   * The account that started the run.
   *
   * @default - any
   */
  readonly actor?: string[];

  /**
   * Number of the account that started the run.
   *
   * @default - any
   */
  readonly actorId?: string[];

  /**
   * Number of the enterprise of the repository.
   *
   * @default - any
   */
  readonly enterpriseId?: string[];

  /**
   * The environment of the job, as it is named.
   *
   * @default - any, or none
   */
  readonly environment?: string[];

  /**
   * The reusable workflow that the job is of, as `OWNER/REPOSITORY/PATH@REF`.
   *
   * @default - any, or none
   */
  readonly jobWorkflowRef?: string[];

  /**
   * The ref that started the run, such as `refs/heads/main`.
   *
   * @default - any
   */
  readonly ref?: string[];

  /**
   * Number of the repository.
   *
   * @default - any
   */
  readonly repositoryId?: string[];

  /**
   * Number of the owner of the repository.
   *
   * @default - any
   */
  readonly repositoryOwnerId?: string[];

  /**
   * Name of the workflow.
   *
   * @default - any
   */
  readonly workflow?: string[];
}

/**
 * Options of `OidcTrust.github()`.
 */
export interface GithubTrustOptions extends GithubRepository {
  /**
   * Which runs of the repository may assume the role, at least one kind.
   */
  readonly subjects: GithubSubject[];

  /**
   * More repositories, whose runs of the same kinds may assume the role too.
   *
   * @default - only the one
   */
  readonly moreRepositories?: GithubRepository[];

  /**
   * In which form subjects are taken of the repositories whose ids are given.
   *
   * @default GithubSubjectFormat.IMMUTABLE with ids, GithubSubjectFormat.CLASSIC without
   */
  readonly subjectFormat?: GithubSubjectFormat;

  /**
   * What further claims have to be. AWS evaluates them for github.com and ghe.com, not for an Enterprise Server.
   *
   * @default - only audience and subject matter
   */
  readonly claims?: GithubClaims;

  /**
   * Who issues the tokens.
   *
   * @default GithubIssuer.GITHUB_COM
   */
  readonly issuer?: GithubIssuer;

  /**
   * The audiences that the workflow asks its token for.
   *
   * @default ['sts.amazonaws.com'], which aws-actions/configure-aws-credentials asks for
   */
  readonly audiences?: string[];

  /**
   * The issuer's provider in IAM.
   *
   * @default - a `CiOidcProvider`, one for each stack and issuer
   */
  readonly provider?: iam.IOIDCProviderRef;
}

/**
 * A kind of run of GitHub Actions: the last part of a token's subject.
 *
 * In names, `*` stands for any characters and `?` for any one.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
 */
export class GithubSubject {
  /**
   * Runs on a branch, of jobs without an environment.
   *
   * @param name such as `main` or `release/*`
   */
  public static branch(name: string): GithubSubject {
    return new GithubSubject({ text: `ref:refs/heads/${encode(name)}`, check: (problems, at) => checkRefName(problems, `${at}.branch`, name) });
  }

  /**
   * Runs on a tag, of jobs without an environment.
   *
   * @param name such as `v*`
   */
  public static tag(name: string): GithubSubject {
    return new GithubSubject({ text: `ref:refs/tags/${encode(name)}`, check: (problems, at) => checkRefName(problems, `${at}.tag`, name) });
  }

  /**
   * Jobs with an environment, whatever started them; the environment's protection rules say what may.
   *
   * @param name as it is, such as `production`
   */
  public static environment(name: string): GithubSubject {
    return new GithubSubject({
      text: `environment:${encode(name)}`,
      check: (problems, at) => checkFormat(problems, `${at}.environment`, name, ENVIRONMENT),
    });
  }

  /** Runs of pull requests, of jobs without an environment. A role with this subject may only pull. */
  public static pullRequest(): GithubSubject {
    return new GithubSubject({ text: 'pull_request', includesPullRequests: true });
  }

  /**
   * A repository with its own template of subjects: what follows `repo:OWNER/REPOSITORY:`.
   *
   * If the text takes `pull_request` or begins with a wildcard, the role may only pull. No other text is looked into.
   *
   * @param text such as `job_workflow_ref:myuser/workflows/.github/workflows/push.yml@refs/heads/main`, taken as it is
   * @see https://docs.github.com/en/actions/reference/security/oidc#customizing-the-subject-claims-for-an-organization-or-repository
   */
  public static custom(text: string): GithubSubject {
    return new GithubSubject({
      text,
      includesPullRequests: !Token.isUnresolved(text) && (/^[*?]|pull_request/.test(text) || isLike(text, 'pull_request')),
      check: (problems, at) => checkCustom(problems, at, text, 'repo:'),
    });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}

/** GitHub writes a colon in a value as %3A, and everything else as it is. */
function encode(value: string): string {
  return Token.isUnresolved(value) ? value : value.replace(/:/g, '%3A');
}
