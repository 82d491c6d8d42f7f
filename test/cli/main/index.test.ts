import { get } from '../../../cli/secret/get';
import { startProgram } from '../process';

jest.mock('../../../cli/secret/get', () => ({ ...jest.requireActual('../../../cli/secret/get'), get: jest.fn() }));

test('runs the command of the process in the process', async () => {
  expect((await startProgram('main', ['get', 'my-secret', '--profile', 'p'])).exitCode).toBe(0);
  const [options, io] = jest.mocked(get).mock.calls[0];
  expect(options).toMatchObject({ secret: 'my-secret', profile: 'p' });
  expect(io.env).toBe(process.env);
  expect(io.platform).toBe(process.platform);
  expect(Math.abs(io.now() - Date.now())).toBeLessThan(60_000);
  expect(io.homeDirectory()).toMatch(/./);
  await io.sleep(1);
});

test('ends with the exit code', async () => {
  expect(await startProgram('main', ['unknown'])).toEqual({ exitCode: 3, written: { 1: '', 2: expect.stringMatching(/^ecr-ci: unknown command 'unknown'/) } });
});

test('says that nobody reads what it writes', async () => {
  expect(await startProgram('main', ['--help'], { code: 'EPIPE' })).toEqual({
    exitCode: 3, written: { 1: '', 2: 'ecr-ci: the output could not be written, its reader is gone or its disk is full (EPIPE)\n' },
  });
});
