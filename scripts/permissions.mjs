// `node scripts/permissions.mjs`: writes docs/permissions.md from the lists of actions in src/private/actions.ts.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root, setUp } from './set-up.mjs';

setUp();
const require = createRequire(import.meta.url);
const { permissions } = require('tsx/cjs/api').require(join(root, 'test/docs/permissions.ts'), import.meta.url);
writeFileSync(join(root, 'docs', 'permissions.md'), permissions());
