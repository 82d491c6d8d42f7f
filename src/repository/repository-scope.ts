import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { REPOSITORY_GRANTS } from '../private/actions';
import type { RepositoryGrant } from '../private/actions';
import { checkFormat, checkFormats, REPOSITORY_NAME, REPOSITORY_NAME_PREFIX, RESOURCE_TAG_KEY, RESOURCE_TAG_VALUE } from '../private/formats';
import { grantByIdentity, grantToken } from '../private/grants';
import { Problems } from '../private/validation';

/**
 * Repositories of a stack's account and region that are granted by what they have in common. They need not exist yet,
 * and a grant takes as much of a policy for a thousand of them as for one.
 *
 * A principal of another account needs the repositories' own policies besides, which cannot be changed from here.
 *
 * @example
 * const user = new CiUser(this, 'CiUser');
 * RepositoryScope.namePrefix(this, 'myuser/').grantPullPush(user);
 */
export class RepositoryScope {
  /**
   * The repositories whose names begin so, those that are made later too.
   *
   * The prefix ends in `/`, `.`, `_` or `-`. Anything else would be the beginning of names that nobody thought of:
   * `myuser` is that of `myuser2/myapp` too, `myuser/` is not.
   *
   * @param scope says which account and region
   * @param prefix such as `myuser/`
   */
  public static namePrefix(scope: Construct, prefix: string): RepositoryScope {
    const problems = new Problems(scope);
    checkFormat(problems, 'prefix', prefix, REPOSITORY_NAME_PREFIX);
    problems.throwIfAny();
    return new RepositoryScope(scope, [`${prefix}*`]);
  }

  /**
   * The repositories that have this tag at the time of the request.
   *
   * Whoever may tag repositories decides who may use them. The value may hold policy variables, such as
   * `${aws:PrincipalTag/team}`.
   *
   * @param scope says which account and region
   * @param key such as `team`
   * @param value such as `payments`
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-supported-iam-actions-tagging.html
   */
  public static tagged(scope: Construct, key: string, value: string): RepositoryScope {
    const problems = new Problems(scope);
    checkFormat(problems, 'key', key, RESOURCE_TAG_KEY);
    checkFormat(problems, 'value', value, RESOURCE_TAG_VALUE);
    problems.throwIfAny();
    return new RepositoryScope(scope, ['*'], { StringEquals: { [`aws:ResourceTag/${key}`]: value } });
  }

  /**
   * The repositories with these names.
   *
   * @param scope says which account and region
   * @param repositoryNames such as `myuser/myapp`, without wildcards
   */
  public static names(scope: Construct, repositoryNames: string[]): RepositoryScope {
    const problems = new Problems(scope);
    checkFormats(problems, 'repositoryNames', repositoryNames, REPOSITORY_NAME);
    problems.throwIfAny();
    return new RepositoryScope(scope, repositoryNames);
  }

  private constructor(
    private readonly scope: Construct,
    private readonly resourceNames: string[],
    private readonly conditions?: Record<string, Record<string, string>>,
  ) {}

  /**
   * Lets the grantee pull images.
   */
  public grantPull(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantPull);
  }

  /**
   * Lets the grantee push images, with all that clients call for it.
   */
  public grantPush(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantPush);
  }

  /**
   * Lets the grantee pull and push images.
   */
  public grantPullPush(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantPullPush);
  }

  /**
   * Lets the grantee look at the repositories, their images, settings and scan findings.
   */
  public grantDescribe(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantDescribe);
  }

  /**
   * Lets the grantee have images scanned. What was found is for `grantDescribe()` to show.
   */
  public grantScan(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantScan);
  }

  /**
   * Lets the grantee change the lifecycle policies, and archive and restore images.
   */
  public grantLifecycle(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantLifecycle);
  }

  /**
   * Lets the grantee delete images.
   */
  public grantDeleteImages(grantee: iam.IGrantable): iam.Grant {
    return this.give(grantee, REPOSITORY_GRANTS.grantDeleteImages);
  }

  /**
   * Lets the grantee push images to repositories that a push creates, where the registry has a repository creation
   * template for that. Not for `tagged()`, because what is not there has no tags.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
   */
  public grantCreateOnPush(grantee: iam.IGrantable): iam.Grant {
    const problems = new Problems(this.scope);
    if (this.conditions) {
      problems.add('grantCreateOnPush()', this.conditions, 'called on RepositoryScope.namePrefix() or names()', 'a repository that is not there has no tags');
    }
    problems.throwIfAny();
    return this.give(grantee, REPOSITORY_GRANTS.grantCreateOnPush);
  }

  private give(grantee: iam.IGrantable, { actions, withToken }: RepositoryGrant): iam.Grant {
    const stack = Stack.of(this.scope);
    const grant = grantByIdentity({
      grantee,
      actions,
      resourceArns: this.resourceNames.map((resourceName) => stack.formatArn({ service: 'ecr', resource: 'repository', resourceName })),
      conditions: this.conditions,
      account: stack.account,
      scope: this.scope,
      warning: 'cdk-ecr-ci:RepositoryScope.grantWithoutEffect',
    });
    if (withToken) grantToken(grantee);
    return grant;
  }
}
