import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { awsError, HOUR, MINUTE } from './fixtures';
import { Clients } from '../../../lambda/refresh/clients';
import { BadAnswerError } from '../../../lambda/refresh/errors';

const ROLE = 'arn:aws:iam::444455556666:role/tokens';
const sts = mockClient(STSClient);
let clients: Clients;
beforeEach(() => {
  process.env.AWS_REGION = 'eu-west-1';
  clients = new Clients('Refresher');
  sts.reset();
  answerWith({});
});
afterEach(() => { delete process.env.AWS_REGION; });
afterAll(() => sts.restore());

const ecr = (region: string, roleArn?: string) => clients.ecr(region, roleArn, AbortSignal.timeout(1000));

function answerWith(change: object, life = HOUR): void {
  sts.on(AssumeRoleCommand).callsFake(() => ({
    Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 'hidden', SessionToken: 'session', Expiration: new Date(Date.now() + life), ...change },
  }));
}

test('a client is kept for each region', async () => {
  const client = await ecr('eu-west-1');
  expect(await client.config.region()).toBe('eu-west-1');
  expect(await ecr('eu-west-1')).toBe(client);
  expect(await ecr('us-east-2')).not.toBe(client);
  expect(sts.calls()).toHaveLength(0);
});

test('ECR Public is asked in us-east-1, by one client', async () => {
  expect(await clients.ecrPublic().config.region()).toBe('us-east-1');
  expect(clients.ecrPublic()).toBe(clients.ecrPublic());
});

test('a role is assumed in the refresher\'s name, once for all regions and runs', async () => {
  const [one, two] = await Promise.all([ecr('eu-west-1', ROLE), ecr('us-east-2', ROLE)]);
  expect(await ecr('eu-west-1', ROLE)).toBe(one);
  expect(sts.commandCalls(AssumeRoleCommand).map((call) => call.args[0].input)).toEqual([{ RoleArn: ROLE, RoleSessionName: 'Refresher' }]);
  expect(await one.config.credentials()).toMatchObject({ accessKeyId: 'ASIA', secretAccessKey: 'hidden', sessionToken: 'session' });
  expect(await two.config.region()).toBe('us-east-2');
  expect(await ecr('eu-west-1')).not.toBe(one);
});

test('a session that is about to end is not used any more', async () => {
  answerWith({}, 10 * MINUTE);
  const one = await ecr('eu-west-1', ROLE);
  expect(await ecr('eu-west-1', ROLE)).not.toBe(one);
  expect(sts.calls()).toHaveLength(2);
});

test('a role that could not be assumed is tried again at the next run', async () => {
  sts.on(AssumeRoleCommand).rejectsOnce(awsError('AccessDenied'));
  await expect(ecr('eu-west-1', ROLE)).rejects.toThrow('not today');
  answerWith({});
  await expect(ecr('eu-west-1', ROLE)).resolves.toBeDefined();
});

test.each([{ AccessKeyId: undefined }, { SecretAccessKey: undefined }, { Expiration: undefined }])('refuses an answer with %j', async (change) => {
  answerWith(change);
  await expect(ecr('eu-west-1', ROLE)).rejects.toThrow(new BadAnswerError(`STS gave no credentials of ${ROLE}`));
});

test('refuses an answer without credentials', async () => {
  sts.on(AssumeRoleCommand).resolves({});
  await expect(ecr('eu-west-1', ROLE)).rejects.toThrow(BadAnswerError);
});
