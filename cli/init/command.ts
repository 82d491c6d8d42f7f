import type { Ci } from './names';
import { setupOf } from './outputs';
import { RENDERERS } from './renderers';
import { writeFiles } from './write';
import type { AwsOptions } from '../aws/config';
import { CliError } from '../shared/exit';
import type { Io } from '../shared/io';

export interface InitOptions extends AwsOptions {
  /** Stack whose outputs say what the CI is told. */
  readonly stack: string;
  /** Name of the repository to push to; needed if the stack has several. */
  readonly repository?: string;
  /** Root of the repository that the CI builds. */
  readonly directory: string;
  /** Replace files that hold something else. */
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Writes the files with which a CI builds an image and pushes it to the stack's registry. */
export async function init(ci: Ci, options: InitOptions, io: Io): Promise<void> {
  for (const name of ['stack', 'repository', 'directory'] as const) {
    if (options[name] === '') throw new CliError(`--${name} is empty: name a ${name}`);
  }
  const setup = setupOf(await outputsOf(options, io.env), { repository: options.repository });
  const { files, steps } = RENDERERS[ci](setup);
  const written = await writeFiles(options.directory, files, options.force === true, io.files);
  if (options.json) return io.stdout.write(`${JSON.stringify({ files: written, steps })}\n`);
  return io.stdout.write([
    ...written.map((file) => `${file.written ? 'wrote' : 'unchanged'} ${file.path}`),
    'left to do:',
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ].map((line) => `${line}\n`).join(''));
}

async function outputsOf({ stack, ...options }: InitOptions, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the other bundle has the client of CloudFormation
  const { outputsOfStack } = require('../aws') as typeof import('../aws');
  return outputsOfStack(stack, options, env);
}
