// `npm run demo`: sets up what is missing, then runs demo/main.ts.
import { setUp, runTool } from './set-up.mjs';

setUp();
runTool('tsx', ['demo/main.ts', ...process.argv.slice(2)]);
