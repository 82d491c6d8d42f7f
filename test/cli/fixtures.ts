import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { run } from '../../cli/main/run';
import { realFiles, type Files } from '../../cli/shared/files';
import type { Io, Output } from '../../cli/shared/io';
import { version } from '../lambda/refresh/fixtures';

export const NOW = Date.parse('2026-01-01T00:00:00Z');
export const HOUR = 3600_000;
export const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
export const OTHER_HOST = '111122223333.dkr.ecr.us-east-2.amazonaws.com';
export const SECRET = 'my-secret';
export const SECRET_ARN = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${SECRET}-AbCdEf`;

/** `base64(AWS:password)`. */
export function authOf(password: string): string {
  return Buffer.from(`AWS:${password}`).toString('base64');
}

/** An `auth` in ECR's form, which says when it expires. */
export function ecrAuth(expiresAt: number): string {
  return authOf(Buffer.from(JSON.stringify({ payload: 'p', datakey: 'k', version: '2', type: 'DATA_KEY', expiration: expiresAt / 1000 })).toString('base64'));
}

/** An error of the system, as Node throws it. */
export function systemError(code: string, syscall = 'open'): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: it failed`), { code, syscall });
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = 'not today'): Error {
  return Object.assign(new Error(message), { name });
}

class Text implements Output {
  public text = '';
  public isTerminal = false;
  public failure?: Error;

  public async write(text: string): Promise<void> {
    if (this.failure) throw this.failure;
    this.text += text;
  }
}

/** A desk: a folder for the home directory, an environment, a clock, and what the commands wrote. */
export class Desk {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'ecr-ci-desk-'));
  public readonly stdout = new Text();
  public readonly stderr = new Text();
  public readonly env: NodeJS.ProcessEnv = { HOME: this.folder, AWS_REGION: 'eu-west-1' };
  public readonly configFile = path.join(this.folder, '.docker', 'config.json');
  public platform: NodeJS.Platform = 'linux';
  public time = NOW;
  /** What stands before the real file system. */
  public files: Partial<Files> = {};
  public readonly secretsManager = mockClient(SecretsManagerClient);
  public homeDirectory = (): string => this.folder;

  public get io(): Io {
    return {
      env: this.env,
      platform: this.platform,
      stdout: this.stdout,
      stderr: this.stderr,
      files: { ...realFiles, ...this.files },
      now: () => this.time,
      homeDirectory: this.homeDirectory,
      sleep: async (milliseconds) => { this.time += milliseconds; },
    };
  }

  /** What the secret holds, for the one who asks for it by that id. */
  public holds(auths: Record<string, string>, expiresAt: number | Record<string, number> = NOW + 9 * HOUR, secretId: string = SECRET): void {
    const { value, versionId } = version(auths, expiresAt);
    this.holdsText(value, versionId, secretId);
  }

  public holdsText(value: string, versionId = 'b7e3b1a2-6f43-4d55-9b8a-0f6c0b8d1c2e', secretId: string = SECRET): void {
    this.secretsManager.on(GetSecretValueCommand, { SecretId: secretId })
      .resolves({ ARN: SECRET_ARN, SecretString: value, VersionId: versionId, CreatedDate: new Date(NOW - 3 * HOUR) });
  }

  /** Runs a command as the shell does; gives the exit code, and what it wrote since. */
  public async run(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    this.stdout.text = this.stderr.text = '';
    const exitCode = await run(args, this.io);
    return { exitCode, stdout: this.stdout.text, stderr: this.stderr.text };
  }

  public clear(): void {
    this.secretsManager.restore();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
