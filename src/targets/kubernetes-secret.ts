import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import type { Problems } from '../private/validation';

/**
 * Options of `KubernetesCluster.eks()`.
 */
export interface EksClusterOptions {
  /**
   * Name of the cluster: `cluster.clusterName`.
   */
  readonly clusterName: string;

  /**
   * URL of its API server: `cluster.clusterEndpoint`.
   */
  readonly endpoint: string;

  /**
   * Its certificate authority, in Base64: `cluster.clusterCertificateAuthorityData`.
   */
  readonly certificateAuthorityData: string;

  /**
   * Region of the cluster.
   *
   * @default - the stack's
   */
  readonly region?: string;

  /**
   * Kubernetes groups that an access entry gives to the publisher's role. A RoleBinding gives the group its rights.
   *
   * @default - no access entry is made: the cluster has one for the publisher's role, or maps it
   * @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
   */
  readonly accessGroups?: string[];
}

/**
 * Options of `KubernetesCluster.bearerToken()`.
 */
export interface BearerTokenClusterOptions {
  /**
   * URL of the API server, such as `https://kubernetes.example.com:6443`.
   */
  readonly endpoint: string;

  /**
   * Its certificate authority, in PEM.
   *
   * @default - the authorities that Node.js knows
   */
  readonly certificateAuthority?: string;

  /**
   * Secret with the token of a service account.
   *
   * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
   */
  readonly token: secretsmanager.ISecret;

  /**
   * Key of the token in the secret's JSON.
   *
   * @default - the secret's whole value is the token
   */
  readonly tokenKey?: string;
}

/**
 * A Kubernetes cluster, and how the publisher is known there.
 */
export class KubernetesCluster {
  /**
   * An Amazon EKS cluster, which knows the publisher by its IAM role.
   */
  public static eks(options: EksClusterOptions): KubernetesCluster {
    const { clusterName, endpoint, certificateAuthorityData, region, accessGroups } = options;
    return new KubernetesCluster(
      (problems, at) => {
        problems.unless(`${at}.clusterName`, clusterName, (name) => /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name), 'the name of an EKS cluster', 'take \'cluster.clusterName\'');
        problems.unless(`${at}.accessGroups`, accessGroups, (groups) => groups.length > 0, 'at least one group', 'leave it out if the cluster knows the role already');
      },
      () => ({ clusterName, certificateAuthorityData, ...region === undefined ? {} : { region } }),
      endpoint,
      undefined,
      accessGroups && { clusterName, groups: accessGroups },
    );
  }

  /**
   * Any cluster, which knows the publisher by the token of a service account.
   */
  public static bearerToken(options: BearerTokenClusterOptions): KubernetesCluster {
    const { endpoint, certificateAuthority } = options;
    return new KubernetesCluster(
      (problems, at) => checkJsonKey(problems, `${at}.tokenKey`, options.tokenKey),
      (publisher) => ({
        token: secretRef(options.token, options.tokenKey, publisher),
        ...certificateAuthority === undefined ? {} : { certificateAuthority },
      }),
      endpoint,
      certificateAuthority,
    );
  }

  private constructor(
    private readonly check: (problems: Problems, at: string) => void,
    private readonly bind: (publisher: iam.IGrantable) => Record<string, unknown>,
    /** @internal */
    public readonly _endpoint: string,
    /** @internal */
    public readonly _certificateAuthority?: string,
    /**
     * The access entry to be made.
     *
     * @internal
     */
    public readonly _access?: { readonly clusterName: string; readonly groups: string[] },
  ) {}

  /** @internal */
  public _check(problems: Problems, at: string): void {
    this.check(problems, at);
  }

  /** @internal */
  public _bind(publisher: iam.IGrantable): Record<string, unknown> {
    return this.bind(publisher);
  }
}

/**
 * Options of `Target.kubernetesSecret()`.
 */
export interface KubernetesSecretOptions extends TargetOptions {
  /**
   * The cluster.
   */
  readonly cluster: KubernetesCluster;

  /**
   * Namespace, which exists. Each namespace that pulls needs a target of its own.
   *
   * @default 'default'
   */
  readonly namespace?: string;

  /**
   * Name of the Secret, of the type `kubernetes.io/dockerconfigjson`. Pods name it in `imagePullSecrets`.
   *
   * @default 'ecr-credentials'
   */
  readonly secretName?: string;

  /**
   * What is sent: a config.json.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;
}
