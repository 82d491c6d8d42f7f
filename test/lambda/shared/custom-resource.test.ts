import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { answer, isCustomResourceEvent, type Outcome } from '../../../lambda/shared/custom-resource';

const EVENT = {
  RequestType: 'Create',
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Logical',
} as CloudFormationCustomResourceEvent;

async function answered(event: CloudFormationCustomResourceEvent, outcome: Outcome): Promise<{ url: string; body: string }> {
  const answers: { url: string; body: string }[] = [];
  await answer(event, outcome, async (url, body) => void answers.push({ url, body }));
  expect(answers).toHaveLength(1);
  return answers[0];
}

test('knows an event of CloudFormation', () => {
  expect(isCustomResourceEvent(EVENT)).toBe(true);
  for (const other of [undefined, null, 'x', {}, { registries: [] }, { RequestType: 'Create' }, { ResponseURL: 'x' }]) {
    expect(isCustomResourceEvent(other)).toBe(false);
  }
});

test('tells CloudFormation that it is done', async () => {
  const { url, body } = await answered(EVENT, {});
  expect(url).toBe('https://cloudformation.example/answer');
  expect(JSON.parse(body)).toEqual({
    Status: 'SUCCESS', Reason: 'done', PhysicalResourceId: 'Logical', StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Logical',
  });
});

test('tells CloudFormation why it failed', async () => {
  expect(JSON.parse((await answered(EVENT, { failure: 'no such thing' })).body)).toMatchObject({ Status: 'FAILED', Reason: 'no such thing' });
});

test('keeps a physical id, and gives a new one where there is one', async () => {
  const update = { ...EVENT, RequestType: 'Update', PhysicalResourceId: 'first' } as unknown as CloudFormationCustomResourceEvent;
  expect(JSON.parse((await answered(update, {})).body).PhysicalResourceId).toBe('first');
  expect(JSON.parse((await answered(update, { physicalResourceId: 'second' })).body).PhysicalResourceId).toBe('second');
});

test('gives attributes', async () => {
  expect(JSON.parse((await answered(EVENT, { data: { Arn: 'arn' } })).body)).toMatchObject({ Status: 'SUCCESS', Data: { Arn: 'arn' } });
});

test('stays within CloudFormation\'s 4,096 bytes', async () => {
  for (const character of ['x', '"', '€', '\n', '\u0001', '😀', '\ud800']) {
    const { body } = await answered(EVENT, { failure: character.repeat(10_000) });
    expect(Buffer.byteLength(body)).toBeLessThan(4096);
    expect(Buffer.byteLength(body)).toBeGreaterThan(3000);
    expect(JSON.parse(body).Reason).toMatch(new RegExp(`^${character}+…$`, 'u'));
  }
});
