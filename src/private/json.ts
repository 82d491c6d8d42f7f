import { Token, type Stack } from 'aws-cdk-lib';

/**
 * The JSON of a value, which may hold tokens.
 *
 * Without any it is plain text: `Stack.toJsonString` makes a token in every case, which is then rendered again each time
 * that the template is.
 */
export function toJson(stack: Stack, value: object): string {
  let hasToken = false;
  const text = JSON.stringify(value, (_key, item) => {
    hasToken ||= Token.isUnresolved(item);
    return item;
  });
  return hasToken ? stack.toJsonString(value) : text;
}
