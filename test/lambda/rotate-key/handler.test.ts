import { HOUR, Model, USER } from './model';
import { createHandler } from '../../../lambda/rotate-key/handler';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf';
const CONTEXT = { functionName: 'Rotate' };

let model: Model;
let lines: string[];
let answers: string[];
beforeEach(() => {
  model = new Model();
  lines = [];
  answers = [];
});

const handler = createHandler({
  rotationPorts: () => model.ports(),
  secretArn: () => SECRET,
  respond: async (_url, body) => void answers.push(body),
  write: (line) => void lines.push(line),
});
const step = (Step: string, more: object = {}) => handler({ Step, SecretId: SECRET, ClientRequestToken: 'new', ...more }, CONTEXT);

test('takes the steps of Secrets Manager, and logs no credential', async () => {
  model.givenKey(HOUR, 'old');
  model.startRotation('new');
  const key = () => [...model.keys.values()].find(({ id }) => id !== model.current?.id);
  for (const [name, proved] of [['createSecret', undefined], ['setSecret', undefined], ['testSecret', true]] as const) {
    expect(await step(name)).toBeUndefined();
    expect(key()!.proved).toBe(proved);
    expect(model.labelled('AWSCURRENT')).toBe('old');
  }
  expect(await step('finishSecret')).toBeUndefined();
  expect(model.labelled('AWSCURRENT')).toBe('new');
  expect(lines.map((line) => JSON.parse(line))).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'].map((message) => ({ level: 'INFO', message, versionId: 'new' })));
  for (const { secret } of model.keys.values()) expect(lines.join()).not.toContain(secret);
});

test('fails the invocation of a step that cannot be done, and logs why', async () => {
  model.givenKey(HOUR, 'old');
  const theirs = model.createForeign()!;
  model.startRotation('new');
  await expect(step('createSecret')).rejects.toThrow(`did not make ${theirs.id}`);
  expect(JSON.parse(lines[0])).toEqual({ level: 'ERROR', message: 'failed', cause: expect.stringContaining('ForeignKeyError: no new key can be made') });
});

test('rotates no other secret', async () => {
  await expect(step('createSecret', { SecretId: 'arn:other' })).rejects.toThrow(`this function rotates ${SECRET} and not arn:other`);
});

test('retires keys, and reports the age of the one in use', async () => {
  model.givenKey(HOUR, 'old');
  expect(await handler({ retire: true }, CONTEXT)).toEqual({ deactivated: [], deleted: [], keyAgeSeconds: 3600 });
  expect(JSON.parse(lines[0])).toEqual({ level: 'INFO', message: 'retired', deactivated: [], deleted: [], keyAgeSeconds: 3600 });
  expect(JSON.parse(lines[1])).toEqual({
    _aws: {
      Timestamp: model.time,
      CloudWatchMetrics: [{ Namespace: 'CdkEcrCi', Dimensions: [['FunctionName']], Metrics: [{ Name: 'KeyAgeSeconds', Unit: 'Seconds' }] }],
    },
    FunctionName: 'Rotate',
    KeyAgeSeconds: 3600,
  });
});

test('reports no age while the secret holds no working key', async () => {
  await expect(handler({ retire: true }, CONTEXT)).rejects.toThrow('the secret holds no key');
  expect(lines.join()).not.toContain('_aws');
});

test('serves CloudFormation, and reports the age of the first key', async () => {
  const event = { RequestType: 'Create', RequestId: 'request', ResponseURL: 'x', LogicalResourceId: 'FirstKey', ResourceProperties: { userName: USER.name } };
  expect(await handler(event, CONTEXT)).toBeUndefined();
  expect(JSON.parse(answers[0])).toMatchObject({ Status: 'SUCCESS' });
  expect(JSON.parse(lines[0])).toMatchObject({ FunctionName: 'Rotate', KeyAgeSeconds: 0 });
  model.deleting = true;
  await handler({ ...event, RequestType: 'Delete', PhysicalResourceId: USER.name }, CONTEXT);
  expect(lines).toHaveLength(1);
});

test.each([undefined, null, {}, { retire: 'yes' }, { Step: 'otherStep', SecretId: SECRET, ClientRequestToken: 'new' }, { Step: 'createSecret', SecretId: SECRET },
  { Step: 'createSecret', ClientRequestToken: 'new' }])('refuses what is no request: %j', async (payload) => {
  await expect(handler(payload, CONTEXT)).rejects.toThrow('the payload is neither a step of a rotation nor {"retire":true}; rotate with "aws secretsmanager rotate-secret"');
});
