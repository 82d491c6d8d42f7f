import type { Problems } from '../validation';

const ALLOWED = 'a name that git takes, in which * and ? are wildcards';

/**
 * Adds a problem unless the name could be one of a branch or tag; `*` and `?` are in no such name, so they are wildcards.
 *
 * @see https://git-scm.com/docs/git-check-ref-format
 */
export function checkRefName(problems: Problems, property: string, name: string): void {
  problems.unless(property, name, (text) => !text.startsWith('refs/'), `${ALLOWED}, without refs/heads/ or refs/tags/`,
    'leave the prefix out, it is added');
  problems.unless(property, name, isRefName, ALLOWED, 'write it such as \'main\', \'release/*\' or \'v1.2.3\'');
}

function isRefName(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (name === '' || name === '@' || name.startsWith('-') || name.endsWith('.') || /[\x00-\x20\x7f~^:[\\]|\.\.|@\{/.test(name)) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}
