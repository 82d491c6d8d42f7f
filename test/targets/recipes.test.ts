import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { transpile } from 'typescript';
import { Bench } from './fixtures';
import * as lib from '../../src';

const DOCUMENTS = path.join(__dirname, '../../docs/targets');
const VENDOR_TESTS = path.join(__dirname, '../lambda/publish/vendors');

/** The targets that a document defines, in the order in which they stand there. */
function targetsOf(document: string, bench: Bench): lib.Target[] {
  const text = readFileSync(path.join(DOCUMENTS, document), 'utf8');
  const snippets = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).filter((code) => /^Target\./m.test(code));
  return snippets.map((code) => {
    const body = transpile(code.replace(/^Target\./m, 'return Target.'));
    return new Function(...Object.keys(lib), 'token', body)(...Object.values(lib), bench.token);
  });
}

test.each([['http.md', 6], ['azure-devops.md', 1], ['bitbucket.md', 1], ['buildkite.md', 1], ['circleci.md', 2], ['github.md', 2], ['gitlab.md', 1]])('each target in docs/targets/%s is one', (document, count) => {
  const bench = new Bench();
  const targets = targetsOf(document, bench);
  expect(targets).toHaveLength(count);
  for (const target of targets) {
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target).settings).toEqual(expect.objectContaining({}));
  }
});

test('the recipes say what their texts say', () => {
  const bench = new Bench();
  const [, woodpecker, removing, drone, nomad, semaphore] = targetsOf('http.md', bench).map((target) => bench.bind(target) as any);
  expect([woodpecker, removing, drone, nomad, semaphore].map(({ where: { method }, form }) => [method, form])).toEqual([
    ['PATCH', 'login'], ['PATCH', 'login'], ['PATCH', 'config.json'], ['PUT', 'config.json'], ['PATCH', 'login'],
  ]);
  expect(removing.settings.remove).toMatchObject({ method: 'DELETE' });
});

test.each(readdirSync(DOCUMENTS))('what docs/targets/%s says that the log says, the tests have seen', (document) => {
  const seen = readdirSync(VENDOR_TESTS).map((file) => readFileSync(path.join(VENDOR_TESTS, file), 'utf8')).join('\n').replaceAll('\\\'', '\'');
  const [, table] = readFileSync(path.join(DOCUMENTS, document), 'utf8').split('## When it fails');
  const quotes = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, quote]) => quote));
  expect(table).toContain('| It means | What to do |');
  // What stands for a name is between the parts that can be compared.
  for (const part of quotes.flatMap((quote) => quote.split(/…|: /)).filter((text) => text !== '')) expect(seen).toContain(part);
});
