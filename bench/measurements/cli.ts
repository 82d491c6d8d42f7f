import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { ensureProgram } from '../../local-aws/programs';
import type { Bench } from '../bench';
import { runCommand } from '../child';
import { awsEnvironment, FakeAws, HOST, ONE_REGISTRY } from '../fake-aws';
import { compare, type Row } from '../row';
import { interleave, type Sample } from '../sample';
import { ROOT } from '../workspace';

const ROUNDS = 15;

const bundle = (program: string): string => path.join(ROOT, 'assets', 'cli', program, 'index.js');

/** The CLI's commands, against the AWS CLI that they stand for and against a Node that does nothing. */
export async function measureCli({ folder, repetitions, log }: Bench): Promise<Row[]> {
  log('the CLI');
  const aws = await ensureProgram('aws', log);
  const fake = await FakeAws.start({ ...ONE_REGISTRY, delay: 0 });
  fake.publish();
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const region = awsEnvironment(folder).AWS_REGION;
  const env = { ...awsEnvironment(folder), AWS_DEFAULT_REGION: region, AWS_ENDPOINT_URL: fake.endpoint, ECR_CI_SECRET: 'dockercfg', HOME: home };
  const node = (...args: string[]) => async (): Promise<Sample> => runCommand(process.execPath, args, { env, input: HOST });
  try {
    const { nothing, help, helper, get, login, theirs } = await interleave(repetitions(ROUNDS), {
      nothing: node('-e', '0'),
      help: node(bundle('main'), '--help'),
      helper: node(bundle('docker-credential-ecr-ci'), 'get'),
      get: node(bundle('main'), 'get'),
      login: node(bundle('main'), 'login'),
      theirs: async () => runCommand(aws, ['ecr', 'get-login-password'], { env }),
    });
    return [
      compare('ecr-ci get, against aws ecr get-login-password', 'process', get, theirs, 0.33),
      compare('ecr-ci login, against aws ecr get-login-password', 'process', login, theirs, 0.33),
      compare('ecr-ci get, against node -e 0', 'process', get, nothing, 2),
      compare('ecr-ci login, against node -e 0', 'process', login, nothing, 2),
      compare('docker-credential-ecr-ci get, from its cache, against node -e 0', 'process', helper, nothing, 1.3),
      compare('ecr-ci --help, against node -e 0', 'process', help, nothing, 1.3),
    ];
  } finally {
    await fake.stop();
  }
}
