import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createHandler } from './handler';
import { SecretsManagerKeySecret } from './key-secret';
import type { KeyPair } from './ports';
import { IamUserKeys } from './user-keys';
import { KeyRotationEnvironment } from '../../src/private/key-rotation-contract';
import { requireEnvironment } from '../shared/environment';
import { writeToStdout } from '../shared/log';
import { respond } from '../shared/respond';

// Kept between the invocations of a warm Lambda.
const sdk = { requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };
const iam = new IAMClient({ ...sdk, maxAttempts: 4 });
const iamOnce = new IAMClient({ ...sdk, maxAttempts: 1 });
const secretsManager = new SecretsManagerClient({ ...sdk, maxAttempts: 4 });

const variable = (name: KeyRotationEnvironment): string => requireEnvironment(process.env, name);

/** Asks with the key itself, which needs no right. */
async function whoIs({ id, secret }: KeyPair): Promise<string> {
  const sts = new STSClient({ ...sdk, maxAttempts: 1, credentials: { accessKeyId: id, secretAccessKey: secret } });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '';
  } finally {
    sts.destroy();
  }
}

export const handler = createHandler({
  rotationPorts: () => {
    const name = variable(KeyRotationEnvironment.USER_NAME);
    return {
      keys: new IamUserKeys(iam, iamOnce, name),
      secret: new SecretsManagerKeySecret(secretsManager, variable(KeyRotationEnvironment.SECRET_ARN)),
      whoIs,
      user: { name, arn: variable(KeyRotationEnvironment.USER_ARN) },
      graceMs: Number(variable(KeyRotationEnvironment.GRACE_SECONDS)) * 1000,
      newName: randomUUID,
      now: Date.now,
      sleep: (milliseconds) => sleep(milliseconds),
    };
  },
  secretArn: () => variable(KeyRotationEnvironment.SECRET_ARN),
  respond,
  write: writeToStdout,
});
