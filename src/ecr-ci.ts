import { CfnOutput, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { DockerAccess } from './credentials/docker-access';
import { DockerCredentials } from './credentials/docker-credentials';
import { CiIdentity } from './identity/ci-identity';
import { CiRole } from './identity/ci-role';
import { CiUser } from './identity/ci-user';
import { Problems } from './private/validation';
import { CiRepository } from './repository/ci-repository';

/** Repositories beyond this number get no output of their own: a stack holds at most 200 outputs. */
const MOST_REPOSITORY_OUTPUTS = 50;

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

  /** The CI's IAM user; undefined if the identity is not a user. */
  public readonly user?: CiUser;

  /** The role that the CI assumes; undefined if the identity is not a role. */
  public readonly role?: CiRole;

  /** The dockercfg; undefined for `DockerAccess.NONE`. */
  public readonly credentials?: DockerCredentials;

  private readonly names: string[];

  public constructor(scope: Construct, id: string, props: EcrCiProps) {
    super(scope, id);
    this.validate(props.repositoryNames);
    const { encryptionKey, removalPolicy } = props;

    this.names = [...props.repositoryNames];
    const repositories = new Construct(this, 'Repositories');
    this.repositories = this.names.map((repositoryName, index) => new CiRepository(
      repositories,
      // An id cannot hold a token.
      Token.isUnresolved(repositoryName) ? `Repository${index}` : repositoryName,
      { repositoryName, encryptionKey, removalPolicy },
    ));

    const { role, user } = (props.identity ?? CiIdentity.user()).bind(this, { encryptionKey, alarmTopic: props.alarmTopic });
    this.role = role;
    this.user = user;
    this.credentials = this.createCredentials(props);
    for (const identity of [user, role]) {
      if (!identity) continue;
      for (const repository of this.repositories) repository.grantPullPush(identity);
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

  private validate(names: string[]): void {
    const problems = new Problems(this);
    problems.unless('repositoryNames', names, (list) => list.length > 0, 'at least one name', 'name a repository, such as \'myuser/myapp\'');
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    for (const name of new Set(twice)) problems.add('repositoryNames', name, 'names that differ', 'name each repository once');
    problems.throwIfAny();
  }

  private createCredentials(props: EcrCiProps): DockerCredentials | undefined {
    const access = props.credentials ?? DockerAccess.PULL;
    if (access === DockerAccess.NONE) return undefined;
    const credentials = new DockerCredentials(this, 'Credentials', {
      alarmTopic: props.alarmTopic,
      encryptionKey: props.encryptionKey,
    });
    for (const repository of this.repositories) {
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
    if (this.credentials) {
      new CfnOutput(this, 'DockerConfigSecretArn', {
        description: 'Secret with the dockercfg',
        value: this.credentials.secret.secretArn,
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
