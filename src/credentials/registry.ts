import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { EcrHost } from './ecr-host';
import { ASSUME_ROLE_ACTION, PUBLIC_TOKEN_ACTIONS, READ_SECRET_ACTION, TOKEN_ACTION } from '../private/actions';
import { DOCKER_HUB_HOSTS, ECR_HOST } from '../private/contract';
import { ACCOUNT_ID, checkFormat, REGION, REGISTRY_HOST } from '../private/formats';
import type { RegistryDefinition } from '../private/refresh-request';
import type { Problems } from '../private/validation';

/**
 * Options of `Registry.ecr()`.
 */
export interface EcrRegistryOptions {
  /**
   * Id of the account that owns the registry, 12 digits.
   *
   * @default - the account of `assumeRole`, or the stack's
   */
  readonly account?: string;

  /**
   * Region of the registry.
   *
   * @default - the stack's
   */
  readonly region?: string;

  /**
   * Role that asks for the token; what it may do is what the entry in the dockercfg can do. It must trust the
   * refresher's role.
   *
   * @default - the refresher's own role, which the other account's repository policies can let in
   */
  readonly assumeRole?: iam.IRole;

  /**
   * Hosts of the registry that the dockercfg has entries for.
   *
   * @default [EcrHost.STANDARD]
   */
  readonly hosts?: EcrHost[];
}

/**
 * Options of `Registry.ecrPublic()`.
 */
export interface EcrPublicRegistryOptions {
  /**
   * Whether the dockercfg also has an entry for the dual-stack host, `ecr-public.aws.com`.
   *
   * @default false
   */
  readonly dualStack?: boolean;
}

/**
 * Options of `Registry.fromSecret()`.
 */
export interface SecretRegistryOptions {
  /**
   * Key of the user's name in the secret's JSON.
   *
   * @default 'username'
   */
  readonly usernameKey?: string;

  /**
   * Key of the password in the secret's JSON.
   *
   * @default 'password'
   */
  readonly passwordKey?: string;
}

/**
 * A registry that `DockerCredentials` has an entry for.
 *
 * @example
 * declare const dockerHub: secretsmanager.ISecret;
 * new DockerCredentials(this, 'Credentials', {
 *   registries: [
 *     Registry.ecr(),
 *     Registry.ecr({ account: '444455556666', region: 'us-east-2', hosts: [EcrHost.STANDARD, EcrHost.DUAL_STACK] }),
 *     Registry.ecrPublic(),
 *     Registry.fromSecret('docker.io', dockerHub),
 *   ],
 * });
 */
export class Registry {
  /**
   * The ECR registry of an account in a region.
   *
   * One token serves all registries of a region that the same role asks for, so a hundred accounts are one call.
   */
  public static ecr(options: EcrRegistryOptions = {}): Registry {
    const { assumeRole, hosts = [EcrHost.STANDARD] } = options;
    return new Registry(
      (problems, at, stack) => checkEcr(problems, `${at}.ecr`, options, stack),
      (stack) => {
        const region = options.region ?? stack.region;
        const account = options.account ?? assumeRole?.principalAccount ?? stack.account;
        return {
          request: { kind: 'ecr', region, accounts: [account], hosts, ...(assumeRole ? { roleArn: assumeRole.roleArn } : {}) },
          identity: `${account} in ${region}`,
          isUnknownRegion: !Token.isUnresolved(region) && RegionInfo.get(region).partition === undefined,
          right: assumeRole
            ? { actions: [ASSUME_ROLE_ACTION], resource: assumeRole.roleArn }
            : { actions: [TOKEN_ACTION], resource: '*' },
        };
      },
    );
  }

