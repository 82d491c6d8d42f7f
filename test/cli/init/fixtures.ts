import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { CiFiles, CiSetup } from '../../../cli/init';

export const REGISTRY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
export const ROLE_ARN = 'arn:aws:iam::111122223333:role/Ci';
export const KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Stack-AccessKey-a1B2c3';
export const DOCKERCFG_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Stack-Dockercfg-a1B2c3';

/** Outputs as CloudFormation names them. */
export const OUTPUTS = {
  CiRegistryUrl9C54A1B0: `https://${REGISTRY}`,
  CiRepositoryUrismyusermyapp2366018F: `${REGISTRY}/myuser/myapp`,
};
export const CACHE_OUTPUT = { CiBuildCacheUrismyusermyappC43414DD: `${REGISTRY}/myuser/myapp-cache` };
export const KEY_OUTPUT = { CiAccessKeySecretArnDD0FF5F4: KEY_ARN };
export const ROLE_OUTPUT = { CiRoleArn1A2B3C4D: ROLE_ARN };
export const DOCKERCFG_OUTPUT = { CiDockerConfigSecretArn1860559C: DOCKERCFG_ARN };

export const SETUP: Omit<CiSetup, 'access'> = { region: 'eu-west-1', registry: REGISTRY, image: `${REGISTRY}/myuser/myapp` };

/** A stack with each kind of access, and with a build cache or without. */
export const SETUPS: Record<string, CiSetup> = {
  'a role': { ...SETUP, access: { kind: 'role', roleArn: ROLE_ARN } },
  'a role and a build cache': { ...SETUP, buildCache: `${SETUP.image}-cache`, access: { kind: 'role', roleArn: ROLE_ARN } },
  'a key': { ...SETUP, access: { kind: 'key', accessKeySecretArn: KEY_ARN } },
  'a key and a build cache': { ...SETUP, buildCache: `${SETUP.image}-cache`, access: { kind: 'key', accessKeySecretArn: KEY_ARN } },
  'a dockercfg': { ...SETUP, access: { kind: 'dockercfg', dockerConfigSecretArn: DOCKERCFG_ARN } },
  'a dockercfg and a build cache': {
    ...SETUP, buildCache: `${SETUP.image}-cache`, access: { kind: 'dockercfg', dockerConfigSecretArn: DOCKERCFG_ARN },
  },
};

/** Files in a new folder each, and how to remove them. */
export function written(...all: CiFiles[]): { files: string[]; remove: () => void } {
  const root = mkdtempSync(path.join(tmpdir(), 'ci-'));
  const files = all.flatMap((ci, index) => ci.files.map(({ path: name, content }) => {
    const file = path.join(root, String(index), name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }));
  return { files, remove: () => rmSync(root, { recursive: true }) };
}
