/* eslint-disable @typescript-eslint/no-require-imports -- loaded when they are needed */
import { fromEnv } from '@aws-sdk/credential-provider-env';
import type { defaultProvider as chain } from '@aws-sdk/credential-provider-node';

type Init = Parameters<typeof chain>[0];
type Provider = ReturnType<typeof chain>;

/**
 * Stands for the function of that name of `@aws-sdk/credential-provider-node` in the bundles: the same chain, which is
 * loaded only if its first link, the environment, has no keys. It is half of a client's code.
 */
export function defaultProvider(init: Init = {}): Provider {
  return async (options) => {
    const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    // A profile goes before the keys.
    if (!init.profile && !AWS_PROFILE && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) return fromEnv()();
    const { defaultProvider: whole } = require('../credentials') as typeof import('../credentials');
    return whole(init)(options);
  };
}
