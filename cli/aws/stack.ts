import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientConfig, type AwsOptions } from './config';
import { explain } from './errors';
import { CliError, Exit } from '../shared/exit';

/** What the outputs of `EcrCi` are called; CloudFormation puts the path before and a hash behind. */
export enum StackOutput {
  SECRET = 'DockerConfigSecretArn',
  SCHEDULE = 'RefreshScheduleName',
}

/** ARN of the secret with the dockercfg, from a stack's outputs. */
export async function secretOfStack(stack: string, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<string> {
  return outputOfStack(stack, StackOutput.SECRET, options, env);
}

/**
 * The value of the one output of that kind.
 *
 * @throws CliError if there is no such stack, or not exactly one such output in it
 */
export async function outputOfStack(stack: string, kind: StackOutput, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<string> {
  const outputs = await outputsOfStack(stack, options, env);
  const found = Object.entries(outputs).filter(([name]) => name.includes(kind)).map(([, value]) => value).sort();
  if (found.length === 0) {
    throw new CliError(`the stack ${stack} has no output ${kind}: name a stack with an EcrCi that has credentials, or the thing itself`);
  }
  if (found.length > 1) {
    throw new CliError(`the stack ${stack} has ${found.length} outputs ${kind}, name one of their values instead: ${found.join(', ')}`);
  }
  return found[0];
}

/**
 * The stack's outputs that have a value, by the names that CloudFormation gives them.
 *
 * @throws CliError if there is no such stack
 */
export async function outputsOfStack(stack: string, options: AwsOptions, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const client = new CloudFormationClient(clientConfig(options, env));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return Object.fromEntries(Stacks.flatMap(({ Outputs = [] }) => Outputs)
      .flatMap(({ OutputKey, OutputValue }) => (OutputKey && OutputValue ? [[OutputKey, OutputValue]] : [])));
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) {
      throw new CliError(`there is no stack ${stack} in this account and region: check the name, --region and --profile`, Exit.FAILED, { cause: error });
    }
    throw explain(error, { what: `the stack ${stack} could not be read`, action: 'cloudformation:DescribeStacks' });
  }
}
