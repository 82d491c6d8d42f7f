import { Command, Option } from 'commander';
import { secretCommands } from './lazy';
import { version } from '../../package.json';
import { Exit } from '../shared/exit';
import type { Io } from '../shared/io';

const SECRET = ['[secret]', 'name or ARN of the secret with the dockercfg (default: $ECR_CI_SECRET)'] as const;

const EXIT_CODES = `
Exit codes:
  0  done
  1  status: the credentials expire soon; doctor: a cause was found; generate: it failed
  2  the credentials are expired or missing
  3  anything else failed: usage, AWS identity, permission, network, file`;

const COMPLETION = 'Documentation: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/cli.md';

/** What the program says before it does anything. */
export interface Outcome {
  exitCode: Exit;
}

/**
 * The commands and their options. What a command does is loaded when it is called.
 *
 * @param outcome is told the exit code of a command that ends well
 */
export function createProgram(io: Io, outcome: Outcome): Command {
  const program = new Command('ecr-ci')
    .description('Amazon ECR for CI systems: use the dockercfg that the construct library keeps fresh.')
    .version(version)
    .option('--region <region>', 'AWS region (default: that of the ARN, the environment or the profile)')
    .option('--profile <name>', 'AWS profile')
    .option('--json', 'write JSON')
    .option('--no-color', 'write no colours (they are for terminals only, and not if $NO_COLOR is set)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `${EXIT_CODES}\n\n${COMPLETION}`);

  withSecret(program.command('login'))
    .description('put the dockercfg into the file that Docker reads its logins from')
    .option('--authfile <file>', 'the file (default: config.json in $DOCKER_CONFIG or in ~/.docker)')
    .addHelpText('after', examples('ecr-ci login my-secret', 'ecr-ci login --stack MyStack', 'ecr-ci login my-secret --authfile "$XDG_RUNTIME_DIR/containers/auth.json"'))
    .action(async (secret, _, command) => secretCommands().login({ ...command.optsWithGlobals(), secret }, io));

  withSecret(program.command('logout'))
    .description('take the entries out again')
    .option('--host <host...>', 'the hosts (default: those of the secret)')
    .option('--authfile <file>', 'the file (default: config.json in $DOCKER_CONFIG or in ~/.docker)')
    .addHelpText('after', examples('ecr-ci logout my-secret', 'ecr-ci logout --host 111122223333.dkr.ecr.eu-west-1.amazonaws.com'))
    .action(async (secret, _, command) => secretCommands().logout({ ...command.optsWithGlobals(), secret }, io));

  withSecret(program.command('get'))
    .description('write the dockercfg, or a part of it, to stdout')
    .option('--host <host>', 'only this host')
    .option('--password', 'only the password, for "docker login --password-stdin"')
    .option('--env', 'a line DOCKER_AUTH_CONFIG=… for a file of environment variables')
    .addHelpText('after', examples(
      'ecr-ci get my-secret > config.json',
      'export DOCKER_AUTH_CONFIG="$(ecr-ci get my-secret)"',
      'ecr-ci get my-secret --env >> "$GITHUB_ENV"',
      'ecr-ci get my-secret --password | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com',
    ))
    .action(async (secret, _, command) => secretCommands().get({ ...command.optsWithGlobals(), secret }, io));

  void outcome;
  return program;
}

function withSecret(command: Command): Command {
  return command
    .argument(...SECRET)
    .addOption(new Option('--stack <name>', 'CloudFormation stack whose outputs name the secret'));
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
