import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ROWS } from './fault-table';
import { MUTATIONS } from './mutations';
import { ROWS as PUBLISH_ROWS } from './publish/fault-table';
import { PUBLISH_MUTATIONS } from './publish/mutations';
import { HISTORIES, KILLS, PUBLISH_HISTORIES, SOAK_DAYS, SOAK_SEEDS } from './sizes';

const text = readFileSync(path.join(__dirname, '../../docs/reliability.md'), 'utf8');

test('docs/reliability.md says how much is tested', () => {
  const table = text.split('| What | How many |')[1].split('\n\n')[0];
  const counts = Object.fromEntries([...table.matchAll(/^\| ([a-z].*) \| (\d+) \|$/gm)].map(([, what, count]) => [what, Number(count)]));
  expect(counts).toEqual({
    'rows of the fault table': ROWS.length,
    'moments at which a run is killed': KILLS,
    'random histories': HISTORIES,
    'mistakes that are caught': Object.keys(MUTATIONS).length,
    [`soaks of ${SOAK_DAYS} days`]: SOAK_SEEDS,
    'rows of the publisher\'s fault table': PUBLISH_ROWS.length,
    'random histories of the publisher': PUBLISH_HISTORIES,
    'mistakes of the publisher that are caught': Object.keys(PUBLISH_MUTATIONS).length,
  });
});

test.each([['the refresher', ROWS], ['the publisher', PUBLISH_ROWS]] as const)('the fault table of %s has no row twice', (_whose, rows) => {
  const names = rows.map(({ call, kind, times }) => `${call} ${kind} ${times}`);
  expect(new Set(names).size).toBe(names.length);
});

test('the files that it links are there', () => {
  const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target);
  expect(targets.length).toBeGreaterThan(5);
  for (const target of targets) expect(() => readFileSync(path.join(__dirname, '../../docs', target))).not.toThrow(/ENOENT/);
});
