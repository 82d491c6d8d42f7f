import { createHash } from 'crypto';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { checkAnnotations, checkLabels, KUBERNETES_SECRET_NAME, NAMESPACE } from './kubernetes-formats';
import { checkUrl } from './server';
import type { TargetDefinition } from './target-definition';
import { TargetRights } from './target-rights';
import type { KubernetesSecretOptions } from '../../targets/kubernetes-secret';
import { TargetValue } from '../../targets/target-value';
import { checkFormat } from '../formats';

/** The target of `Target.kubernetesSecret()`. */
export function kubernetesSecret(options: KubernetesSecretOptions): TargetDefinition {
  const { cluster, namespace = 'default', secretName = 'ecr-credentials', labels, annotations, value = TargetValue.configJson() } = options;
  const { endpoint, access, ...definition } = cluster._definition;
  return {
    check: (problems, at, stack) => {
      definition.check(problems, `${at}.cluster`, stack);
      checkUrl(problems, `${at}.cluster.endpoint`, endpoint);
      checkFormat(problems, `${at}.namespace`, namespace, NAMESPACE);
      checkFormat(problems, `${at}.secretName`, secretName, KUBERNETES_SECRET_NAME);
      checkLabels(problems, `${at}.labels`, labels);
      checkAnnotations(problems, `${at}.annotations`, annotations);
      problems.unless(`${at}.value`, value._form, (form) => form === 'config.json', 'a config.json', 'leave it out, or use TargetValue.configJson()');
      value._check(problems, `${at}.value`);
    },
    bind: (scope, { publisher, publisherRoleArn }) => {
      if (access) AccessEntry.of(TargetRights.near(scope), access.clusterName, publisherRoleArn).addGroups(access.groups);
      return {
        kind: 'kubernetes-secret',
        where: { endpoint, namespace, secretName },
        settings: {
          ...definition.settings(publisher, Stack.of(scope)),
          ...labels === undefined ? {} : { labels },
          ...annotations === undefined ? {} : { annotations },
        },
        value,
        removal: options.removal,
      };
    },
  };
}

/**
 * The access entry of the publisher's role, which a cluster takes one of: targets in several namespaces share it.
 *
 * By its type: the module of EKS is large, and nothing else of it is needed.
 */
class AccessEntry extends CfnResource {
  public static of(home: IConstruct, clusterName: string, roleArn: string): AccessEntry {
    const digest = createHash('sha256').update(JSON.stringify(Stack.of(home).resolve(clusterName))).digest('hex');
    const id = `AccessEntry${digest.slice(0, 8).toUpperCase()}`;
    return home.node.tryFindChild(id) as AccessEntry | undefined ?? new AccessEntry(home, id, clusterName, roleArn);
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
