import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { permissions } from './docs/permissions';
import { requireEnvironment } from '../lambda/shared/environment';
import * as lib from '../src';
import { RefreshEnvironment, RefreshMetric } from '../src/private/contract';
import { INTENT_TAG_PREFIX, KEY_TAG_PREFIX, KeyRotationMetric } from '../src/private/key-rotation-contract';

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
  const token = secretsmanager.Secret.fromSecretNameV2(stack, 'Token', 'token');
  new lib.DockerCredentials(stack, 'Credentials', { targets: [lib.Target.gitlabVariable({ project: '1', token })] });
  new lib.CiUser(stack, 'User', { keyRotation: Duration.days(30) });
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  const anchors = alarms.map(({ Properties }) => /runbook\.md#([\w-]+)/.exec(Properties.AlarmDescription)![1]);
  const entries = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/ /g, '-'));
  expect(new Set(anchors).size).toBe(8);
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

test('the runbook names the publisher\'s errors and messages as they are', () => {
  const runbook = read('docs/runbook.md');
  const errors = [...read('lambda/publish/errors.ts').matchAll(/name(?:: string)? = '(\w+)'/g)].map(([, name]) => name);
  expect(errors.length).toBeGreaterThan(4);
  // The first two are told by the vendor's words.
  for (const name of errors.filter((error) => error !== 'VendorError' && error !== 'RateLimitedError')) expect(runbook).toContain(`\`${name}\``);
  for (const message of ['the token of a target expires soon', 'put off by a rate limit']) {
    expect(read('lambda/publish/telemetry.ts')).toContain(`'${message}`);
    expect(runbook).toContain(`\`${message}\``);
  }
});

test('docs/targets.md has each target of the package, with a document for its vendor', () => {
  const factories = Object.getOwnPropertyNames(lib.Target).filter((name) => typeof (lib.Target as any)[name] === 'function');
  const rows = [...read('docs/targets.md').matchAll(/\[`(\w+)`\]\(targets\/([\w-]+\.md)/g)];
  expect(rows.map(([, name]) => name).sort()).toEqual(factories.sort());
  expect([...new Set(rows.map(([, , file]) => file))].sort()).toEqual(readdirSync(path.join(root, 'docs/targets')).sort());
});

test('a metric that the docs name exists', () => {
  const named = [...read('docs/architecture.md').matchAll(/the metric `(\w+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  const metrics: string[] = [...Object.values(RefreshMetric), ...Object.values(KeyRotationMetric)];
  for (const name of named) expect(metrics).toContain(name);
});

test('the tags that the docs name are those of the key rotation', () => {
  for (const prefix of [KEY_TAG_PREFIX, INTENT_TAG_PREFIX]) {
    for (const file of ['docs/architecture.md', 'docs/runbook.md']) expect(read(file)).toContain(`\`${prefix}`);
  }
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
