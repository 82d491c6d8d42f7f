import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { permissions } from './docs/permissions';
import { requireEnvironment } from '../lambda/shared/environment';
import * as lib from '../src';
import { RefreshEnvironment, RefreshMetric } from '../src/private/contract';

const root = path.join(__dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it did not fail');
}

/** The quotes in bold that begin the entries of the README's chapter. */
function troubles(): string[] {
  const chapter = read('README.md').split('## Troubleshooting')[1].split('\n## ')[0];
  return [...chapter.matchAll(/^\*\*`(.+?)`\*\*/gm)].map(([, quote]) => quote);
}

test('the README quotes errors as they are', () => {
  const stack = new Stack(new App(), 'Stack');
  const errors = [
    messageOf(() => new lib.DockerCredentials(stack, 'A', { refreshInterval: Duration.hours(12) })),
    messageOf(() => new lib.CiRepository(stack, 'B', { repositoryName: 'My App' })),
    messageOf(() => requireEnvironment({}, RefreshEnvironment.SECRET_ARN)),
    readFileSync(path.join(root, 'lambda/refresh/deploy-run.ts'), 'utf8'), // its tests see the messages
    'no basic auth credentials', // Docker's
  ].join('\n');
  expect(troubles()).toHaveLength(6);
  for (const quote of troubles()) {
    // What stands for a name or a cause ends the part that can be compared.
    const fixed = quote.split(/HOST|AccessDeniedException|…/)[0].trim();
    expect(errors).toContain(fixed);
  }
});

test('every warning is in docs/warnings.md, and no other', () => {
  const documented = [...read('docs/warnings.md').matchAll(/^\| `(cdk-ecr-ci:[\w.]+)`/gm)].map(([, id]) => id).sort();
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const written = files.flatMap((file) => [...read(path.join('src', file)).matchAll(/'(cdk-ecr-ci:[\w.]+)'/g)].map(([, id]) => id)).sort();
  expect(documented).toEqual(written);
});

test('docs/permissions.md is up to date: if not, run "node scripts/permissions.mjs"', () => {
  expect(read('docs/permissions.md')).toBe(permissions());
});

test('each alarm\'s description leads to its entry of the runbook', () => {
  const stack = new Stack(new App(), 'Stack');
  const { alarmExpiring, alarmFailures, alarmDeadLetters } = new lib.DockerCredentials(stack, 'Credentials');
  const anchors = [alarmExpiring, alarmFailures, alarmDeadLetters].map(({ node }) => (
    /runbook\.md#([\w-]+)/.exec((node.defaultChild as CfnAlarm).alarmDescription!)![1]
  ));
  const entries = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/ /g, '-'));
  expect(new Set(anchors).size).toBe(3);
  for (const anchor of anchors) expect(entries).toContain(anchor);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('the runbook names the refresher\'s errors and messages as they are', () => {
  const runbook = read('docs/runbook.md');
  const errors = [...read('lambda/refresh/errors.ts').matchAll(/name = '(\w+)'/g)].map(([, name]) => name);
  for (const name of errors.filter((error) => error !== 'RefreshError')) expect(runbook).toContain(`\`${name}\``);
  for (const message of ['registry was not refreshed', 'the secret was not refreshed']) {
    expect(read('lambda/refresh/telemetry.ts')).toContain(`'${message}'`);
    expect(runbook).toContain(`\`${message}\``);
  }
});

test('a metric that the docs name exists', () => {
  const named = [...read('docs/architecture.md').matchAll(/the metric `(\w+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(Object.values<string>(RefreshMetric)).toContain(name);
});

test('links between the documents lead somewhere', () => {
  const documents = ['.', 'docs', 'examples', 'local-aws'].flatMap((folder) => (
    readdirSync(path.join(root, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((file) => path.join(folder, file))
  )).filter((file) => file.endsWith('.md') && file !== 'API.md');
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/identities.md', 'examples/sample/README.md']));
  for (const file of documents) {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(() => readFileSync(path.join(root, path.dirname(file), target))).not.toThrow(/ENOENT/);
    }
  }
});
