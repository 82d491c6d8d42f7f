import { ACCOUNT, HOME, HOST, OTHER_REGISTRY, REGISTRY, requestFor } from './fixtures';
import { planOf } from '../../../lambda/refresh/plan';
import type { EcrHostKind, EcrRequest } from '../../../src/private/contract';

const ROLE = 'arn:aws:iam::444455556666:role/path/tokens';
const EVERY_HOST: EcrHostKind[] = ['standard', 'fips', 'dual-stack', 'dual-stack-fips'];
const plan = (registry: EcrRequest, urlSuffix = 'amazonaws.com') => planOf({ registries: [registry], urlSuffix }, HOME);

test.each<[string, string, string[]]>([
  ['amazonaws.com', 'eu-west-1', ['dkr.ecr.eu-west-1.amazonaws.com', 'dkr.ecr-fips.eu-west-1.amazonaws.com', 'dkr-ecr.eu-west-1.on.aws', 'dkr-ecr-fips.eu-west-1.on.aws']],
  ['amazonaws.com', 'us-gov-west-1', ['dkr.ecr.us-gov-west-1.amazonaws.com', 'dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'dkr-ecr.us-gov-west-1.on.aws', 'dkr-ecr-fips.us-gov-west-1.on.aws']],
  ['amazonaws.com.cn', 'cn-north-1', ['dkr.ecr.cn-north-1.amazonaws.com.cn', 'dkr.ecr-fips.cn-north-1.amazonaws.com.cn', 'dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', 'dkr-ecr-fips.cn-north-1.on.amazonwebservices.com.cn']],
])('hosts in %s, %s', (urlSuffix, region, hosts) => {
  expect(plan({ ...REGISTRY, region, hosts: EVERY_HOST }, urlSuffix)).toEqual([{
    name: `${ACCOUNT}.${hosts[0]}`,
    hosts: hosts.map((host) => `${ACCOUNT}.${host}`),
    source: { kind: 'ecr', region, endpoint: `${ACCOUNT}.dkr.ecr.${region}.${urlSuffix}` },
  }]);
});

test.each([
  ['amazonaws.eu', 'eusc-de-east-1'], ['c2s.ic.gov', 'us-iso-east-1'], ['sc2s.sgov.gov', 'us-isob-east-1'], ['cloud.adc-e.uk', 'eu-isoe-west-1'],
  ['csp.hci.ic.gov', 'us-isof-south-1'],
])('in %s there is a standard host, and a dual-stack one fails', (urlSuffix, region) => {
  expect(plan({ ...REGISTRY, region }, urlSuffix)).toMatchObject([{ hosts: [`${ACCOUNT}.dkr.ecr.${region}.${urlSuffix}`] }]);
  for (const kind of ['dual-stack', 'dual-stack-fips'] as const) {
    const [{ source, error }] = plan({ ...REGISTRY, region, hosts: ['standard', kind] }, urlSuffix);
    expect(source).toBeUndefined();
    expect(error).toMatchObject({ name: 'ConfigurationError', message: `ECR has no host of the kind '${kind}' in ${urlSuffix}` });
  }
});

test('registries of a region and a role share a source, those of others do not', () => {
  const sources = planOf(requestFor(
    { ...REGISTRY, accounts: [ACCOUNT, '444455556666'] }, { ...REGISTRY, accounts: ['777788889999'], hosts: ['fips'] },
    OTHER_REGISTRY, { ...REGISTRY, accounts: ['999999999999'], roleArn: ROLE },
  ), HOME).map(({ source }) => source);
  expect(sources[1]).toBe(sources[0]);
  expect(sources[2]).toBe(sources[0]);
  expect(new Set(sources).size).toBe(3);
});

test('the host in ECR\'s answer is that of the account that asks: the refresher\'s own, or that of the role', () => {
  expect(plan({ ...REGISTRY, accounts: ['999999999999'] })).toMatchObject([{ source: { endpoint: HOST } }]);
  expect(plan({ ...REGISTRY, roleArn: ROLE })).toMatchObject([{ source: { roleArn: ROLE, endpoint: '444455556666.dkr.ecr.eu-west-1.amazonaws.com' } }]);
});

test.each(['role', 'arn:aws:iam::444455556666:user/me', 'arn:aws:iam::4444:role/x'])('fails for the role %s', (roleArn) => {
  expect(plan({ ...REGISTRY, roleArn })).toMatchObject([{ name: HOST, hosts: [HOST], error: { message: `'${roleArn}' is no ARN of a role` } }]);
});

test.each(['1', '01112222333', '1111222233334', '11112222333x'])('fails for the account %s', (account) => {
  expect(plan({ ...REGISTRY, accounts: [account, ACCOUNT] })).toMatchObject([
    { error: { message: `'${account}' is no account id of 12 digits` } }, { name: HOST },
  ]);
});

test('the same registry twice is one', () => {
  expect(planOf(requestFor(REGISTRY, { ...REGISTRY, hosts: ['standard', 'fips'] }, REGISTRY), HOME).map(({ hosts }) => hosts)).toEqual([
    [HOST], ['111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com'],
  ]);
});

test('another registry with the same host fails, and the first is used', () => {
  expect(planOf(requestFor(REGISTRY, { ...REGISTRY, roleArn: ROLE }), HOME)).toMatchObject([
    { name: HOST, hosts: [HOST] },
    { name: HOST, hosts: [], error: { message: `${HOST} is a host of another registry too, which is used` } },
  ]);
});

test('ECR Public fails outside of the partition aws', () => {
  const request = requestFor({ kind: 'ecr-public', hosts: ['standard', 'dual-stack'] }, REGISTRY);
  expect(planOf(request, HOME)[0]).toEqual({ name: 'public.ecr.aws', hosts: ['public.ecr.aws', 'ecr-public.aws.com'], source: { kind: 'ecr-public' } });
  expect(planOf(request, { ...HOME, partition: 'aws-us-gov' })).toMatchObject([
    { name: 'public.ecr.aws', error: { message: 'ECR Public is in the partition aws only, and not in aws-us-gov' } }, { name: HOST },
  ]);
});

const LOGIN = { kind: 'login' as const, secretArn: 'arn:login', usernameKey: 'u', passwordKey: 'p' };

test.each([
  ['ghcr.io', 'ghcr.io'], ['docker.io', 'https://index.docker.io/v1/'], ['index.docker.io', 'https://index.docker.io/v1/'],
  ['registry-1.docker.io', 'https://index.docker.io/v1/'],
])('the login of %s has the key %s', (host, key) => {
  expect(planOf(requestFor({ ...LOGIN, host }), HOME)).toEqual([{ name: host, hosts: [key], source: LOGIN }]);
});

test.each([HOST, '111122223333.dkr-ecr-fips.us-east-1.on.aws', 'public.ecr.aws', 'ecr-public.aws.com'])('a login for %s fails', (host) => {
  expect(planOf(requestFor({ ...LOGIN, host }, REGISTRY), HOME)).toMatchObject([
    { name: host, hosts: [], error: { message: `${host} is a host of ECR, whose logins expire: no secret has them` } }, { name: HOST, hosts: [HOST] },
  ]);
});
