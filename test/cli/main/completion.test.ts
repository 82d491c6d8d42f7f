import { Command } from 'commander';
import { Desk } from '../fixtures';

const tab = jest.fn((program: Command, _options: object) => void program.command('completion').argument('<shell>').action(() => undefined));
jest.mock('@bomb.sh/tab/commander', () => ({ default: (program: Command, options: object) => tab(program, options) }));

let desk: Desk;
beforeEach(() => { desk = new Desk(); });
afterEach(() => desk.clear());

test('is loaded for completion only, and knows every command', async () => {
  expect((await desk.run('--help')).stdout).toContain('\n  completion <shell> ');
  expect(tab).not.toHaveBeenCalled();
  expect(await desk.run('completion', 'bash')).toMatchObject({ exitCode: 0, stderr: '' });
  const [[program, options]] = tab.mock.calls;
  expect(options).toEqual({ completionCommandName: 'completion' });
  expect(program.commands.map((command) => command.name())).toEqual([
    'login', 'logout', 'get', 'get-password', 'status', 'refresh', 'doctor', 'init', 'generate', 'completion',
  ]);
});
