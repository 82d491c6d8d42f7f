import { createHash } from 'crypto';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { checkCertificateAuthority, checkUrl } from './server';
import type { TargetDefinition } from './target-definition';
import type { KubernetesSecretOptions } from '../../targets/kubernetes-secret';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

/** A label of RFC 1123. */
const NAMESPACE: Format = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  allowed: 'the name of a namespace: at most 63 lower-case letters, digits and hyphens',
  fix: 'write it such as \'ci\'',
};

/** A subdomain of RFC 1123. */
const SECRET_NAME: Format = {
  pattern: /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  allowed: 'the name of a Secret: at most 253 lower-case letters, digits, hyphens and dots',
  fix: 'write it such as \'ecr-credentials\'',
};

/** The target of `Target.kubernetesSecret()`. */
export function kubernetesSecret(options: KubernetesSecretOptions): TargetDefinition {
  const { cluster, namespace = 'default', secretName = 'ecr-credentials', value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      cluster._check(problems, `${at}.cluster`);
      checkUrl(problems, `${at}.cluster.endpoint`, cluster._endpoint);
      checkCertificateAuthority(problems, `${at}.cluster.certificateAuthority`, cluster._certificateAuthority);
      checkFormat(problems, `${at}.namespace`, namespace, NAMESPACE);
      checkFormat(problems, `${at}.secretName`, secretName, SECRET_NAME);
      problems.unless(`${at}.value`, value._form, (form) => form === 'config.json', 'a config.json', 'leave it out, or use TargetValue.configJson()');
      value._check(problems, `${at}.value`);
    },
    bind: (scope, { publisher, publisherRoleArn }) => {
      const { _endpoint: endpoint, _access: access } = cluster;
      if (access) AccessEntry.of(scope.node.scope!, access.clusterName, publisherRoleArn).addGroups(access.groups);
      return { kind: 'kubernetes-secret', where: { endpoint, namespace, secretName }, settings: cluster._bind(publisher), value, removal: options.removal };
    },
  };
}

/**
 * The access entry of the publisher's role, which a cluster takes one of: targets in several namespaces share it.
 *
 * By its type: the module of EKS is large, and nothing else of it is needed.
 */
class AccessEntry extends CfnResource {
  public static of(publisher: IConstruct, clusterName: string, roleArn: string): AccessEntry {
    const digest = createHash('sha256').update(JSON.stringify(Stack.of(publisher).resolve(clusterName))).digest('hex');
    const id = `AccessEntry${digest.slice(0, 8).toUpperCase()}`;
    return publisher.node.tryFindChild(id) as AccessEntry | undefined ?? new AccessEntry(publisher, id, clusterName, roleArn);
  }

  private readonly groups = new Set<string>();

  private constructor(scope: IConstruct, id: string, ClusterName: string, PrincipalArn: string) {
    super(scope as Construct, id, { type: 'AWS::EKS::AccessEntry', properties: { ClusterName, PrincipalArn, Type: 'STANDARD' } });
  }

  public addGroups(groups: string[]): void {
    for (const group of groups) this.groups.add(group);
    this.addPropertyOverride('KubernetesGroups', [...this.groups]);
  }
}
