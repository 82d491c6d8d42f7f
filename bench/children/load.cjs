// Loads files or packages, as the argument says: {"modules": […]}.
const { modules } = JSON.parse(process.argv[2]);

const start = performance.now();
for (const name of modules) require(name);
const time = performance.now() - start;

// Kept out of what is measured.
const loaded = Object.keys(require.cache);
require('./report.cjs').report({ times: [time], loaded });
