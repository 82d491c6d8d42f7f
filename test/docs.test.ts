import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
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
  const files = ['src/credentials/docker-credentials.ts', 'src/repository/ci-repository.ts'];
  const written = files.flatMap((file) => [...read(file).matchAll(/addWarningV2\('([^']+)'/g)].map(([, id]) => id)).sort();
  expect(documented).toEqual(written);
});

test('the alarms\' descriptions lead to entries of the runbook', () => {
  const stack = new Stack(new App(), 'Stack');
  new lib.DockerCredentials(stack, 'Credentials');
  new lib.CiUser(stack, 'User', { keyRotation: Duration.days(30) });
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(3);
  const anchors = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/ /g, '-'));
  for (const { Properties } of alarms) expect(anchors).toContain(/runbook\.md#([\w-]+)/.exec(Properties.AlarmDescription)![1]);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
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
  for (const file of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md', 'docs/runbook.md', 'examples/sample/README.md', 'local-aws/README.md']) {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(() => readFileSync(path.join(root, path.dirname(file), target))).not.toThrow(/ENOENT/);
    }
  }
});
