import { Argument, Command, Option } from 'commander';
import { awsCommands, completion, initCommand, loginCommands, secretCommands } from './lazy';
import { version } from '../../package.json';
import { CIS } from '../init/names';
import { Exit } from '../shared/exit';
import type { Io } from '../shared/io';

const SECRET = ['[secret]', 'name or ARN of the secret with the dockercfg (default: $ECR_CI_SECRET)'] as const;

const EXIT_CODES = `
Exit codes:
  0  done
  1  status: the credentials expire soon; doctor: a cause was found; generate: it failed
  2  the credentials are expired or missing
  3  anything else failed: usage, AWS identity, permission, network, file`;

const DOCUMENTATION = 'Documentation: https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/cli.md';

/** What the program says before it does anything. */
export interface Outcome {
  exitCode: Exit;
}

/** Adds to a command what it takes and does. */
type Definition = (added: Command, io: Io, outcome: Outcome) => void;

/** The commands in the order of the list. What one does is loaded when it is called. */
const COMMANDS: Readonly<Record<string, Definition>> = {
  'login': (added, io) => withSecret(added)
    .description('put the dockercfg into the file that Docker reads its logins from')
    .option('--authfile <file>', 'the file (default: config.json in $DOCKER_CONFIG or in ~/.docker)')
    .addHelpText('after', examples('ecr-ci login my-secret', 'ecr-ci login --stack MyStack', 'ecr-ci login my-secret --authfile "$XDG_RUNTIME_DIR/containers/auth.json"'))
    .action(async (secret, _, command) => loginCommands().login({ ...command.optsWithGlobals(), secret }, io)),

  'logout': (added, io) => withSecret(added)
    .description('take the entries out again')
    .option('--host <host...>', 'the hosts (default: those of the secret)')
    .option('--authfile <file>', 'the file (default: config.json in $DOCKER_CONFIG or in ~/.docker)')
    .addHelpText('after', examples('ecr-ci logout my-secret', 'ecr-ci logout --host 111122223333.dkr.ecr.eu-west-1.amazonaws.com'))
    .action(async (secret, _, command) => loginCommands().logout({ ...command.optsWithGlobals(), secret }, io)),

  'get': (added, io) => withSecret(added)
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
    .action(async (secret, _, command) => secretCommands().get({ ...command.optsWithGlobals(), secret }, io)),

  'get-password': (added, io) => withSecret(added)
    .description('write a password: of the secret if one is named, else of ECR for the AWS identity')
    .option('--host <host>', 'the registry')
    .addHelpText('after', examples(
      'ecr-ci get-password my-secret | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com',
      'ecr-ci get-password --region eu-west-1 | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com',
    ))
    .action(async (secret, _, command) => {
      const options = { ...command.optsWithGlobals(), secret };
      if (!await secretCommands().passwordOfSecret(options, io)) await awsCommands().passwordOfEcr(options, io);
    }),

  'status': (added, io, outcome) => withSecret(added)
    .description('show how long the credentials last, when they were refreshed, and the versions')
    .option('--near <time>', 'less life than that is near the end: 90min, 4h, 1d', '4h')
    .addHelpText('after', examples('ecr-ci status my-secret', 'ecr-ci status --stack MyStack --json', 'ecr-ci status my-secret --near 6h || notify'))
    .action(async (secret, _, command) => { outcome.exitCode = await secretCommands().status({ ...command.optsWithGlobals(), secret }, io); }),

  'refresh': (added, io) => added
    .description('run the refresher now, and wait for it')
    .option('--stack <name>', 'CloudFormation stack whose outputs name the schedule')
    .option('--schedule <name>', 'the schedule that calls the refresher')
    .option('--force', 'publish a new dockercfg although the one that is there is as good')
    .addHelpText('after', examples('ecr-ci refresh --stack MyStack', 'ecr-ci refresh --schedule MyStack-CredentialsSchedule-1A2B3C --force'))
    .action(async (_, command) => awsCommands().refresh(command.optsWithGlobals(), io)),

  'doctor': (added, io, outcome) => added
    .argument('<image>', 'the image, such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp:latest')
    .description('find out why a pull or a push is denied, and how to mend it')
    .option('--push', 'look at a push (it begins an upload and leaves it)')
    .option('--authfile <file>', 'the file with the logins (default: config.json in $DOCKER_CONFIG or in ~/.docker)')
    .addHelpText('after', examples(
      'ecr-ci doctor 111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp:latest',
      'ecr-ci doctor 111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp:v2 --push',
    ))
    .action(async (image, _, command) => { outcome.exitCode = await awsCommands().doctor(image, command.optsWithGlobals(), io); }),

  'init': (added, io) => added
    .addArgument(new Argument('<ci>', 'the CI').choices(CIS))
    .description('write the files with which a CI builds an image and pushes it to a deployed stack')
    .requiredOption('--stack <name>', 'CloudFormation stack with the EcrCi')
    .option('--repository <name>', 'the repository to push to (default: the only one of the stack)')
    .option('--directory <dir>', 'root of the repository that the CI builds', '.')
    .option('--force', 'replace files that hold something else')
    .addHelpText('after', examples('ecr-ci init github --stack MyStack', 'ecr-ci init codeship --stack MyStack --repository myuser/myapp --directory ../myapp --force'))
    .action(async (ci, _, command) => initCommand().init(ci, command.optsWithGlobals(), io)),

  'generate': (added, io) => added
    .argument('[path]', 'the file to write')
    .description('write a dockercfg for the keys in the environment, in place of codeship/aws-ecr-dockercfg-generator')
    .addHelpText('after', examples('AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… ecr-ci generate /opt/dockercfg'))
    .addHelpText('after', `
Environment:
  AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY   who asks, and where; AWS_SESSION_TOKEN if there is one
  AWS_STS_ROLE, AWS_STS_ACCOUNT                          name and account of a role to assume
  AWS_ECR_REGISTRY_IDS                                   accounts whose registries are meant, with spaces between
  ECR_PUBLIC                                             if it is set: public.ecr.aws instead
  DOCKER_HUB_USERNAME, DOCKER_HUB_PASSWORD               a login for Docker Hub beside`)
    .action(async (path) => awsCommands().generate(path, io)),
};

