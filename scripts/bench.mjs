// `npm run bench`: sets up what is missing, compiles the package, then runs bench/main.ts.
import { runTool, runTypeScript, setUp } from './set-up.mjs';

setUp();
runTool('projen', ['compile'], { quiet: true });
await runTypeScript('bench/main.ts');
