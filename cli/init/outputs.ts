import type { CiAccess, CiSetup } from './setup';
import { CliError } from '../shared/exit';

/** Which of the stack's things are meant, where there are several. */
export interface OutputOptions {
  /**
   * Name of the repository to push to.
   *
   * @default - the only one
   */
  readonly repository?: string;
}

/** Hash that the CDK puts behind the names of outputs. */
const HASH = '[0-9A-F]{8}';
const HOST = '(\\d{12}\\.dkr\\.ecr\\.([a-z0-9-]+)\\.[a-z0-9.-]+)';

/** What each output of `EcrCi` looks like. What it holds goes into scripts, so nothing else is taken. */
const KINDS = {
  registry: { name: 'RegistryUrl', value: new RegExp(`^https://${HOST}$`) },
  repository: { name: 'RepositoryUris', value: new RegExp(`^${HOST}/[a-z0-9._/-]+$`) },
  buildCache: { name: 'BuildCacheUris', value: new RegExp(`^${HOST}/[a-z0-9._/-]+$`) },
  role: { name: 'RoleArn', value: /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/ },
  key: { name: 'AccessKeySecretArn', value: /^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/ },
  dockercfg: { name: 'DockerConfigSecretArn', value: /^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/ },
} as const;

/**
 * What a CI is told, from the outputs of a stack with one `EcrCi`.
 *
 * @param outputs by the names that CloudFormation gives them
 * @throws CliError if they are not those of one EcrCi, or do not say which repository
 */
export function setupOf(outputs: Readonly<Record<string, string>>, options: OutputOptions = {}): CiSetup {
  const [url] = valuesOf(outputs, 'registry');
  if (url === undefined) throw new CliError('the stack has no output RegistryUrl: name a stack with an EcrCi');
  const [, registry, region] = KINDS.registry.value.exec(url)!;
  const image = imageOf(valuesOf(outputs, 'repository'), options.repository);
  const buildCache = valuesOf(outputs, 'buildCache').find((uri) => uri === `${image}-cache`);
  return { region, registry, image, ...(buildCache === undefined ? {} : { buildCache }), access: accessOf(outputs) };
}

function imageOf(uris: string[], name: string | undefined): string {
  const names = uris.map((uri) => uri.slice(uri.indexOf('/') + 1));
  if (uris.length === 0) throw new CliError('the stack has no output RepositoryUris: it holds more repositories than can be outputs, or none');
  if (name === undefined && uris.length > 1) throw new CliError(`the stack has ${uris.length} repositories: choose one by --repository, of ${names.join(', ')}`);
  const index = name === undefined ? 0 : names.indexOf(name);
  if (index < 0) throw new CliError(`the stack has no repository ${name}: choose one of ${names.join(', ')}`);
  return uris[index];
}

/** A role before a key, because nothing of it is stored; both before the dockercfg, because they may push. */
function accessOf(outputs: Readonly<Record<string, string>>): CiAccess {
  const [roleArn] = valuesOf(outputs, 'role');
  if (roleArn !== undefined) return { kind: 'role', roleArn };
  const [accessKeySecretArn] = valuesOf(outputs, 'key');
  if (accessKeySecretArn !== undefined) return { kind: 'key', accessKeySecretArn };
  const [dockerConfigSecretArn] = valuesOf(outputs, 'dockercfg');
  if (dockerConfigSecretArn !== undefined) return { kind: 'dockercfg', dockerConfigSecretArn };
  throw new CliError('the stack has neither an identity for the CI nor a dockercfg: give its EcrCi one of them');
}

function valuesOf(outputs: Readonly<Record<string, string>>, kind: keyof typeof KINDS): string[] {
  const { name, value } = KINDS[kind];
  const isMany = kind === 'repository' || kind === 'buildCache';
  const key = new RegExp(`${name}${isMany ? '\\w+' : ''}${HASH}$`);
  const found = Object.entries(outputs).filter(([id]) => key.test(id)).sort(([a], [b]) => a.localeCompare(b));
  if (found.length > 1 && !isMany) {
    throw new CliError(`the stack has ${found.length} outputs ${name} (${found.map(([id]) => id).join(', ')}): give each EcrCi a stack of its own`);
  }
  for (const [id, text] of found) {
    if (!value.test(text)) throw new CliError(`the output ${id} is not what EcrCi writes there: deploy the stack again`);
  }
  return found.map(([, text]) => text);
}
