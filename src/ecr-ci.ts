import { CfnOutput, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Schedule } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { DockerAccess } from './credentials/docker-access';
import { DockerCredentials } from './credentials/docker-credentials';
import { CiIdentity } from './identity/ci-identity';
import { CiRole } from './identity/ci-role';
import { CiUser } from './identity/ci-user';
import { Problems } from './private/validation';
import { CiRepository } from './repository/ci-repository';
import { Lifecycle } from './repository/lifecycle';
import type { PublishingOptions } from './targets/publishing-options';
import type { Target } from './targets/target';

/** Repositories beyond this number get no output of their own: a stack holds at most 200 outputs. */
const MOST_REPOSITORY_OUTPUTS = 50;

/** What the name of a repository's build cache ends in, and what it leaves of ECR's 256 characters. */
const CACHE_SUFFIX = '-cache';
const LONGEST_CACHED_NAME = 256 - CACHE_SUFFIX.length;

/**
 * Properties of `EcrCi`.
 */
export interface EcrCiProps {
  /**
   * Names of the ECR repositories, such as `myuser/myapp`: at least one, each once.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
   */
  readonly repositoryNames: string[];

  /**
   * The identity that the CI uses to reach AWS. It may pull and push, and read the dockercfg.
   *
   * @default CiIdentity.user()
   */
  readonly identity?: CiIdentity;

  /**
   * What the dockercfg in Secrets Manager may do.
   *
   * @default DockerAccess.PULL
   */
  readonly credentials?: DockerAccess;

  /**
   * Whether each repository has a second one beside it for the layers that builds share: `myuser/myapp-cache` for
   * `myuser/myapp`. It is what `--cache-to` and `--cache-from` of BuildKit and buildah are given.
   *
   * Its tags can be moved, and what no build writes again expires after 14 days. The CI's identity may pull and push
   * there too, and the dockercfg may do there what it may do in the repository.
   *
   * @default false
   */
  readonly buildCache?: boolean;

  /**
   * Where CI systems without an AWS identity read the dockercfg: after each refresh it is copied there.
   *
   * @default - only the secret has it
   */
  readonly targets?: Target[];

  /**
   * How the dockercfg is published to `targets`.
   *
   * @default - five publishers at most, outside of any VPC; a target that fails does not fail the deploy
   */
  readonly publishing?: PublishingOptions;

  /**
   * SNS topic that is told when the dockercfg is about to expire, or the identity's key could not be rotated.
   *
   * @default - the alarms are defined and have no action
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * KMS key that encrypts the images and the secrets. Images take it only when their repository is made.
   *
   * @default - images are encrypted with AES-256, secrets with the account's key for Secrets Manager
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the repositories when they are removed from the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * All that a team needs to use Amazon ECR from its CI: repositories, an identity for the CI, and a dockercfg in
 * Secrets Manager that is always fresh.
 *
 * Each part can be had by itself, and is exposed here to be changed or granted further.
 *
 * @example
 * new EcrCi(this, 'Ci', { repositoryNames: ['myuser/myapp'] });
 */
export class EcrCi extends Construct {
  /** The repositories, in the order of their names in `repositoryNames`. */
  public readonly repositories: CiRepository[];

  /** The repositories' build caches, in the same order; empty unless `buildCache` is true. */
  public readonly buildCaches: CiRepository[];

  /** The CI's IAM user; undefined if the identity is not a user. */
  public readonly user?: CiUser;

  /** The role that the CI assumes; undefined if the identity is not a role. */
  public readonly role?: CiRole;

  /** The dockercfg; undefined for `DockerAccess.NONE`. */
  public readonly credentials?: DockerCredentials;

  private readonly names: string[];

  public constructor(scope: Construct, id: string, props: EcrCiProps) {
    super(scope, id);
    this.validate(props);
    const { encryptionKey, removalPolicy } = props;

    this.names = [...props.repositoryNames];
    const repositories = new Construct(this, 'Repositories');
    this.repositories = this.names.map((repositoryName, index) => new CiRepository(
      repositories,
      // An id cannot hold a token.
      Token.isUnresolved(repositoryName) ? `Repository${index}` : repositoryName,
      { repositoryName, encryptionKey, removalPolicy },
    ));
    this.buildCaches = props.buildCache ? this.createBuildCaches(props) : [];

    const { role, user } = (props.identity ?? CiIdentity.user()).bind(this, { encryptionKey, alarmTopic: props.alarmTopic });
    this.role = role;
    this.user = user;
    this.credentials = this.createCredentials(props);
    for (const identity of [user, role]) {
      if (!identity) continue;
      for (const repository of this.everyRepository()) repository.grantPullPush(identity);
      this.credentials?.grantRead(identity);
    }
    this.createOutputs();
  }

