import { parseArgs } from 'node:util';
import type { Bench } from './bench';
import { machine, writeTable } from './docs';
import { measureCli } from './measurements/cli';
import { measureColdLoad } from './measurements/cold-load';
import { measureImport } from './measurements/import';
import { measureManyRegistries } from './measurements/many-registries';
import { measureSynth } from './measurements/synth';
import { measureTargets } from './measurements/targets';
import { measureWarmRefresh } from './measurements/warm-refresh';
import type { Row } from './row';
import { plainTable } from './table';
import { withWorkspace } from './workspace';

const USAGE = `npm run bench [-- --write | --quick]

Measures this package against what one would use in its place, and prints the ratios. Takes minutes; leave the machine alone meanwhile.

  --write   put the table into docs/benchmarks.md
  --quick   measure everything once, to see that it works
  --help    this text`;

async function measure(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const measurements = [measureSynth, measureImport, measureColdLoad, measureWarmRefresh, measureManyRegistries, measureTargets, measureCli];
  for (const measurement of measurements) rows.push(...await measurement(bench));
  return rows;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.write && values.quick) throw new Error('--quick is too rough for docs/benchmarks.md: leave out one of --write and --quick');

  const rows = await withWorkspace((folder) => measure({
    folder,
    repetitions: (count) => (values.quick ? 1 : count),
    log: (line) => console.error(`measuring ${line} …`),
  }));
  console.log(`\n${machine()}\nmedian (least..most) of each; the ratio is that of the medians\n\n${plainTable(rows)}`);
  if (values.write) writeTable(rows);
}

main().catch((error: Error & { code?: string }) => {
  console.error(error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 1;
});
