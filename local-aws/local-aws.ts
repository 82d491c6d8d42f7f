import { ChildProcess, spawn } from 'child_process';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'fs/promises';
import { tmpdir } from 'os';
import * as path from 'path';
import { createInterface } from 'readline';
import { ensurePython } from './python';

export interface LocalAwsOptions {
  /**
   * Whether signatures and policies are enforced.
   *
   * @default true
   */
  readonly auth?: boolean;

  /**
   * How long a registry token lives, in seconds.
   *
   * @default - 12 hours, as ECR's
   */
  readonly tokenLifetimeSeconds?: number;

  /**
   * How long a new access key is unknown, in seconds; it is on AWS for a while, too. Only with `auth`.
   *
   * @default 0
   */
  readonly newKeyDelaySeconds?: number;

  /**
   * The endpoint that Lambda functions call, such as a proxy that injects faults.
   *
   * A proxy that changes the Host header breaks signatures: not together with `auth`.
   *
   * @default - the emulator itself
   */
  readonly endpointForLambda?: string;

  /**
   * Receives a line for each slow step.
   *
   * @default - nothing is said
   */
  readonly log?: (line: string) => void;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the AWS SDK's clients take, whatever the service. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxAttempts: number;
}

/** The public keys of an OIDC issuer (JWKS), of RSA and each with a `kid`. */
export interface JsonWebKeySet {
  readonly keys: object[];
}

