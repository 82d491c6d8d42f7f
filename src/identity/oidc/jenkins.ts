import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { checkFormat } from '../../private/formats';
import { JENKINS_BRANCH, JENKINS_JOB } from '../../private/oidc/formats';
import { checkRefName } from '../../private/oidc/git-ref';
import { checkCustom } from '../../private/oidc/trust-rules';
import type { SubjectRule } from '../../private/oidc/trust-rules';
import { isLike } from '../../private/oidc/wildcards';

/**
 * Options of `OidcTrust.jenkins()`.
 */
export interface JenkinsTrustOptions {
  /**
   * URL of the Jenkins, such as `https://jenkins.example.com`, as its system configuration has it.
   */
  readonly url: string;

  /**
   * Which jobs may assume the role, at least one kind.
   */
  readonly subjects: JenkinsSubject[];

  /**
   * Issuer of the tokens: the one that the credential in Jenkins shows. AWS has to reach it.
   *
   * @default - `/oidc` below the URL
   */
  readonly issuer?: string;

  /**
   * The audiences of the credential in Jenkins.
   *
   * @default ['sts.amazonaws.com']
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
 * A kind of job of a Jenkins with the plugin oidc-provider: by default the subject is the job's URL.
 *
 * @see https://plugins.jenkins.io/oidc-provider
 */
export class JenkinsSubject {
  /**
   * Builds of a job.
   *
   * @param path of the job with its folders, such as `team/myapp`
   */
  public static job(path: string): JenkinsSubject {
    return new JenkinsSubject({ text: jobUrl(path), check: (problems, at) => checkFormat(problems, `${at}.job`, path, JENKINS_JOB) });
  }

  /**
   * Builds of a branch of a multibranch pipeline. A role whose pattern takes `PR-1` may only pull.
   *
   * @param path of the pipeline with its folders, such as `team/myapp`
   * @param name such as `main` or `release/*`; `*` stands for any characters and `?` for any one
   */
  public static branch(path: string, name: string): JenkinsSubject {
    return new JenkinsSubject({
      text: `${jobUrl(path)}job/${encodeBranch(name)}/`,
      includesPullRequests: !Token.isUnresolved(name) && isLike(name, 'PR-1'),
      check: (problems, at) => {
        checkFormat(problems, `${at}.job`, path, JENKINS_JOB);
        checkRefName(problems, `${at}.branch`, name);
        checkFormat(problems, `${at}.branch`, name, JENKINS_BRANCH);
      },
    });
  }

  /**
   * Builds of the pull requests of a multibranch pipeline, `PR-1` and so on. A role with this subject may only pull.
   *
   * @param path of the pipeline with its folders, such as `team/myapp`
   */
  public static pullRequest(path: string): JenkinsSubject {
    return new JenkinsSubject({
      text: `${jobUrl(path)}job/PR-*/`,
      includesPullRequests: true,
      check: (problems, at) => checkFormat(problems, `${at}.job`, path, JENKINS_JOB),
    });
  }

  /**
   * A Jenkins with its own template of subjects: the whole subject. It is not looked into.
   *
   * @param text taken as it is
   */
  public static custom(text: string): JenkinsSubject {
    return new JenkinsSubject({ text, isWhole: true, check: (problems, at) => checkCustom(problems, at, text) });
  }

  private constructor(
    /** @internal */
    public readonly _rule: SubjectRule,
  ) {}
}

/** The path of a job below the URL of the Jenkins. */
function jobUrl(path: string): string {
  if (Token.isUnresolved(path)) return `/job/${path}/`;
  return `${path.split('/').map((name) => `/job/${name.replace(/ /g, '%20')}`).join('')}/`;
}

/** Jenkins writes the slash of a branch as %2F into the name of its job, and that name's percent sign as %25 into the URL. */
function encodeBranch(name: string): string {
  return Token.isUnresolved(name) ? name : name.replace(/\//g, '%252F');
}
