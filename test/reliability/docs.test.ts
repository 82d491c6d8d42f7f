import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ROWS } from './fault-table';
import { MUTATIONS } from './mutations';
import { HISTORIES, KILLS, SOAK_DAYS, SOAK_SEEDS } from './sizes';

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
  });
});

test('the fault table has no row twice', () => {
  const names = ROWS.map(({ call, kind, times }) => `${call} ${kind} ${times}`);
  expect(new Set(names).size).toBe(names.length);
});

test('the files that it links are there', () => {
  const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target);
  expect(targets.length).toBeGreaterThan(5);
  for (const target of targets) expect(() => readFileSync(path.join(__dirname, '../../docs', target))).not.toThrow(/ENOENT/);
});
