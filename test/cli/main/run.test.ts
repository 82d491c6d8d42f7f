import { Desk, SECRET } from '../fixtures';

let desk: Desk;
beforeEach(() => { desk = new Desk(); });
afterEach(() => desk.clear());

test.each([
  [[], 'no command was given; see "ecr-ci --help"'],
  [['logn'], 'unknown command \'logn\' (Did you mean login?); see "ecr-ci --help"'],
  [['get', '--pasword'], 'unknown option \'--pasword\' (Did you mean --password?); see "ecr-ci --help"'],
  [['get', SECRET, 'more'], 'too many arguments for \'get\'. Expected 1 argument but got 2; see "ecr-ci --help"'],
  [['get', '--region'], 'option \'--region <region>\' argument missing; see "ecr-ci --help"'],
])('%p is an error of one line', async (args, message) => {
  expect(await desk.run(...args)).toEqual({ exitCode: 3, stdout: '', stderr: `ecr-ci: ${message}\n` });
});

test('help and version go to stdout', async () => {
  const { exitCode, stdout, stderr } = await desk.run('--help');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: ecr-ci \[options\] \[command\]\n/);
  expect(stdout).toMatch(/\nExit codes:\n {2}0 {2}done\n/);
  for (const command of stdout.split('\nCommands:\n')[1].split('\n\n')[0].matchAll(/^ {2}([a-z-]+)/gm)) {
    if (command[1] === 'help') continue;
    const help = await desk.run(command[1], '--help');
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^Usage: ecr-ci ${command[1]}`));
    expect(help.stdout).toContain('\nExamples:\n  $ ');
    expect(help.stdout).toContain('--profile <name>');
  }
  expect((await desk.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});

test('what nobody thought of is one line too, and asks for a report', async () => {
  desk.env.ECR_CI_SECRET = SECRET;
  desk.holds({ 'ghcr.io': 'YTpi' });
  Object.defineProperty(desk, 'time', { get: () => { throw new TypeError('x is undefined\n    at y'); } });
  expect(await desk.run('get')).toEqual({
    exitCode: 3, stdout: '', stderr: 'ecr-ci: x is undefined; this is a bug, please report it with the command that you gave\n',
  });
});
