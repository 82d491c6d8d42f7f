// Makes the compiled lib/index.js load a file when the first of its exports is used: an app pays for what it takes. The
// names are assigned once, so that Node finds them when an ES module imports them by name.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './set-up.mjs';

const index = join(root, 'lib', 'index.js');
const require = createRequire(index);

const files = [...readFileSync(index, 'utf8').matchAll(/^__exportStar\(require\("(.+)"\), exports\);$/gm)].map(([, file]) => file);
if (files.length > 0) {
  const exports = files.flatMap((file) => Object.keys(require(file)).filter((name) => name !== '__esModule').map((name) => [name, file]));
  writeFileSync(index, `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
${exports.map(([name]) => `exports.${name} = `).join('')}void 0;
const lazily = (name, load) => Object.defineProperty(exports, name, {
  enumerable: true,
  configurable: true,
  get: () => {
    const value = load()[name];
    Object.defineProperty(exports, name, { enumerable: true, value });
    return value;
  },
});
${exports.map(([name, file]) => `lazily("${name}", () => require("${file}"));`).join('\n')}
`);
}
