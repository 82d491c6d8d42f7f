/**
 * The local AWS by hand.
 *
 *   npx tsx local-aws/main.ts           starts it, bootstrapped, until Ctrl-C
 *   npx tsx local-aws/main.ts python    prints the interpreter that has the emulator, after making its environment
 */
import { LocalAws } from './local-aws';
import { ensurePython } from './python';

const SHOWN = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_EC2_METADATA_DISABLED'];

async function start(): Promise<void> {
  const aws = await LocalAws.start({ log: console.error });
  process.once('SIGINT', () => { void aws.stop(); });
  await aws.bootstrap();
  const environment = aws.environment();
  for (const name of SHOWN) console.log(`export ${name}=${environment[name]}`);
  console.log(`# registry: ${aws.registryHost}, with HTTPS_PROXY=${aws.registryProxy} and SSL_CERT_FILE=${aws.caFile}`);
  console.log(`# process ${aws.pid}, files in ${aws.directory}; Ctrl-C ends it`);
}

const command = process.argv[2] ?? 'start';
const commands: { [name: string]: () => Promise<void> } = {
  start,
  python: async () => console.log(await ensurePython(console.error)),
};

(commands[command] ?? (() => Promise.reject(new Error(`no such command: ${command}`))))().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
