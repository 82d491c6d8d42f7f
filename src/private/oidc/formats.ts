import { checkFormat } from '../formats';
import type { Format } from '../formats';
import type { Problems } from '../validation';

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const ROLE_NAME: Format = {
  pattern: /^[\w+=,.@-]{1,64}$/,
  allowed: '1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -',
  fix: 'choose another name, or leave it out for a generated one',
};

/**
 * What IAM takes for the URL of a provider: no port, no query, no slash at the end.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
export const ISSUER: Format = {
  pattern: /^(?=.{1,255}$)https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(\/[A-Za-z0-9._~%-]+)*$/,
  allowed: 'a URL of at most 255 characters that begins with https:// and a host in lower case, without port, query and slash at the end',
  fix: 'take the \'issuer\' of the CI\'s /.well-known/openid-configuration',
};

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html */
export const AUDIENCE: Format = {
  pattern: /^[^*\s]{1,255}$/,
  allowed: '1 to 255 characters without * and white space',
  fix: 'name the audience that the CI asks its token for',
};

export const THUMBPRINT: Format = {
  pattern: /^[0-9a-fA-F]{40}$/,
  allowed: '40 hexadecimal digits',
  fix: 'leave it out, IAM finds it out',
};

export const UUID: Format = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  allowed: 'a UUID in lower case, without braces',
  fix: 'write it such as \'12345678-90ab-cdef-1234-567890abcdef\'',
};

export const UUID_IN_BRACES: Format = {
  pattern: /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/,
  allowed: 'a UUID in lower case, in braces',
  fix: 'write it such as \'{12345678-90ab-cdef-1234-567890abcdef}\'',
};

export const AZURE_DEVOPS_ORGANIZATION: Format = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/,
  allowed: 'the name of an organization: 1 to 50 letters, digits and inner -, without wildcards',
  fix: 'take it from https://dev.azure.com/ORGANIZATION',
};

export const AZURE_DEVOPS_PROJECT: Format = {
  pattern: /^[^\\/:*?"'<>;#$*{},+=[\]|\x00-\x1f]{1,64}$/,
  allowed: 'the name of a project: 1 to 64 characters without \\ / : * ? " \' < > ; # $ { } , + = [ ] |',
  fix: 'take it from https://dev.azure.com/ORGANIZATION/PROJECT',
};

/** A repository as CircleCI writes it. */
export const VCS_REPOSITORY: Format = {
  pattern: /^[a-z0-9.-]+(\/[A-Za-z0-9._-]+){2,}$/,
  allowed: 'HOST/OWNER/REPOSITORY, without https:// and wildcards',
  fix: 'write it such as \'github.com/myuser/myapp\'',
};

/** A repository as Codefresh writes it. */
export const REPOSITORY_URL: Format = {
  pattern: /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._-]+){2,}$/,
  allowed: 'the https:// URL of a repository, without wildcards',
  fix: 'write it such as \'https://github.com/myuser/myapp\'',
};

/** @see https://buildkite.com/docs/pipelines/configure/step-types/command-step */
export const STEP_KEY: Format = {
  pattern: /^[A-Za-z0-9_:-]+$/,
  allowed: 'the key of a step: letters, digits, _, - and :',
  fix: 'write the step\'s key, or leave it out for every step',
};

export const WORKSPACE_PATTERN: Format = {
  pattern: /^[A-Za-z0-9_*?-]{1,90}$/,
  allowed: 'the name of a workspace: 1 to 90 letters, digits, _ and -, in which * and ? are wildcards',
  fix: 'write it such as \'myapp-production\'',
};

export const SERVICE_CONNECTION: Format = {
  pattern: /^[^/\x00-\x1f]{1,255}$/,
  allowed: 'the name of a service connection: 1 to 255 characters without /, in which * and ? are wildcards',
  fix: 'write the connection alone, without organization and project',
};

export const JENKINS_JOB: Format = {
  pattern: /^[A-Za-z0-9._ -]+(\/[A-Za-z0-9._ -]+)*$/,
  allowed: 'the path of a job: letters, digits, ., _, - and spaces between slashes, without wildcards',
  fix: 'write it such as \'team/myapp\', or the whole URL with JenkinsSubject.custom()',
};

/** What Jenkins encodes in another way than the slash. */
export const JENKINS_BRANCH: Format = {
  pattern: /^[A-Za-z0-9._/*?-]+$/,
  allowed: 'letters, digits, ., _, -, / and the wildcards * and ?',
  fix: 'write the whole URL with JenkinsSubject.custom()',
};

export const NUMERIC_ID: Format = {
  pattern: /^\d+$/,
  allowed: 'an id of digits only',
  fix: 'write the number as a string; no wildcard may stand for it',
};

/** A name, path or id that IAM compares as it is: nothing that means a pattern or a variable to it. */
export const EXACT_VALUE: Format = {
  pattern: /^[\x20-\xff]+$/,
  allowed: 'a text of the characters U+0020 to U+00FF',
  fix: 'IAM takes no others',
};

/** Adds a problem for each claim whose values are not all of the format. */
export function checkClaim(problems: Problems, claim: string, values: string[] | undefined, format: Format): void {
  values?.forEach((value, index) => checkFormat(problems, `trust.claims.${claim}[${index}]`, value, format));
}
