import { checkJsonKey, secretRef } from './secret-ref';
import { checkCertificateAuthority, checkUrl } from './server';
import type { TargetDefinition } from './target-definition';
import { UUID, VARIABLE_NAME } from './variable-name';
import type { CircleciContextOptions, CircleciProjectOptions, CircleciTargetOptions } from '../../targets/circleci';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

const SLUG: Format = {
  pattern: /^(gh|github|bb|bitbucket|gl|gitlab|circleci)\/[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/,
  allowed: 'the slug of a project',
  fix: 'write it such as \'gh/myuser/myapp\', or copy it from the project\'s settings',
};

/** The target of `Target.circleciContext()`. */
export function circleciContext(options: CircleciContextOptions): TargetDefinition {
  return circleci(options, 'circleci-context', { contextId: options.contextId }, UUID);
}

/** The target of `Target.circleciProject()`. */
export function circleciProject(options: CircleciProjectOptions): TargetDefinition {
  return circleci(options, 'circleci-project', { projectSlug: options.projectSlug }, SLUG);
}

function circleci(options: CircleciTargetOptions, kind: string, place: Record<string, string>, format: Format): TargetDefinition {
  const { variableName = 'DOCKER_AUTH_CONFIG', url, value = TargetValue.configJson(), certificateAuthority } = options;
  return {
    check: (problems, at) => {
      for (const [name, text] of Object.entries(place)) checkFormat(problems, `${at}.${name}`, text, format);
      checkFormat(problems, `${at}.variableName`, variableName, VARIABLE_NAME);
      checkJsonKey(problems, `${at}.tokenKey`, options.tokenKey);
      checkUrl(problems, `${at}.url`, url);
      checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind,
      where: { ...url === undefined ? {} : { url }, ...place, variableName },
      settings: {
        token: secretRef(options.token, options.tokenKey, publisher),
        ...certificateAuthority === undefined ? {} : { certificateAuthority },
      },
      value,
      removal: options.removal,
    }),
  };
}