export interface CdkOptions {
  /** @default - the emulator's own directory, which holds no app */
  readonly cwd?: string;
  /** @default - nothing beyond `environment()` */
  readonly env?: NodeJS.ProcessEnv;
  /** Receives each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** The account's root, to which every action is allowed. */
export const ADMINISTRATOR: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

const CDK_CLI = path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin', 'cdk');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const TAIL_LINES = 40;

interface Listening {
  readonly endpoint: string;
  readonly registryProxy: string;
  readonly caFile: string;
}

/**
 * An AWS account on this machine: MiniStack with what it lacks, and a registry under its real host name.
 *
 * It lives in its own process group and ends with this process, whatever ends this one.
 */
export class LocalAws {
  /** Start one, on free ports and with a directory of its own. */
  public static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const python = await ensurePython(options.log);
    const directory = await mkdtemp(path.join(tmpdir(), 'local-aws-'));
    try {
      const launcher = await launch(python, directory, options);
      return await firstLine(launcher, directory).then(
        (listening) => new LocalAws(launcher, directory, listening),
        async (error) => {
          await end(launcher);
          throw error;
        },
      );
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  public readonly account = '000000000000';
  public readonly region = 'us-east-1';
  /** The host of the account's registry, reachable through `registryProxy`. */
  public readonly registryHost = `${this.account}.dkr.ecr.${this.region}.amazonaws.com`;
  public readonly endpoint: string;
  /** A CONNECT proxy to the registry, for HTTPS_PROXY. */
  public readonly registryProxy: string;
  /** The CA of the registry's certificates. */
  public readonly caFile: string;
  public readonly pid: number;

  private registryConfigs = 0;
  private readonly issuers: Record<string, JsonWebKeySet> = {};

  private constructor(private readonly launcher: ChildProcess, public readonly directory: string, listening: Listening) {
    this.endpoint = listening.endpoint;
    this.registryProxy = listening.registryProxy;
    this.caFile = listening.caFile;
    this.pid = launcher.pid!;
  }

  /** This process's environment, turned to the local account: for AWS SDKs and the CDK CLI, as administrator. */
  public environment(): NodeJS.ProcessEnv {
    return {
      ...withoutAws(process.env),
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: path.join(this.directory, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(this.directory, 'aws-credentials'),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
      CDK_DEFAULT_ACCOUNT: this.account,
      CDK_DEFAULT_REGION: this.region,
      CDK_HOME: path.join(this.directory, 'cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
      CDK_NOTICES: 'false',
      CDK_VERSION_REPORTING: 'false',
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    };
  }

  /** The configuration of an SDK client, as administrator or with the given credentials. */
  public clientConfig(credentials: Credentials = ADMINISTRATOR): ClientConfig {
    return { endpoint: this.endpoint, region: this.region, credentials, maxAttempts: 1 };
  }

  /** The environment of a registry client that is to use these credentials, in the format of `~/.docker/config.json`. */
  public async registryEnvironment(dockerConfigJson: string): Promise<NodeJS.ProcessEnv> {
    const folder = path.join(this.directory, `docker-config-${this.registryConfigs++}`);
    const file = path.join(folder, 'config.json');
    await mkdir(folder, { mode: 0o700 });
    await writeFile(file, dockerConfigJson, { mode: 0o600 });
    return {
      ...withoutAws(process.env),
      DOCKER_CONFIG: folder,
      REGISTRY_AUTH_FILE: file,
      HTTPS_PROXY: this.registryProxy,
      https_proxy: this.registryProxy,
      NO_PROXY: '',
      no_proxy: '',
      SSL_CERT_FILE: this.caFile,
      REQUESTS_CA_BUNDLE: this.caFile,
    };
  }

  /**
   * Let STS have the keys of an OIDC issuer, which it fetches from the issuer elsewhere. Tokens of other issuers are refused.
   *
   * @param issuer its URL, as the claim `iss` says it
   */
  public async publishKeys(issuer: string, keys: JsonWebKeySet): Promise<void> {
    this.issuers[issuer] = keys;
    await writeFile(path.join(this.directory, 'issuers.json'), JSON.stringify(this.issuers));
  }

  /** Bootstrap the account for the CDK. */
  public async bootstrap(): Promise<void> {
    await this.cdk(['bootstrap', `aws://${this.account}/${this.region}`]);
  }

  /**
   * Run the CDK CLI of this repository.
   *
   * @returns what it wrote
   */
  public async cdk(args: string[], options: CdkOptions = {}): Promise<string> {
    const child = spawn(process.execPath, [CDK_CLI, ...args], {
      cwd: options.cwd ?? this.directory,
      env: { ...this.environment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(`cdk ${args.join(' ')} failed:\n${tail(lines.join('\n'))}`);
    return lines.join('\n');
  }

  /** End it, its Lambda functions and its files. */
  public async stop(): Promise<void> {
    await end(this.launcher);
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function launch(python: string, directory: string, options: LocalAwsOptions): Promise<ChildProcess> {
  const log = await open(logFile(directory), 'a');
  try {
    return spawn(python, ['-B', '-m', 'launcher'], {
      cwd: __dirname,
      detached: true, // a process group of its own, so that its children can be ended with it
      stdio: ['pipe', 'pipe', log.fd],
      env: {
        ...withoutAws(process.env),
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`, // Lambda functions run on this Node
        NODE_OPTIONS: undefined,
        AWS_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
        AWS_ENDPOINT_URL: options.endpointForLambda,
        LOCAL_AWS_DIRECTORY: directory,
        LOCAL_AWS_AUTH: String(options.auth ?? true),
        LOCAL_AWS_KEY_DELAY: options.newKeyDelaySeconds?.toString(),
        LOCAL_AWS_TOKEN_LIFETIME: options.tokenLifetimeSeconds?.toString(),
      },
    });
  } finally {
    await log.close();
  }
}

/** The launcher's word that it listens. */
async function firstLine(launcher: ChildProcess, directory: string): Promise<Listening> {
  const line = await new Promise<string | undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), START_TIMEOUT_MS);
    const settle = (text?: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    launcher.once('error', reject).once('exit', () => settle());
    createInterface({ input: launcher.stdout! }).once('line', settle);
  });
  if (line === undefined) {
    const log = await readFile(logFile(directory), 'utf8').catch(() => '');
    throw new Error(`the local AWS did not start:\n${tail(log)}`);
  }
  return JSON.parse(line);
}

async function end(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return;
  const exited = new Promise((resolve) => launcher.once('exit', resolve));
  const timer = setTimeout(() => killGroup(launcher.pid!), STOP_TIMEOUT_MS);
  launcher.stdin!.end();
  await exited;
  clearTimeout(timer);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The environment without what would lead an AWS client elsewhere; explicitly undefined, so that it also undoes `process.env`. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = Object.keys(env).filter((name) => /^(AWS_|CDK_DEFAULT_|LOCALSTACK_|MINISTACK_)/.test(name));
  return { ...env, ...Object.fromEntries(foreign.map((name) => [name, undefined])) };
}

function logFile(directory: string): string {
  return path.join(directory, 'launcher.log');
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
