import { checkJsonKey, secretRef } from './secret-ref';
import { checkCertificateAuthority, checkUrl } from './server';
import { checkExactlyOne, type TargetDefinition } from './target-definition';
import type { GitlabVariableOptions } from '../../targets/gitlab-variable';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

/** @see https://docs.gitlab.com/api/project_level_variables/ */
const VARIABLE_KEY: Format = {
  pattern: /^[A-Za-z0-9_]{1,255}$/,
  allowed: 'the name of a variable, 1 to 255 letters, digits and _',
  fix: 'leave it out for DOCKER_AUTH_CONFIG, which GitLab\'s runner reads',
};

/** An id, or a path without a slash at its ends. */
const PLACE: Format = {
  pattern: /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
  allowed: 'a numeric id, or a path without https:// and without a slash at its ends',
  fix: 'write it such as \'12345678\' or \'mygroup/myproject\'',
};

/** The target of `Target.gitlabVariable()`. */
export function gitlabVariable(options: GitlabVariableOptions): TargetDefinition {
  const { project, group, instance, key = 'DOCKER_AUTH_CONFIG', environmentScope, url, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      checkExactlyOne(problems, at, { project, group, instance: instance || undefined }, 'say whose variable it is');
      checkFormat(problems, `${at}.project`, project, PLACE);
      checkFormat(problems, `${at}.group`, group, PLACE);
      checkFormat(problems, `${at}.key`, key, VARIABLE_KEY);
      if (instance && environmentScope !== undefined) {
        problems.add(`${at}.environmentScope`, environmentScope, 'left out for an instance\'s variable, which has none', 'use the variable of a group');
      }
      problems.unless(`${at}.environmentScope`, environmentScope, (scope) => /^.{1,255}$/.test(scope), '1 to 255 characters', 'leave it out for every environment');
      checkJsonKey(problems, `${at}.tokenKey`, options.tokenKey);
      checkUrl(problems, `${at}.url`, url);
      checkCertificateAuthority(problems, `${at}.certificateAuthority`, options.certificateAuthority);
      if (instance && url === undefined) {
        problems.add(`${at}.url`, undefined, 'given for an instance\'s variable, which GitLab.com has not', 'name your GitLab, or use the variable of a group');
      }
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'gitlab-variable',
      where: {
        ...url === undefined ? {} : { url },
        ...instance ? { instance: 'true' } : project === undefined ? { group: group! } : { project },
        key,
        ...environmentScope === undefined ? {} : { environmentScope },
      },
      settings: {
        token: secretRef(options.token, options.tokenKey, publisher),
        protected: options.protected ?? false,
        masked: options.masked ?? true,
        ...options.certificateAuthority === undefined ? {} : { certificateAuthority: options.certificateAuthority },
      },
      value,
      removal: options.removal,
    }),
  };
}
