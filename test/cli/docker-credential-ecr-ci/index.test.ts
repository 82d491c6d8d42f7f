import { readInput } from '../../../cli/docker-credential-ecr-ci/input';
import { readEntries } from '../../../cli/secret/entries';
import { authOf, HOST } from '../fixtures';
import { startProgram } from '../process';

jest.mock('../../../cli/secret/entries', () => ({ readEntries: jest.fn() }));
jest.mock('../../../cli/docker-credential-ecr-ci/input', () => ({ readInput: jest.fn() }));

const { env } = process;
beforeEach(() => {
  process.env = { ECR_CI_SECRET: 'my-secret', ECR_CI_CACHE: 'off' };
  jest.mocked(readInput).mockResolvedValue(HOST);
  jest.mocked(readEntries).mockResolvedValue(new Map([[HOST, { auth: authOf('p'), expiresAt: undefined }]]));
});
afterEach(() => { process.env = env; });

test('answers the client of the process from the secret of the environment', async () => {
  const { exitCode, written } = await startProgram('docker-credential-ecr-ci', ['get']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(written[1])).toEqual({ ServerURL: HOST, Username: 'AWS', Secret: 'p' });
  expect(readEntries).toHaveBeenCalledWith('my-secret', process.env);
  expect(readInput).toHaveBeenCalledWith(process.stdin);
});

test('fails with the client\'s end of the pipe', async () => {
  expect((await startProgram('docker-credential-ecr-ci', ['get'], { code: 'EPIPE' })).exitCode).toBe(1);
});
