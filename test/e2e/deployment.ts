import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalAws } from '../../local-aws/local-aws';

const APPS = path.join(__dirname, 'apps');

/** An app of test/e2e/apps, deployed to a local AWS. */
export class Deployment {
  /** Deploys the app's one stack. */
  public static async of(app: string, aws: LocalAws): Promise<Deployment> {
    const outputsFile = path.join(aws.directory, 'outputs.json');
    await aws.cdk([
      'deploy', '--require-approval', 'never', '--app', `npx tsx ${app}.ts`,
      '--output', path.join(aws.directory, 'cdk.out'), '--outputs-file', outputsFile,
    ], { cwd: APPS });
    const [outputs]: Record<string, string>[] = Object.values(JSON.parse(await readFile(outputsFile, 'utf8')));
    return new Deployment(aws, outputs);
  }

  private constructor(private readonly aws: LocalAws, public readonly outputs: Readonly<Record<string, string>>) {}

  /** The stack's output whose id begins so. */
  public output(prefix: string): string {
    const found = Object.entries(this.outputs).find(([id]) => id.startsWith(prefix));
    if (!found) throw new Error(`the stack has no output ${prefix}, it has: ${Object.keys(this.outputs).join(', ')}`);
    return found[1];
  }

  /** The value of the secret whose ARN is that output. */
  public async secret(prefix: string): Promise<string> {
    const secrets = new SecretsManagerClient(this.aws.clientConfig());
    return (await secrets.send(new GetSecretValueCommand({ SecretId: this.output(prefix) }))).SecretString!;
  }
}
