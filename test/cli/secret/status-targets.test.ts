import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { target } from '../../lambda/publish/world';
import { authOf, awsError, Desk, HOST, HOUR, NOW, SECRET } from '../fixtures';

const dynamoDb = mockClient(DynamoDBClient);
let desk: Desk;
beforeEach(() => {
  dynamoDb.reset();
  desk = new Desk();
  desk.holds({ [HOST]: authOf('p') });
  desk.secretsManager.on(DescribeSecretCommand).resolves({ Tags: [{ Key: 'team', Value: 'ours' }, { Key: 'cdk-ecr-ci:targets-table', Value: 'my-table' }] });
});
afterEach(() => desk.clear());

const item = (place: string, state: Record<string, number | string> = {}) => ({
  spec: { S: JSON.stringify(target(place)) },
  ...Object.fromEntries(Object.entries(state).map(([name, value]) => [name, typeof value === 'string' ? { S: value } : { N: String(value) }])),
});
const holds = (...items: object[]) => dynamoDb.on(QueryCommand, { TableName: 'my-table' }).resolves({ Items: items as never });

test('shows what is left of each copy, why the last attempt failed, and which token ends soon', async () => {
  holds(
    item('b', { expiresAt: NOW + 9 * HOUR, publishedAt: NOW - HOUR }),
    item('a', { expiresAt: NOW + 2 * HOUR, failedAt: NOW, failure: 'VendorError: GitLab answered 401', tokenExpiresAt: NOW + 100 * HOUR }),
    item('d', { expiresAt: Number.MAX_SAFE_INTEGER, tokenExpiresAt: NOW + 1000 * HOUR }),
  );
  const { exitCode, stdout, stderr } = await desk.run('status', SECRET);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  expect(stdout.split('\n').slice(-7)).toEqual([
    'TARGETS',
    '[####----------------]  2 h  fake place=a',
    '  VendorError: GitLab answered 401',
    '  its token expires on 2026-01-05T04:00:00Z',
    '[###############-----]  9 h  fake place=b',
    '[####################]  no end  fake place=d',
    '',
  ]);
});

test('a copy that is missing or has expired counts like a registry\'s', async () => {
  holds(item('never'), item('old', { expiresAt: NOW - HOUR }));
  const { exitCode, stdout } = await desk.run('status', SECRET);
  expect(exitCode).toBe(2);
  expect(stdout).toContain('[--------------------]  never published  fake place=never\n[--------------------]  expired 1 h ago  fake place=old\n');
});

test('writes JSON for programs', async () => {
  holds(item('b', { expiresAt: NOW + 9 * HOUR, publishedAt: NOW - HOUR, tokenExpiresAt: NOW + 100 * HOUR }), item('a', { failure: 'why' }));
  const { exitCode, stdout } = await desk.run('status', SECRET, '--json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    state: 'expired',
    targets: [
      { target: 'fake place=a', state: 'missing', failure: 'why' },
      { target: 'fake place=b', state: 'fresh', expiresAt: '2026-01-01T09:00:00Z', publishedAt: '2025-12-31T23:00:00Z', tokenExpiresAt: '2026-01-05T04:00:00Z' },
    ],
  });
});

test('asks in the region of the secret, unless another is named', async () => {
  holds();
  await desk.run('status', SECRET);
  await desk.run('status', SECRET, '--region', 'us-east-2');
  const regions = dynamoDb.calls().map(({ thisValue }) => (thisValue as DynamoDBClient).config.region());
  expect(await Promise.all(regions)).toEqual(['eu-west-1', 'us-east-2']);
});

test('says that the targets may not be seen, and shows the rest', async () => {
  dynamoDb.on(QueryCommand).rejects(awsError('AccessDeniedException'));
  const { exitCode, stdout, stderr } = await desk.run('status', SECRET);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(HOST);
  expect(stdout).not.toContain('TARGETS');
  expect(stderr).toMatch(/^ecr-ci: the targets in the table my-table could not be seen: .*dynamodb:Query.*\n$/);
});

test('asks for nothing where there are no targets', async () => {
  desk.secretsManager.on(DescribeSecretCommand).resolves({ Tags: [] });
  await desk.run('status', SECRET);
  expect(dynamoDb.calls()).toEqual([]);
});
