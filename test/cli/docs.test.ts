import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Command } from 'commander';
import { Desk } from './fixtures';
import { createProgram } from '../../cli/main/program';

const text = readFileSync(path.join(__dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
/** The chapters by their title, which is a command's name. */
const chapters = new Map(text.split(/^## /m).slice(1).map((chapter) => [chapter.split('\n')[0], chapter]));

let desk: Desk;
let commands: readonly Command[];
beforeEach(() => {
  desk = new Desk();
  commands = createProgram(desk.io, { exitCode: 0 }, []).commands;
});
afterEach(() => desk.clear());

/** The lines that begin with `$ ecr-ci`, without the output between them. */
const examples = (of: string): string[] => [...of.matchAll(/^ *\$ (.*ecr-ci .*)$/gm)].map(([, line]) => line);

test('each command has its chapter, and the helper', () => {
  expect([...chapters.keys()].sort()).toEqual([...commands.map((command) => command.name()), 'docker-credential-ecr-ci'].sort());
});

test('the chapters name the options of the commands, and no other', () => {
  for (const command of commands) {
    const chapter = chapters.get(command.name())!;
    const documented = [...(/^Options: ([\s\S]*?)\n\n/m.exec(`${chapter}\n`)?.[1] ?? '').matchAll(/`(--[^`]+)`/g)].map(([, flags]) => flags);
    const options = command.options.map(({ flags }) => flags);
    expect({ command: command.name(), options: documented.sort() }).toEqual({ command: command.name(), options: options.sort() });
  }
});

test('the examples of --help are in the chapters', async () => {
  for (const command of commands.filter((candidate) => candidate.name() !== 'completion')) {
    const { stdout } = await desk.run(command.name(), '--help');
    expect(examples(stdout).length).toBeGreaterThan(0);
    expect(examples(chapters.get(command.name())!)).toEqual(expect.arrayContaining(examples(stdout)));
  }
});

test('every example is one that the program takes', () => {
  let count = 0;
  for (const line of [...chapters.values()].flatMap(examples)) {
    const words = /ecr-ci ([^|>)]*)/.exec(line)![1].trim().replace(/"[^"]*"/g, 'text').split(/\s+/);
    const command = commands.find((candidate) => candidate.name() === words[0])!;
    const { operands, unknown } = command.parseOptions(words.slice(1));
    expect({ line, tooMany: operands.length > command.registeredArguments.length }).toEqual({ line, tooMany: false });
    expect(unknown.filter((word) => word.startsWith('-') && !['--json', '--region'].includes(word))).toEqual([]);
    count++;
  }
  expect(count).toBeGreaterThan(20);
});

test('the exit codes are those of --help', async () => {
  const { stdout } = await desk.run('--help');
  const told = [...stdout.matchAll(/^ {2}(\d) {2}(.+)$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(told.map(([code]) => code)).toEqual(['0', '1', '2', '3']);
  const documented = [...text.matchAll(/^\| (\d) \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning.replaceAll('`', '')]);
  expect(documented).toEqual(told);
});

test('every cause of doctor is there', () => {
  const source = readFileSync(path.join(__dirname, '..', '..', 'cli', 'aws', 'doctor.ts'), 'utf8');
  const causes = [...source.split('export type Cause =')[1].split(';')[0].matchAll(/'([a-z-]+)'/g)].map(([, cause]) => cause);
  expect(causes.length).toBeGreaterThan(8);
  expect([...chapters.get('doctor')!.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, cause]) => cause)).toEqual(causes);
});

test('every variable that the CLI reads is there', () => {
  for (const name of ['ECR_CI_SECRET', 'ECR_CI_CACHE', 'DOCKER_CONFIG', 'NO_COLOR', 'HTTPS_PROXY', 'NO_PROXY', 'AWS_REGION', 'AWS_DEFAULT_REGION']) expect(text).toContain(name);
});
