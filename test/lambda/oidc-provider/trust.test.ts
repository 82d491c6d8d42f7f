import { ARN } from './fixtures';
import { mayUse } from '../../../lambda/oidc-provider/trust';

const KEY = 'issuer.example/path:aud';

function policy(change: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', ...change }] });
}

test.each<[string, boolean, object]>([
  ['the provider', true, { Principal: { Federated: ARN } }],
  ['the provider among others', true, { Principal: { Federated: ['arn:other', ARN] } }],
  ['any provider', true, { Principal: { Federated: '*' } }],
  ['everybody', true, { Principal: '*' }],
  ['another provider', false, { Principal: { Federated: `${ARN}2` } }],
  ['a service', false, { Principal: { Service: 'lambda.amazonaws.com' } }],
  ['every account', true, { Principal: { AWS: '*' } }],
  ['all but some', true, { NotPrincipal: { Federated: 'arn:other' } }],
  ['the provider, denied', false, { Effect: 'Deny', Principal: { Federated: ARN } }],
])('a role that trusts %s: %s', (_whom, expected, statement) => {
  expect(mayUse(policy(statement), ARN)).toBe(expected);
  expect(mayUse(policy(statement), ARN, 'ours')).toBe(expected);
});

test.each<[string, boolean, object]>([
  ['the audience', true, { StringEquals: { [KEY]: 'ours' } }],
  ['the audience among others', true, { StringEquals: { [KEY]: ['theirs', 'ours'] } }],
  ['another audience', false, { StringEquals: { [KEY]: 'theirs' } }],
  ['another audience, in another spelling of the key', false, { StringEquals: { 'ISSUER.example/path:AUD': ['theirs'] } }],
  ['any audience', true, { StringEquals: { 'issuer.example/path:sub': 'x' } }],
  ['what is not understood', true, { StringLike: { [KEY]: 'theirs*' } }],
  ['what is not there', true, { StringEqualsIfExists: { [KEY]: 'theirs' } }],
])('a role that takes %s: %s', (_what, expected, condition) => {
  const text = policy({ Principal: { Federated: ARN }, Condition: condition });
  expect(mayUse(text, ARN, 'ours')).toBe(expected);
  expect(mayUse(text, ARN)).toBe(true);
});

test('each statement counts, and a policy may hold one that is in no list', () => {
  const statements = [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    { Effect: 'Allow', Principal: { Federated: ARN } },
  ];
  expect(mayUse(JSON.stringify({ Statement: statements }), ARN)).toBe(true);
  expect(mayUse(JSON.stringify({ Statement: statements[0] }), ARN)).toBe(false);
  expect(mayUse(JSON.stringify({ Statement: statements[1] }), ARN)).toBe(true);
});
