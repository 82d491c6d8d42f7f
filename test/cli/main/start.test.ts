import * as commands from '../../../cli/commands';
import * as loginCommands from '../../../cli/login';
import { HELP } from '../../../cli/main/help';
import { start } from '../../../cli/main/start';
import * as secretCommands from '../../../cli/secret';
import { CliError, Exit } from '../../../cli/shared/exit';
import { Desk, SECRET, systemError } from '../fixtures';

jest.mock('../../../cli/login', () => ({ login: jest.fn() }));
jest.mock('../../../cli/secret', () => ({ get: jest.fn() }));

const functions = { get: jest.mocked(secretCommands.get), login: jest.mocked(loginCommands.login) };
const parsed = jest.spyOn(commands, 'run');

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  jest.clearAllMocks();
});
afterEach(() => desk.clear());

test('the help is the one that the command line\'s reader puts together: paste it if it has changed', async () => {
  for (const option of ['--help', '-h']) {
    desk.stdout.text = '';
    expect(await start([option], desk.io)).toBe(Exit.OK);
    expect(desk.stdout.text).toBe(HELP);
  }
  expect(parsed).not.toHaveBeenCalled();
  expect((await desk.run('help')).stdout).toBe(HELP);
  expect((await desk.run('--help')).stdout).toBe(HELP);
});

describe.each(['get', 'login'] as const)('%s', (name) => {
  const command = functions[name];

  test.each([[[]], [[SECRET]], [['']], [['help']], [['login']]])('with %j is what it is when the command line is read', async (args) => {
    expect(await start([name, ...args], desk.io)).toBe(Exit.OK);
    expect(parsed).not.toHaveBeenCalled();
    expect((await desk.run(name, ...args)).exitCode).toBe(Exit.OK);
    const [[plain], [read]] = command.mock.calls;
    // --no-color is an option of every command, of which these have no use.
    expect({ color: true, ...plain }).toEqual(read);
  });

  test.each([[['--json']], [['-h']], [['--', SECRET]], [[SECRET, 'more']], [[SECRET, '--json']]])('with %j is left to what reads the command line', async (args) => {
    const exitCode = await start([name, ...args], desk.io);
    expect(parsed).toHaveBeenCalledWith([name, ...args], expect.anything());
    expect(exitCode).toBe(args.includes('more') ? Exit.FAILED : Exit.OK);
  });

  test('that fails is one line', async () => {
    command.mockRejectedValueOnce(new CliError('it is gone: look', Exit.NO_CREDENTIALS));
    expect(await start([name], desk.io)).toBe(Exit.NO_CREDENTIALS);
    expect(desk.stderr.text).toBe('ecr-ci: it is gone: look\n');
    command.mockRejectedValueOnce(systemError('EPIPE', 'write'));
    desk.stderr.failure = systemError('EPIPE', 'write');
    expect(await start([name], desk.io)).toBe(Exit.FAILED);
  });
});

test.each([[[]], [['gte']], [['constructor']], [['status']], [['--help', 'get']]])('%j is left to what reads the command line', async (args) => {
  await start(args, desk.io);
  expect(parsed).toHaveBeenCalledWith(args, expect.anything());
});
