// `npm run bench`: sets up what is missing, compiles the package, then runs bench/main.ts.
import { setUp, runTool } from './set-up.mjs';

setUp();
runTool('projen', ['compile'], { stdio: ['ignore', 'ignore', 'inherit'] });
runTool('tsx', ['bench/main.ts', ...process.argv.slice(2)]);
