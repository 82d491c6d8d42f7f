import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expiryOf } from '../lambda/shared/dockercfg/version-id';
import type { Credentials, LocalAws } from '../local-aws/local-aws';

const SAMPLE = path.join(__dirname, '..', 'examples', 'sample');

/** Outputs of examples/sample that its users need. */
export interface SampleOutputs {
  readonly repositoryUri: string;
  /** Secret with the dockercfg that may pull and push. */
  readonly pushSecretArn: string;
  /** Secret with the dockercfg that may only pull. */
  readonly pullSecretArn: string;
  /** Secret with the access key of the CI's user. */
  readonly accessKeySecretArn: string;
}

/** A dockercfg as a reader gets it. */
export interface Dockercfg {
  readonly json: string;
  readonly versionId: string;
  readonly expiresAt: Date;
}

/** examples/sample, deployed to a local AWS. */
export class Sample {
  /** Folder of the synthesized app. */
  public readonly assembly: string;

  public constructor(private readonly aws: LocalAws) {
    this.assembly = path.join(aws.directory, 'cdk.out');
  }

  /** Deploys the sample as a user does, with its cdk.json; gives the stack's outputs. */
  public async deploy(onLine?: (line: string) => void): Promise<SampleOutputs> {
    const outputsFile = path.join(this.aws.directory, 'outputs.json');
    await this.aws.cdk(
      ['deploy', '--require-approval', 'never', '--outputs-file', outputsFile, '--output', this.assembly],
      { cwd: SAMPLE, onLine },
    );
    const outputs: Record<string, string> = JSON.parse(await readFile(outputsFile, 'utf8')).EcrCiSample;
    const output = (prefix: string): string => {
      const found = Object.entries(outputs).find(([id]) => id.startsWith(prefix));
      if (!found) throw new Error(`the stack has no output ${prefix}, it has: ${Object.keys(outputs).join(', ')}`);
      return found[1];
    };
    return {
      repositoryUri: output('CiRepositoryUris'),
      pushSecretArn: output('CiDockerConfigSecretArn'),
      pullSecretArn: output('PullOnlySecretArn'),
      accessKeySecretArn: output('CiAccessKeySecretArn'),
    };
  }

  public async destroy(onLine?: (line: string) => void): Promise<void> {
    await this.aws.cdk(['destroy', '--force', '--app', this.assembly], { onLine });
  }

  /** Reads a dockercfg, as the administrator or with the credentials given. */
  public async dockercfg(secretArn: string, credentials?: Credentials): Promise<Dockercfg> {
    const { json, versionId } = await this.secret(secretArn, credentials);
    const expiresAt = expiryOf(versionId, json);
    if (expiresAt === undefined) throw new Error(`${secretArn} was not written by the refresher: version ${versionId}`);
    return { json, versionId, expiresAt: new Date(expiresAt) };
  }

  /** The access key of the CI's user, as the CI is given it. */
  public async accessKey(secretArn: string): Promise<Credentials> {
    const { AccessKeyId, SecretAccessKey } = JSON.parse((await this.secret(secretArn)).json);
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  }

  /** Sends a refresher what its schedule sends, forced; gives its answer. */
  public async forceRefresh(credentialsId: string): Promise<{ written: boolean; secondsRemaining: number }> {
    const scheduler = new SchedulerClient(this.aws.clientConfig());
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
    const name = Schedules.map(({ Name }) => Name!).find((candidate) => candidate.includes(credentialsId));
    if (!name) throw new Error(`no schedule is named after ${credentialsId}`);
    const { Target } = await scheduler.send(new GetScheduleCommand({ Name: name }));
    const answer = await new LambdaClient(this.aws.clientConfig()).send(new InvokeCommand({
      FunctionName: Target!.Arn,
      Payload: JSON.stringify({ ...JSON.parse(Target!.Input!), force: true }),
    }));
    const text = Buffer.from(answer.Payload!).toString('utf8');
    if (answer.FunctionError) throw new Error(`the refresher failed: ${text}`);
    return JSON.parse(text);
  }

  private async secret(secretArn: string, credentials?: Credentials): Promise<{ json: string; versionId: string }> {
    const client = new SecretsManagerClient(this.aws.clientConfig(credentials));
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    return { json: answer.SecretString!, versionId: answer.VersionId! };
  }
}
