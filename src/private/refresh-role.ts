import { PhysicalName, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { READ_KEY_ACTION, READ_WRITE_SECRET_ACTIONS, USE_KEY_ACTIONS } from './actions';
import type { NeededRight, RegistryDefinition } from './refresh-request';

/** Resources of a statement: a policy that is too large is divided between statements, and a few hundred ARNs are. */
const MOST_RESOURCES = 20;

/** What the refresher's role is made for. */
export interface RefreshRoleProps {
  readonly roleName?: string;
  readonly logGroup: logs.ILogGroup;
  /** The secret with the dockercfg, and its key if it is a customer's. */
  readonly secret: secretsmanager.ISecret;
  readonly encryptionKey?: kms.IKey;
  readonly registries: RegistryDefinition[];
}

/** The refresher's role, with what it needs for its registries and nothing else. */
export class RefreshRole extends iam.Role {
  public constructor(scope: Construct, id: string, { roleName, logGroup, secret, encryptionKey, registries }: RefreshRoleProps) {
    super(scope, id, {
      description: 'What is granted to this role is what the published ECR credentials can do',
      roleName: roleName ?? PhysicalName.GENERATE_IF_NEEDED,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this);
    this.allow(READ_WRITE_SECRET_ACTIONS, [secret.secretArn]);
    for (const { actions, resources } of byActions(registries.map(({ right }) => right))) this.allow(actions, resources);

    // In the role's own policy, which also serves keys that were imported and whose policies cannot be changed here.
    const keys = new Set(registries.flatMap(({ key }) => key?.keyArn ?? []));
    if (encryptionKey) {
      keys.delete(encryptionKey.keyArn);
      this.allowKeys(USE_KEY_ACTIONS, [encryptionKey.keyArn]);
    }
    this.allowKeys([READ_KEY_ACTION], [...keys]);
  }

  private allow(actions: string[], resources: string[], conditions?: Record<string, unknown>): void {
    for (let from = 0; from < resources.length; from += MOST_RESOURCES) {
      this.addToPolicy(new iam.PolicyStatement({ actions, resources: resources.slice(from, from + MOST_RESOURCES), conditions }));
    }
  }

  private allowKeys(actions: string[], keyArns: string[]): void {
    this.allow(actions, keyArns, { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com` } });
  }
}

/** The rights, each list of actions once and with each of its resources once. */
function byActions(rights: NeededRight[]): { actions: string[]; resources: string[] }[] {
  const lists = new Map<string, { actions: string[]; resources: Set<string> }>();
  for (const { actions, resource } of rights) {
    const list = lists.get(actions.join()) ?? { actions, resources: new Set<string>() };
    list.resources.add(resource);
    lists.set(actions.join(), list);
  }
  return [...lists.values()].map(({ actions, resources }) => ({ actions, resources: [...resources] }));
}
