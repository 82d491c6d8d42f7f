import { Token, type Stack } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { TargetOptions } from './target-options';
import type { TargetValue } from './target-value';
import { checkFormat, REGION } from '../private/formats';
import { ACCESS_GROUP, CLUSTER_NAME } from '../private/targets/kubernetes-formats';
import { checkJsonKey, secretRef } from '../private/targets/secret-ref';
import { checkCertificateAuthority, checkCertificateAuthorityData } from '../private/targets/server';
import type { Problems } from '../private/validation';

/**
 * Options of `KubernetesCluster.eksCluster()`.
 */
export interface EksAccessOptions {
  /**
   * Kubernetes groups that an access entry gives to the publisher's role. A RoleBinding gives the group its rights.
   *
   * The cluster's authentication mode has to allow access entries, and the cluster to be in the stack's account and region.
   *
   * @default - no access entry is made: the cluster has one for the publisher's role, or maps it
   * @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
   */
  readonly accessGroups?: string[];
}

/**
 * Options of `KubernetesCluster.eks()`.
 */
export interface EksClusterOptions extends EksAccessOptions {
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

/** What a cluster means to a target in it. */
interface ClusterDefinition {
  readonly endpoint: string;
  readonly check: (problems: Problems, at: string, stack: Stack) => void;
  readonly settings: (publisher: iam.IGrantable, stack: Stack) => Record<string, unknown>;
  /** The access entry to be made. */
  readonly access?: { readonly clusterName: string; readonly groups: string[] };
}

/**
 * A Kubernetes cluster, and how the publisher is known there.
 *
 * @example
 * declare const cluster: eks.ICluster;
 * const apps = KubernetesCluster.eksCluster(cluster, { accessGroups: ['ecr-credentials'] });
 * new DockerCredentials(this, 'Credentials', {
 *   targets: [
 *     Target.kubernetesSecret({ cluster: apps, namespace: 'blue' }),
 *     Target.kubernetesSecret({ cluster: apps, namespace: 'green' }),
 *   ],
 * });
 */
export class KubernetesCluster {
  /**
   * An Amazon EKS cluster of `aws-cdk-lib/aws-eks`, defined or imported, which knows the publisher by its IAM role.
   *
   * One of `aws-cdk-lib/aws-eks-v2` is given by its attributes, to `eks()`.
   *
   * @param cluster the cluster; an imported one has to be imported with its endpoint and certificate authority
   */
  public static eksCluster(cluster: eks.ICluster, options: EksAccessOptions = {}): KubernetesCluster {
    const { region, account } = cluster.env;
    return KubernetesCluster.ofEks({
      ...options,
      clusterName: cluster.clusterName,
      endpoint: cluster.clusterEndpoint,
      certificateAuthorityData: cluster.clusterCertificateAuthorityData,
      region,
    }, account);
  }

  /**
   * An Amazon EKS cluster, which knows the publisher by its IAM role.
   */
  public static eks(options: EksClusterOptions): KubernetesCluster {
    return KubernetesCluster.ofEks(options);
  }

  /**
   * Any cluster, which knows the publisher by the token of a service account.
   */
  public static bearerToken(options: BearerTokenClusterOptions): KubernetesCluster {
    const { endpoint, certificateAuthority, token, tokenKey } = options;
    return new KubernetesCluster({
      endpoint,
      check: (problems, at) => {
        checkJsonKey(problems, `${at}.tokenKey`, tokenKey);
        checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
      },
      settings: (publisher) => ({
        token: secretRef(token, tokenKey, publisher),
        ...certificateAuthority === undefined ? {} : { certificateAuthority },
      }),
    });
  }

  private static ofEks(options: EksClusterOptions, account?: string): KubernetesCluster {
    const { clusterName, endpoint, certificateAuthorityData, region, accessGroups } = options;
    return new KubernetesCluster({
      endpoint,
      check: (problems, at, stack) => {
        checkFormat(problems, `${at}.clusterName`, clusterName, CLUSTER_NAME);
        checkCertificateAuthorityData(problems, `${at}.certificateAuthorityData`, certificateAuthorityData);
        checkFormat(problems, `${at}.region`, region, REGION);
        problems.unless(`${at}.accessGroups`, accessGroups, (groups) => groups.length > 0, 'at least one group', 'leave it out if the cluster knows the role already');
        for (const [index, group] of (accessGroups ?? []).entries()) checkFormat(problems, `${at}.accessGroups[${index}]`, group, ACCESS_GROUP);
        if (accessGroups && (isElsewhere(region, stack.region) || isElsewhere(account, stack.account))) {
          problems.add(`${at}.accessGroups`, accessGroups, 'left out for a cluster of another account or region than the stack\'s',
            'make the access entry there, for \'credentials.publisher.role\'');
        }
      },
      settings: (_publisher, stack) => ({
        clusterName, certificateAuthorityData, ...region === undefined || region === stack.region ? {} : { region },
      }),
      access: accessGroups && { clusterName, groups: accessGroups },
    });
  }

  private constructor(
    /** @internal */
    public readonly _definition: ClusterDefinition,
  ) {}
}

/** Whether a region or account is known to be another one. */
function isElsewhere(place: string | undefined, own: string): boolean {
  return place !== undefined && place !== own && !Token.isUnresolved(place) && !Token.isUnresolved(own);
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
   * Labels that the Secret has, such as `{ 'app.kubernetes.io/managed-by': 'cdk-ecr-ci' }`. Others that it has are kept.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations that the Secret has. Others that it has are kept.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * What is sent: a config.json.
   *
   * @default TargetValue.configJson()
   */
  readonly value?: TargetValue;
}
