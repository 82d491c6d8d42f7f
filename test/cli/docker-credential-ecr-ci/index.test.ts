import { readInput } from '../../../cli/docker-credential-ecr-ci/input';
import { fetchSecret } from '../../../cli/secret/read';
import { authOf, HOST } from '../fixtures';

jest.mock('../../../cli/secret/read', () => ({ fetchSecret: jest.fn() }));
jest.mock('../../../cli/docker-credential-ecr-ci/input', () => ({ readInput: jest.fn() }));

const { argv, env } = process;
let stdout: jest.SpyInstance;
beforeEach(() => {
  process.argv = ['node', 'docker-credential-ecr-ci', 'get'];
  process.env = { ECR_CI_SECRET: 'my-secret', ECR_CI_CACHE: 'off' };
  jest.mocked(readInput).mockResolvedValue(HOST);
  const value = JSON.stringify({ auths: { [HOST]: { auth: authOf('p') } } });
  jest.mocked(fetchSecret).mockResolvedValue({ arn: 'arn', versionId: 'v', value, auths: new Map([[HOST, authOf('p')]]) });
});
afterEach(() => {
  stdout.mockRestore();
  Object.assign(process, { argv, env });
  process.exitCode = undefined;
});

async function start(error?: Error): Promise<string> {
  const written = new Promise<string>((resolve) => {
    stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text, done: any) => {
      done(error);
      resolve(String(text));
      return true;
    });
  });
  jest.isolateModules(() => jest.requireActual('../../../cli/docker-credential-ecr-ci'));
  const text = await written;
  await new Promise((resolve) => void setTimeout(resolve, 10));
  return text;
}

test('answers the client of the process from the secret of the environment', async () => {
  expect(JSON.parse(await start())).toEqual({ ServerURL: HOST, Username: 'AWS', Secret: 'p' });
  expect(process.exitCode).toBe(0);
  expect(fetchSecret).toHaveBeenCalledWith('my-secret', process.env);
  expect(readInput).toHaveBeenCalledWith(process.stdin);
});

test('fails with the client\'s end of the pipe', async () => {
  await start(Object.assign(new Error('closed'), { code: 'EPIPE' }));
  expect(process.exitCode).toBe(1);
});
