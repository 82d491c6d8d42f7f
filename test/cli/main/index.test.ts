import { get } from '../../../cli/secret/get';

jest.mock('../../../cli/secret/get', () => ({ ...jest.requireActual('../../../cli/secret/get'), get: jest.fn() }));

const argv = process.argv;
afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

async function start(...args: string[]): Promise<void> {
  process.argv = ['node', 'ecr-ci', ...args];
  jest.isolateModules(() => jest.requireActual('../../../cli/main'));
  for (let count = 0; count < 100 && process.exitCode === undefined; count++) await new Promise((resolve) => void setTimeout(resolve, 10));
}

test('runs the command of the process in the process', async () => {
  await start('get', 'my-secret', '--profile', 'p');
  expect(process.exitCode).toBe(0);
  const [options, io] = jest.mocked(get).mock.calls[0];
  expect(options).toMatchObject({ secret: 'my-secret', profile: 'p' });
  expect(io.env).toBe(process.env);
  expect(io.platform).toBe(process.platform);
  expect(Math.abs(io.now() - Date.now())).toBeLessThan(60_000);
  await io.sleep(1);
});

test('ends with the exit code', async () => {
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((_, done: any) => { done(); return true; });
  await start('unknown');
  expect(process.exitCode).toBe(3);
  expect(stderr.mock.calls[0][0]).toMatch(/^ecr-ci: unknown command 'unknown'/);
});