  /**
   * The repository of that name.
   *
   * @param repositoryName one of `repositoryNames`
   */
  public repository(repositoryName: string): CiRepository {
    const problems = new Problems(this);
    const index = this.names.indexOf(repositoryName);
    if (index < 0) problems.add('repositoryName', repositoryName, `one of ${this.names.join(', ')}`, 'add it to \'repositoryNames\'');
    problems.throwIfAny();
    return this.repositories[index];
  }

  private validate({ repositoryNames: names, buildCache, credentials, targets = [] }: EcrCiProps): void {
    const problems = new Problems(this);
    problems.unless('repositoryNames', names, (list) => list.length > 0, 'at least one name', 'name a repository, such as \'myuser/myapp\'');
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    for (const name of new Set(twice)) problems.add('repositoryNames', name, 'names that differ', 'name each repository once');
    if (buildCache) checkCacheNames(problems, names);
    if (credentials === DockerAccess.NONE && targets.length > 0) {
      problems.add('targets', targets.length, 'left out with DockerAccess.NONE',
        'let \'credentials\' be DockerAccess.PULL or DockerAccess.PULL_PUSH, or leave out the targets');
    }
    problems.throwIfAny();
  }

  private createBuildCaches({ encryptionKey, removalPolicy }: EcrCiProps): CiRepository[] {
    const scope = new Construct(this, 'BuildCaches');
    return this.repositories.map(({ node }, index) => new CiRepository(scope, node.id, {
      repositoryName: this.names[index] + CACHE_SUFFIX,
      lifecycle: Lifecycle.buildCache(),
      imageTagMutability: ecr.TagMutability.MUTABLE,
      encryptionKey,
      removalPolicy,
    }));
  }

  private everyRepository(): CiRepository[] {
    return [...this.repositories, ...this.buildCaches];
  }

  private createCredentials(props: EcrCiProps): DockerCredentials | undefined {
    const access = props.credentials ?? DockerAccess.PULL;
    if (access === DockerAccess.NONE) return undefined;
    const credentials = new DockerCredentials(this, 'Credentials', {
      alarmTopic: props.alarmTopic,
      encryptionKey: props.encryptionKey,
      targets: props.targets,
      publishing: props.publishing,
    });
    for (const repository of this.everyRepository()) {
      if (access === DockerAccess.PULL) repository.grantPull(credentials);
      else repository.grantPullPush(credentials);
    }
    return credentials;
  }

  private createOutputs(): void {
    const { account, region, urlSuffix } = Stack.of(this);
    new CfnOutput(this, 'RegistryUrl', {
      description: 'ECR registry, for docker login',
      value: `https://${account}.dkr.ecr.${region}.${urlSuffix}`,
    });
    if (this.repositories.length <= MOST_REPOSITORY_OUTPUTS) {
      const uris = new Construct(this, 'RepositoryUris');
      for (const repository of this.repositories) {
        new CfnOutput(uris, repository.node.id, { description: 'Push and pull images here', value: repository.repositoryUri });
      }
    }
    if (this.buildCaches.length > 0 && this.buildCaches.length <= MOST_REPOSITORY_OUTPUTS) {
      const uris = new Construct(this, 'BuildCacheUris');
      for (const cache of this.buildCaches) {
        new CfnOutput(uris, cache.node.id, { description: 'Keep the build cache here', value: cache.repositoryUri });
      }
    }
    if (this.credentials) {
      new CfnOutput(this, 'DockerConfigSecretArn', {
        description: 'Secret with the dockercfg',
        value: this.credentials.secret.secretArn,
      });
      new CfnOutput(this, 'RefreshScheduleName', {
        description: 'Schedule that refreshes the dockercfg, for "ecr-ci refresh"',
        value: (this.credentials.node.findChild('Schedule') as Schedule).scheduleName,
      });
    }
    if (this.user) {
      new CfnOutput(this, 'AccessKeySecretArn', {
        description: 'Secret with the access key of the CI\'s IAM user',
        value: this.user.accessKeySecret.secretArn,
      });
    }
    if (this.role) {
      new CfnOutput(this, 'RoleArn', { description: 'Role for the CI to assume', value: this.role.roleArn });
    }
  }
}

function checkCacheNames(problems: Problems, names: string[]): void {
  for (const name of names) {
    problems.unless('repositoryNames', name, ({ length }) => length <= LONGEST_CACHED_NAME,
      `names of at most ${LONGEST_CACHED_NAME} characters with 'buildCache'`, `shorten it: the cache's name adds '${CACHE_SUFFIX}'`);
  }
  const caches = new Set(names.map((name) => name + CACHE_SUFFIX));
  for (const name of new Set(names.filter((own) => caches.has(own)))) {
    problems.add('repositoryNames', name, 'no build cache of another repository with \'buildCache\'', 'remove it, or choose another name');
  }
}
