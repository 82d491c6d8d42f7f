import { checkJsonKey, secretRef } from './secret-ref';
import type { TargetDefinition } from './target-definition';
import { UUID } from './variable-name';
import type { BuildkiteSecretOptions } from '../../targets/buildkite-secret';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

const SLUG: Format = {
  pattern: /^[a-z0-9-]+$/,
  allowed: 'the slug of an organization',
  fix: 'copy it from the URL of its page',
};

/** @see https://buildkite.com/docs/pipelines/security/secrets/buildkite-secrets */
const KEY: Format = {
  pattern: /^(?!buildkite|bk)[A-Za-z][A-Za-z0-9_]{0,254}$/i,
  allowed: 'at most 255 letters, digits and _, beginning with a letter and not with buildkite or bk',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which Docker reads',
};

/** @see https://buildkite.com/docs/pipelines/security/secrets/buildkite-secrets/access-policies */
const POLICY: Format = {
  pattern: /^ *- +\S/m,
  allowed: 'a list of rules in YAML, each beginning with -',
  fix: 'write it such as \'- pipeline_slug: myapp\', or leave it out for all pipelines of the cluster',
};

/** The target of `Target.buildkiteSecret()`. */
export function buildkiteSecret(options: BuildkiteSecretOptions): TargetDefinition {
  const { organization, clusterId, key = 'DOCKER_AUTH_CONFIG', policy, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      checkFormat(problems, `${at}.organization`, organization, SLUG);
      checkFormat(problems, `${at}.clusterId`, clusterId, UUID);
      checkFormat(problems, `${at}.key`, key, KEY);
      checkFormat(problems, `${at}.policy`, policy, POLICY);
      checkJsonKey(problems, `${at}.tokenKey`, options.tokenKey);
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'buildkite-secret',
      where: { organization, clusterId, key },
      settings: { token: secretRef(options.token, options.tokenKey, publisher), ...policy === undefined ? {} : { policy } },
      value,
      removal: options.removal,
    }),
  };
}