/**
 * The commands and their options.
 *
 * @param outcome is told the exit code of a command that ends well
 * @param args what was typed: if it begins with a command, that is the only one there is
 */
export function createProgram(io: Io, outcome: Outcome, args: readonly string[]): Command {
  const called = args.length > 0 && Object.hasOwn(COMMANDS, args[0]);
  const program = new Command('ecr-ci')
    .description('Amazon ECR for CI systems: use the dockercfg that the construct library keeps fresh.')
    .version(version)
    .option('--region <region>', 'AWS region (default: that of the ARN, the environment or the profile)')
    .option('--profile <name>', 'AWS profile')
    .option('--json', 'write JSON')
    .option('--no-color', 'write no colours (they are for terminals only, and not if $NO_COLOR is set)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `${EXIT_CODES}\n\n${DOCUMENTATION}`);

  for (const name of called ? [args[0]] : Object.keys(COMMANDS)) COMMANDS[name](program.command(name), io, outcome);
  if (called) return program;

  // Its code is only needed where it is called, the entry in the list always.
  if (args.includes('completion') || args.includes('complete')) completion().addCompletion(program);
  else program.command('completion').argument('<shell>', 'bash, zsh, fish or powershell');
  program.commands.find((command) => command.name() === 'completion')!
    .description('write the script with which a shell completes the commands')
    .addHelpText('after', examples('source <(ecr-ci completion bash)', 'ecr-ci completion fish > ~/.config/fish/completions/ecr-ci.fish'));

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
