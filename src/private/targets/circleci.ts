import { checkJsonKey, secretRef } from './secret-ref';
import { checkCertificateAuthority, checkUrl } from './server';
import type { TargetDefinition } from './target-definition';
import { UUID } from './variable-name';
import type { CircleciContextOptions, CircleciProjectOptions, CircleciTargetOptions } from '../../targets/circleci';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

/** @see https://circleci.com/docs/api-developers-guide/#getting-started-with-the-api */
const SLUG: Format = {
  pattern: /^((gh|github|bb|bitbucket)(\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.-]+){2}|circleci(\/[A-Za-z0-9-]+){2})$/,
  allowed: 'the slug of a project: gh/… or bb/… with two names, or circleci/… with two ids for GitLab, the GitHub App and others',
  fix: 'copy it from the project\'s settings; it is such as \'gh/myuser/myapp\'',
};

/** @see https://circleci.com/docs/contexts/ */
const NAME: Format = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]{0,299}$/,
  allowed: 'the name of a variable: at most 300 letters, digits and _, not beginning with a digit',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which Docker reads',
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
      checkFormat(problems, `${at}.variableName`, variableName, NAME);
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
