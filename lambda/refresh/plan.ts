import {
  ECR_HOST, type EcrHostKind, type EcrPublicHostKind, type EcrPublicRequest, type EcrRequest, type LoginRequest,
  type RefreshRequest,
} from '../../src/private/contract';
import { keyOfHost } from '../shared/dockercfg/key';
import { ConfigurationError } from '../shared/errors';

/** Credentials that one call gets: the token of a region and a principal, the token of ECR Public, or a login. */
export type Source = EcrSource | EcrPublicSource | LoginSource;

export interface EcrSource {
  readonly kind: 'ecr';
  readonly region: string;
  /** The role that asks for the token; without one it is the refresher's own. */
  readonly roleArn?: string;
  /** The host that ECR names in its answer: that of the account that asks. */
  readonly endpoint: string;
}

export interface EcrPublicSource {
  readonly kind: 'ecr-public';
}

export interface LoginSource extends Pick<LoginRequest, 'secretArn' | 'usernameKey' | 'passwordKey'> {
  readonly kind: 'login';
}

/** A registry as the run treats it: it is published, fails and is reported by itself. */
export interface PlannedRegistry {
  /** Its first host. */
  readonly name: string;
  /** The keys of its entries in the dockercfg. */
  readonly hosts: readonly string[];
  /** Where its credentials come from; registries with the same source share one call. */
  readonly source?: Source;
  /** Why there is no source. */
  readonly error?: Error;
}

const DUAL_STACK_DOMAINS: Record<string, string> = {
  'amazonaws.com': 'on.aws',
  'amazonaws.com.cn': 'on.amazonwebservices.com.cn',
};

/** Where the refresher runs. */
export interface Home {
  readonly partition: string;
  readonly account: string;
}

const PUBLIC_HOSTS: Record<EcrPublicHostKind, string> = {
  'standard': 'public.ecr.aws',
  'dual-stack': 'ecr-public.aws.com',
};

/**
 * Makes registries and hosts of a request, in its order.
 *
 * What is wrong with one registry is its own failure: the others have a source.
 *
 * @param request a request that was checked
 * @param home where the refresher runs
 */
export function planOf(request: RefreshRequest, home: Home): PlannedRegistry[] {
  const sources = new Map<string, EcrSource>();
  return withoutTwins(request.registries.flatMap((registry) => {
    switch (registry.kind) {
      case 'ecr': return planEcr(registry, request.urlSuffix, home.account, sources);
      case 'ecr-public': return [planPublic(registry, home.partition)];
      case 'login': return [planLogin(registry)];
    }
  }));
}

function planPublic({ kind, hosts: kinds }: EcrPublicRequest, partition: string): PlannedRegistry {
  const hosts = kinds.map((host) => PUBLIC_HOSTS[host]);
  const where = { name: hosts[0], hosts };
  return partition === 'aws'
    ? { ...where, source: { kind } }
    : { ...where, error: new ConfigurationError(`ECR Public is in the partition aws only, and not in ${partition}`) };
}

function planLogin({ kind, host, secretArn, usernameKey, passwordKey }: LoginRequest): PlannedRegistry {
  const where = { name: host, hosts: [keyOfHost(host)] };
  return ECR_HOST.test(host)
    ? { ...where, hosts: [], error: new ConfigurationError(`${host} is a host of ECR, whose logins expire: no secret has them`) }
    : { ...where, source: { kind, secretArn, usernameKey, passwordKey } };
}

function planEcr(registry: EcrRequest, urlSuffix: string, ownAccount: string, sources: Map<string, EcrSource>): PlannedRegistry[] {
  const { region, roleArn } = registry;
  const asking = roleArn === undefined ? ownAccount : /^arn:[\w-]+:iam::(\d{12}):role\/./.exec(roleArn)?.[1];
  const key = JSON.stringify([region, roleArn]);
  const source = sources.get(key)
    ?? { kind: 'ecr' as const, region, roleArn, endpoint: `${asking}.dkr.ecr.${region}.${urlSuffix}` };
  sources.set(key, source);

  return registry.accounts.map((account) => {
    const name = `${account}.dkr.ecr.${region}.${urlSuffix}`;
    const failed = (problem: string): PlannedRegistry => ({ name, hosts: [name], error: new ConfigurationError(problem) });
    if (!/^\d{12}$/.test(account)) return failed(`'${account}' is no account id of 12 digits`);
    if (asking === undefined) return failed(`'${roleArn}' is no ARN of a role`);
    const hosts = registry.hosts.map((kind) => hostOf(kind, account, region, urlSuffix));
    const unknown = hosts.indexOf(undefined);
    if (unknown >= 0) return failed(`ECR has no host of the kind '${registry.hosts[unknown]}' in ${urlSuffix}`);
    return { name: hosts[0]!, hosts: hosts as string[], source };
  });
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html */
function hostOf(kind: EcrHostKind, account: string, region: string, urlSuffix: string): string | undefined {
  const dualStackDomain = DUAL_STACK_DOMAINS[urlSuffix];
  switch (kind) {
    case 'standard': return `${account}.dkr.ecr.${region}.${urlSuffix}`;
    case 'fips': return `${account}.dkr.ecr-fips.${region}.${urlSuffix}`;
    case 'dual-stack': return dualStackDomain && `${account}.dkr-ecr.${region}.${dualStackDomain}`;
    case 'dual-stack-fips': return dualStackDomain && `${account}.dkr-ecr-fips.${region}.${dualStackDomain}`;
  }
}

/** A host may be named twice, by values that only the deploy knows: the same registry is taken once, another one fails. */
function withoutTwins(planned: PlannedRegistry[]): PlannedRegistry[] {
  const sources = new Map<string, Source>();
  return planned.flatMap((registry): PlannedRegistry[] => {
    const { name, hosts, source } = registry;
    if (!source) return [registry];
    const clash = hosts.find((host) => sources.has(host) && sources.get(host) !== source);
    if (clash) return [{ name, hosts: [], error: new ConfigurationError(`${clash} is a host of another registry too, which is used`) }];
    const fresh = hosts.filter((host) => !sources.has(host));
    for (const host of fresh) sources.set(host, source);
    return fresh.length > 0 ? [{ name, hosts: fresh, source }] : [];
  });
}
