// Synthesises one app, or a first one and then `rounds` that are measured, as the argument says:
// {"define": file, "repositories": n, "validation": boolean, "rounds": n, "outdir": folder}.
const { App, Stack } = require('aws-cdk-lib');
const flags = require('aws-cdk-lib/recommended-feature-flags.json');
const { report } = require('./report.cjs');
const { setValidation } = require('./validation.cjs');

const { define: file, repositories, validation, rounds, outdir } = JSON.parse(process.argv[2]);
const validations = setValidation(validation);
const { define } = require(file);

// A stack takes 500 resources and 200 exports.
const REPOSITORIES_IN_A_STACK = 400;

function synth() {
  const start = performance.now();
  const app = new App({ analyticsReporting: false, context: flags, outdir });
  const stacks = [new Stack(app, 'Stack')];
  for (let index = 1; index < repositories / REPOSITORIES_IN_A_STACK; index++) stacks.push(new Stack(app, `Stack${index}`));
  define((index) => stacks[Math.floor(index / REPOSITORIES_IN_A_STACK)], repositories);
  app.synth();
  return performance.now() - start;
}

const [first, ...later] = Array.from({ length: 1 + rounds }, synth);
if (validations() !== 1 + rounds) throw new Error(`the validation was called ${validations()} times in ${1 + rounds} synths`);
report({ times: rounds === 0 ? [first] : later });
