// `npm run demo`: sets up what is missing, then runs demo/main.ts.
import { runTypeScript, setUp } from './set-up.mjs';

setUp();
await runTypeScript('demo/main.ts');
