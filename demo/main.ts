import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Sample, type Dockercfg } from './sample';
import { duration, masked, Screen } from './screen';
import { writeImage } from '../local-aws/image';
import { LocalAws } from '../local-aws/local-aws';
import { findRegistryClient } from '../local-aws/registry-client';

const USAGE = `npm run demo [-- --keep]

Deploys examples/sample to an AWS on this machine, and pushes and pulls an image with the dockercfg that it publishes.

  --keep   leave it running at the end, until Ctrl-C
  --help   this text`;

const screen = new Screen();

async function demo(aws: LocalAws, keep: boolean): Promise<void> {
  const clientFound = findRegistryClient((line) => screen.detail(line));
  clientFound.catch(() => undefined); // reported where it is awaited

  screen.title('Bootstrapping, as `cdk bootstrap` does in a new account');
  await aws.bootstrap();

  screen.title('Deploying examples/sample with `cdk deploy`');
  const sample = new Sample(aws);
  const outputs = await sample.deploy(showProgress);

  screen.title('The deploy is done, so the secret is usable: its dockercfg, masked');
  const dockercfg = await sample.dockercfg(outputs.pushSecretArn);
  screen.line(masked(dockercfg.json));
  screen.good(`expires in ${left(dockercfg)}`);

  const client = await clientFound;
  const image = path.join(aws.directory, 'image');
  await writeImage(image, { tag: 'v1', fileName: 'hello.txt', text: 'Hello from the demo\n' });
  const reference = `${outputs.repositoryUri}:v1`;
  screen.title(`Pushing and pulling with ${client.name} ${client.version}`);
  const push = await aws.registryEnvironment(dockercfg.json);
  await client.push(image, reference, push);
  screen.good(`pushed ${reference}`);
  const pulled = path.join(aws.directory, 'pulled');
  await mkdir(pulled);
  await client.pull(reference, pulled, push);
  screen.good('pulled it back');

  screen.title('The same push with the dockercfg that may only pull');
  const pullOnly = await aws.registryEnvironment((await sample.dockercfg(outputs.pullSecretArn)).json);
  const refusal = await client.push(image, `${outputs.repositoryUri}:v2`, pullOnly).then(() => undefined, (error: Error) => error);
  if (!refusal) throw new Error('a dockercfg that may only pull could push');
  screen.detail(lastLine(refusal.message));
  screen.good('refused');

  screen.title('A forced refresh, with what the schedule sends every three hours');
  await sample.forceRefresh('CiCredentials');
  const fresh = await sample.dockercfg(outputs.pushSecretArn);
  if (fresh.expiresAt <= dockercfg.expiresAt) throw new Error('the refresh gave no later expiry');
  screen.good(`expires ${fresh.expiresAt.toISOString()} instead of ${dockercfg.expiresAt.toISOString()}`);

  if (keep) await keepUntilInterrupted(aws, outputs.pushSecretArn);
  screen.title('Destroying the stack with `cdk destroy`');
  await sample.destroy(showProgress);
}

/** Shows each resource as CloudFormation is done with it. */
function showProgress(line: string): void {
  const event = /\|\s+(\w+_(?:COMPLETE|FAILED|SKIPPED))\s+\|\s+(AWS::\S+|Custom::\S+)\s+\|\s+(\S+)/.exec(line);
  if (event) screen.detail(`${event[1].padEnd(15)} ${event[2].padEnd(30)} ${event[3]}`);
}

function left({ expiresAt }: Dockercfg): string {
  return duration(expiresAt.getTime() - Date.now());
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)!.trim();
}

async function keepUntilInterrupted(aws: LocalAws, secretArn: string): Promise<never> {
  screen.title('Still running, until Ctrl-C. In another terminal:');
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = aws.environment();
  for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION })) {
    screen.line(`export ${name}=${value}`);
  }
  screen.line(`aws secretsmanager get-secret-value --secret-id ${secretArn} --query SecretString --output text`);
  screen.line(`export HTTPS_PROXY=${aws.registryProxy} SSL_CERT_FILE=${aws.caFile}   # for docker, skopeo, crane, oras …`);
  return new Promise(() => setInterval(() => undefined, 60_000));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) return console.log(USAGE);

  screen.title('Starting the local AWS: signatures and policies are enforced');
  const aws = await LocalAws.start({ log: (line) => screen.detail(line) });
  const stop = async (): Promise<void> => {
    screen.title('Stopping the local AWS');
    await aws.stop();
    screen.good('nothing is left running or lying about');
  };
  for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(status)));
  }
  screen.good(`${aws.endpoint}, and the registry ${aws.registryHost} behind the proxy ${aws.registryProxy}`);
  try {
    await demo(aws, values.keep);
  } finally {
    await stop();
  }
}

main().catch((error: Error & { code?: string }) => {
  screen.failed(error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 1;
});
