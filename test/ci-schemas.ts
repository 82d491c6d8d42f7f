import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { ensureEnvironment } from '../local-aws/python';

const execute = promisify(execFile);

/** Brings the vendors' schemas with it, so that nothing is fetched when a file is checked. */
const REQUIREMENTS = 'check-jsonschema==0.39.0\n';

/** CIs whose vendor publishes a schema, and how check-jsonschema is asked for it. */
const SCHEMAS = {
  // its schema has patterns that are none in the regular expressions of Unicode
  'azure-devops': ['azure-pipelines', '--data-transform', 'azure-pipelines', '--regex-variant', 'nonunicode'],
  'bitbucket': ['bitbucket-pipelines'],
  'buildkite': ['buildkite'],
  'circleci': ['circle-ci'],
  'github': ['github-workflows'],
  'gitlab': ['gitlab-ci', '--data-transform', 'gitlab-ci'],
} as const satisfies Record<string, string[]>;

/**
 * Tasks that an extension brings to Azure Pipelines. Microsoft's schema lists its own tasks only.
 *
 * @see https://docs.aws.amazon.com/vsts/latest/userguide/awsshell.html
 */
const EXTENSION_TASKS = [{
  properties: {
    task: { pattern: '^AWSShellScript@1$' },
    inputs: {
      properties: {
        awsCredentials: { type: 'string' },
        regionName: { type: 'string' },
        arguments: { type: 'string' },
        scriptType: { enum: ['filePath', 'inline'] },
        filePath: { type: 'string' },
        inlineScript: { type: 'string' },
        disableAutoCwd: { type: 'boolean' },
        workingDirectory: { type: 'string' },
        failOnStandardError: { type: 'boolean' },
      },
      additionalProperties: false,
      required: ['scriptType'],
    },
  },
  required: ['task'],
}];

const READ_YAML = `
import json, sys
from ruamel.yaml import YAML
print(json.dumps([YAML(typ="safe").load(open(file)) for file in sys.argv[1:]]))
`;

export type CiWithSchema = keyof typeof SCHEMAS;

export const CIS_WITH_SCHEMA = Object.keys(SCHEMAS) as CiWithSchema[];

/** Checks files of a CI against its vendor's schema. Fails with every place that does not fit. */
export async function checkCiFiles(ci: CiWithSchema, files: string[]): Promise<void> {
  const [name, ...options] = SCHEMAS[ci];
  const schema = ci === 'azure-devops' ? ['--schemafile', await azureSchema()] : ['--builtin-schema', `vendor.${name}`];
  await python('-m', 'check_jsonschema', '--verbose', '--color', 'never', ...schema, ...options, ...files);
}

/** What YAML files hold, read by a parser that refuses a key that stands twice. */
export async function readYamlFiles(files: string[]): Promise<any[]> {
  return JSON.parse(await python('-c', READ_YAML, ...files));
}

/** Microsoft's schema with the tasks of extensions, in a file beside the original. */
async function azureSchema(): Promise<string> {
  const folder = (await python('-c', 'import check_jsonschema; print(check_jsonschema.__path__[0])')).trim();
  const vendored = path.join(folder, 'builtin_schemas', 'vendor', 'azure-pipelines.json');
  const schema = JSON.parse(await readFile(vendored, 'utf8'));
  const { task } = schema.definitions;
  task.properties.task.anyOf.push(...EXTENSION_TASKS.map(({ properties }) => properties.task));
  task.anyOf.push(...EXTENSION_TASKS);
  const extended = path.join(folder, 'azure-pipelines.extended.json');
  const partial = `${extended}.${process.pid}`;
  await writeFile(partial, JSON.stringify(schema));
  await rename(partial, extended); // others may be reading it
  return extended;
}

async function python(...args: string[]): Promise<string> {
  const interpreter = await ensureEnvironment(REQUIREMENTS);
  const { stdout } = await execute(interpreter, args, { maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`${error.stdout}${error.stderr}`.trim());
  });
  return stdout;
}
