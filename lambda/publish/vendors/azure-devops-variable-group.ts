import { AzureDevops } from './azure-devops';
import type { TargetSpec } from '../../../src/private/target-contract';
import { VendorError } from '../errors';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const PERMISSION = 'the scope to read, create and manage variable groups, and its owner the role Administrator of the group';

/** Two targets in one group are written this far from each other at least, in milliseconds. */
const DISTANCE_MS = 5_000;

interface Variable {
  /** Null for a secret: it is not shown, and one that is sent back so keeps its value. */
  readonly value: string | null;
  readonly isSecret?: boolean;
}

type Variables = Readonly<Record<string, Variable>>;

/** A variable group, as far as it is looked at and sent back. */
interface Group {
  readonly name: string;
  readonly description?: string;
  readonly type: string;
  readonly providerData?: object;
  readonly variables: Variables;
  readonly variableGroupProjectReferences: readonly object[];
}

/** A variable of a variable group. */
export const azureDevopsVariableGroup: Vendor = {
  // A group is replaced as a whole, and the API knows no condition: two at once could undo what the other one did.
  rateLimit: ({ where: { url, organization, group } }) => ({
    key: JSON.stringify(['azure-devops-variable-group', url, organization, group]),
    perHour: 3600_000 / DISTANCE_MS,
    burst: 1,
    spacingMs: DISTANCE_MS,
  }),

  publish: async (target, { text }, ports) => {
    const azure = await open(target, ports);
    const group = await read(azure, target);
    if (!group) throw new VendorError('Azure DevOps has no such variable group, or the token may not see it: are the project and the id right?');
    const name = nameIn(group, target);
    const variable = name === undefined ? { isSecret: true } : group.variables[name];
    await write(azure, target, group, { ...group.variables, [name ?? target.where.variable]: { ...variable, value: text } });
    return {};
  },

  remove: async (target, how, ports) => {
    const azure = await open(target, ports);
    const group = await read(azure, target);
    const name = group && nameIn(group, target);
    if (!name) return;
    const { [name]: variable, ...others } = group.variables;
    await write(azure, target, group, how === 'delete' ? others : { ...others, [name]: { ...variable, value: EMPTY_DOCKERCFG } });
  },
};

const open = (target: TargetSpec, ports: VendorPorts): Promise<AzureDevops> => AzureDevops.of(target, PERMISSION, ports);

function pathOf({ where: { group } }: TargetSpec): string {
  return `/_apis/distributedtask/variablegroups/${group}`;
}

async function read(azure: AzureDevops, target: TargetSpec): Promise<Group | undefined> {
  const found = await azure.read(pathOf(target), 'read the variable group') as unknown as Partial<Group> & Pick<Group, 'name' | 'type'> | undefined;
  if (!found) return undefined;
  if (found.type !== 'Vsts') throw new VendorError(`the variable group takes its variables from elsewhere (${found.type}): make one of its own`);
  // Sent back without them it would be taken from its projects.
  const { variables = {}, variableGroupProjectReferences: projects = [] } = found;
  if (projects.length === 0) throw new VendorError('Azure DevOps does not show the projects of the variable group, and it cannot be written without them');
  return { ...found, variables, variableGroupProjectReferences: projects };
}

/** Replaces the group: everything is sent back as it was, and variables that are not sent are gone. */
async function write(azure: AzureDevops, target: TargetSpec, group: Group, variables: Variables): Promise<void> {
  const { name, description, type, providerData, variableGroupProjectReferences } = group;
  await azure.replace(pathOf(target), 'update the variable group', { name, description, type, providerData, variableGroupProjectReferences, variables });
}

/** How the group calls the variable: names that differ in their case only are the same. */
function nameIn({ variables }: Group, { where: { variable } }: TargetSpec): string | undefined {
  return Object.keys(variables).find((name) => name.toLowerCase() === variable.toLowerCase());
}
