import { AzureDevops } from './azure-devops';
import type { TargetSpec } from '../../../src/private/target-contract';
import { VendorError } from '../errors';
import type { Vendor, VendorPorts } from '../vendor';

const PERMISSION = 'the scope to read, query and manage service connections, and its owner the role Administrator of the connection';

/** What an emptied connection has as its password: one that is left out, or null, stays as it was. */
const NO_PASSWORD = 'removed';

/** A service connection, as far as it is looked at. */
interface Connection {
  readonly type: string;
  readonly data: Readonly<Record<string, string | null>>;
  readonly authorization: { readonly scheme: string; readonly parameters: Readonly<Record<string, string | null>> };
  readonly serviceEndpointProjectReferences: readonly object[];
}

/** A service connection to a Docker registry. */
export const azureDevopsServiceConnection: Vendor = {
  publish: async (target, { login }, ports) => {
    const { host, username, password } = login!;
    const azure = await open(target, ports);
    const connection = await read(azure, target);
    if (!connection) {
      throw new VendorError('Azure DevOps has no such service connection, or the token may not see it: are the project and the id right?');
    }
    await write(azure, target, connection, { registry: registryOf(connection, host), username, password });
    return {};
  },

  remove: async (target, _how, ports) => {
    const azure = await open(target, ports);
    const connection = await read(azure, target);
    if (connection) await write(azure, target, connection, { password: NO_PASSWORD });
  },
};

const open = (target: TargetSpec, ports: VendorPorts): Promise<AzureDevops> => AzureDevops.of(target, PERMISSION, ports);

function pathOf({ where: { connection } }: TargetSpec): string {
  return `/_apis/serviceendpoint/endpoints/${connection}`;
}

/** The whole connection: it is sent back as it is, and what is missing then would be gone. */
async function read(azure: AzureDevops, target: TargetSpec): Promise<Connection | undefined> {
  const found = await azure.read(pathOf(target), 'read the service connection');
  if (!found) return undefined;
  const { type, data, authorization, serviceEndpointProjectReferences: projects } = found as unknown as Partial<Connection>;
  if (!data || !authorization?.parameters || !projects?.length) {
    throw new VendorError(`Azure DevOps does not show the whole service connection: the token needs ${PERMISSION}`);
  }
  const kind = data.registrytype ?? 'Others';
  if (type !== 'dockerregistry' || authorization.scheme !== 'UsernamePassword' || kind !== 'Others') {
    const is = type === 'dockerregistry' ? `${type}, ${kind}, ${authorization.scheme}` : type;
    throw new VendorError(`the service connection is another one (${is}): make one of the type Docker Registry, Others`);
  }
  return found as unknown as Connection;
}

/** Everything stays as its owner set it, but for what is given. */
async function write(azure: AzureDevops, target: TargetSpec, connection: Connection, change: object): Promise<void> {
  const { authorization } = connection;
  const parameters = { ...authorization.parameters, ...change };
  await azure.replace(pathOf(target), 'update the service connection', { ...connection, authorization: { ...authorization, parameters } });
}

/** As its owner wrote it, if it is the same. */
function registryOf({ authorization: { parameters: { registry } } }: Connection, host: string): string {
  const isSame = registry?.replace(/^https:\/\//i, '').replace(/\/+$/, '') === host;
  return isSame ? registry! : `https://${host}`;
}
