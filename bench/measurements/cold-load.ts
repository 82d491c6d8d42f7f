import type { Bench } from '../bench';
import { BUNDLE, buildUnbundled } from './unbundled';
import { childFile, runChild } from '../child';
import { awsEnvironment } from '../fake-aws';
import { compare, type Row } from '../row';
import { interleave } from '../sample';

/** Loading of the refresher's bundle, against a handler that is empty, and against the same code with the SDK in node_modules. */
export async function measureColdLoad({ folder, repetitions, log }: Bench): Promise<Row[]> {
  log('Lambda cold load');
  const load = (file: string) => async () => runChild('load.cjs', { modules: [file] }, awsEnvironment(folder));
  const { bundled, empty, unbundled } = await interleave(repetitions(15), {
    bundled: load(BUNDLE),
    empty: load(childFile('empty-handler.cjs')),
    unbundled: load(buildUnbundled(folder)),
  });
  return [
    compare('Lambda cold load, against an empty handler: process', 'process', bundled, empty),
    compare('Lambda cold load, against an empty handler: peak memory', 'peakMemory', bundled, empty),
    compare('Lambda cold load, against the unbundled SDK: process', 'process', bundled, unbundled, 1),
    compare('Lambda cold load, against the unbundled SDK: load', 'inside', bundled, unbundled, 1),
    compare('Lambda cold load, against the unbundled SDK: peak memory', 'peakMemory', bundled, unbundled, 1),
  ];
}
