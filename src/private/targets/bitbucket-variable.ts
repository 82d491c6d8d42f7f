import type { TargetDefinition } from './target-definition';
import { VARIABLE_NAME } from './variable-name';
import type { BitbucketVariableOptions } from '../../targets/bitbucket-variable';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, type Format } from '../formats';

/** @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/ */
const WORKSPACE: Format = {
  pattern: /^((?!\.{1,2}$)[A-Za-z0-9_.-]+|\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i,
  allowed: 'the id of a workspace as it is in the URL of its page, or its UUID in braces',
  fix: 'write it such as \'myworkspace\', without a slash',
};

const REPOSITORY: Format = {
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9_.-]+$/,
  allowed: 'the name of a repository as it is in the URL of its page',
  fix: 'write it such as \'myapp\', without the workspace and a slash',
};

const BRACED_UUID: Format = {
  pattern: /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i,
  allowed: 'a UUID in braces',
  fix: 'take it from Bitbucket\'s API, which lists the environments of the repository',
};

/** The target of `Target.bitbucketVariable()`. */
export function bitbucketVariable(options: BitbucketVariableOptions): TargetDefinition {
  const { workspace, repository, environment, key = 'DOCKER_AUTH_CONFIG', auth, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      checkFormat(problems, `${at}.workspace`, workspace, WORKSPACE);
      checkFormat(problems, `${at}.repository`, repository, REPOSITORY);
      checkFormat(problems, `${at}.environment`, environment, BRACED_UUID);
      if (environment !== undefined && repository === undefined) {
        problems.add(`${at}.repository`, undefined, 'given with \'environment\'', 'name the repository, or leave out the environment');
      }
      checkFormat(problems, `${at}.key`, key, VARIABLE_NAME);
      auth._check(problems, `${at}.auth`);
      value._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'bitbucket-variable',
      where: { workspace, ...repository === undefined ? {} : { repository }, ...environment === undefined ? {} : { environment }, key },
      settings: auth._bind(publisher) as Record<string, unknown>,
      value,
      removal: options.removal,
    }),
  };
}
