import { setTimeout as sleep } from 'node:timers/promises';
import { ARN, awsError, event, ISSUER, World } from './fixtures';
import { handler } from '../../../lambda/oidc-provider/index.lambda';
import { respond } from '../../../lambda/shared/respond';

jest.mock('../../../lambda/shared/respond', () => ({ respond: jest.fn() }));
jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn() }));

test('is wired to IAM, to the log and to CloudFormation, and waits', async () => {
  process.env.AWS_REGION = 'eu-west-1';
  const world = new World();
  const output = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  let denials = 1;
  world.before = () => { if (denials-- > 0) throw awsError('AccessDenied'); };
  await handler(event('Create'));
  const lines = output.mock.calls.map(([line]) => line as string);
  output.mockRestore();
  world.restore();
  delete process.env.AWS_REGION;

  expect(world.providers.get(ARN)).toMatchObject({ url: ISSUER });
  expect(sleep).toHaveBeenCalledWith(1000);
  expect(respond).toHaveBeenCalledWith('https://cloudformation.example/answer', expect.stringContaining('"Status":"SUCCESS"'));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'INFO', message: `Create of the OIDC provider ${ARN}`, logicalId: 'Provider', physicalResourceId: ARN, data: { Arn: ARN } },
  ]);
});
