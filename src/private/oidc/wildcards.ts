import { Token } from 'aws-cdk-lib';

/** Whether the value is a pattern; what a token becomes at deploy is taken as it is. */
export function hasWildcard(value: string): boolean {
  return !Token.isUnresolved(value) && /[*?]/.test(value);
}

/** Whether the pattern takes this text, by IAM's rules of StringLike. */
export function isLike(pattern: string, text: string): boolean {
  const expression = pattern.split('').map((character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : character.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  }).join('');
  return new RegExp(`^${expression}$`, 's').test(text);
}