  /**
   * ECR Public, `public.ecr.aws`: a login pulls from it with higher limits than none. Only in the partition `aws`.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html
   */
  public static ecrPublic(options: EcrPublicRegistryOptions = {}): Registry {
    return new Registry(
      (problems, at, stack) => {
        const partition = partitionOf(stack);
        if (partition !== undefined && partition !== 'aws') {
          problems.add(`${at}.ecrPublic`, partition, 'used in the partition aws', 'leave it out: ECR Public is nowhere else');
        }
      },
      () => ({
        request: { kind: 'ecr-public', hosts: options.dualStack ? ['standard', 'dual-stack'] : ['standard'] },
        identity: 'ECR Public',
        isUnknownRegion: false,
        right: { actions: PUBLIC_TOKEN_ACTIONS, resource: '*' },
      }),
    );
  }

  /**
   * Any registry with a login that does not expire, such as Docker Hub, GitHub's or Quay.
   *
   * The refresher reads the login from the secret at each run, so a changed one is published with the next.
   *
   * @param host such as `ghcr.io` or `docker.io`, with a port if it has one
   * @param secret JSON with the login, `{"username":"…","password":"…"}`
   */
  public static fromSecret(host: string, secret: secretsmanager.ISecret, options: SecretRegistryOptions = {}): Registry {
    const { usernameKey = 'username', passwordKey = 'password' } = options;
    return new Registry(
      (problems, at, stack) => {
        checkFormat(problems, `${at}.fromSecret.host`, host, REGISTRY_HOST);
        problems.unless(`${at}.fromSecret.host`, host, (text) => !ECR_HOST.test(text), 'another host than ECR\'s, whose logins expire',
          'use Registry.ecr() or Registry.ecrPublic()');
        const { region } = secret.env;
        if (!Token.isUnresolved(stack.region)) {
          problems.unless(`${at}.fromSecret.secret`, region, (name) => name === stack.region, `a secret of the region ${stack.region}, which the stack is in`,
            'replicate it to that region');
        }
        for (const [property, key] of Object.entries({ usernameKey, passwordKey })) {
          problems.unless(`${at}.fromSecret.${property}`, key, (text) => text !== '', 'a key of the secret\'s JSON', 'leave it out for the usual one');
        }
      },
      () => ({
        request: { kind: 'login', host, secretArn: secret.secretFullArn ?? secret.secretArn, usernameKey, passwordKey },
        identity: DOCKER_HUB_HOSTS.includes(host) ? 'Docker Hub' : host,
        isUnknownRegion: false,
        right: { actions: [READ_SECRET_ACTION], resource: secret.secretFullArn ?? `${secret.secretArn}-??????` },
        key: secret.encryptionKey,
      }),
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string, stack: Stack) => void,
    private readonly define: (stack: Stack) => RegistryDefinition,
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string, stack: Stack): void {
    this.check(problems, at, stack);
  }

  /** @internal */
  public _define(stack: Stack): RegistryDefinition {
    return this.define(stack);
  }
}

/** Partitions that have dual-stack hosts. */
const DUAL_STACK_PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn'];

function partitionOf(stack: Stack): string | undefined {
  return Token.isUnresolved(stack.region) ? undefined : RegionInfo.get(stack.region).partition;
}

function checkEcr(problems: Problems, at: string, options: EcrRegistryOptions, stack: Stack): void {
  const { account, region, hosts } = options;
  checkFormat(problems, `${at}.account`, account, ACCOUNT_ID);
  checkFormat(problems, `${at}.region`, region, REGION);
  const partition = partitionOf(stack);
  problems.unless(`${at}.region`, region, (name) => !partition || (RegionInfo.get(name).partition ?? partition) === partition,
    `a region of the partition ${partition}, which the stack is in`, 'define DockerCredentials in a stack of the other partition for it');

  problems.unless(`${at}.hosts`, hosts, (list) => list.length > 0, 'at least one host', 'leave it out for the standard one');
  problems.unless(`${at}.hosts`, hosts, (list) => new Set(list).size === list.length, 'hosts that differ', 'name each once');
  if (partition !== undefined && !DUAL_STACK_PARTITIONS.includes(partition)) {
    problems.unless(`${at}.hosts`, hosts, (list) => !list.some((host) => host === EcrHost.DUAL_STACK || host === EcrHost.DUAL_STACK_FIPS),
      `other than dual-stack hosts in the partition ${partition}`, 'use EcrHost.STANDARD');
  }
}
