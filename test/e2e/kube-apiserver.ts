import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_TIMEOUT_MS = 90_000;

/** The programs, from the environment or from the PATH. */
export interface KubernetesPrograms {
  readonly apiserver: string;
  readonly etcd: string;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** The programs of a real Kubernetes API, or what is missing. */
export function findKubernetes(): KubernetesPrograms | string {
  const apiserver = find('KUBE_APISERVER', 'kube-apiserver');
  const etcd = find('ETCD', 'etcd');
  const missing = [apiserver ? [] : ['kube-apiserver: set KUBE_APISERVER'], etcd ? [] : ['etcd: set ETCD']].flat();
  return apiserver && etcd ? { apiserver, etcd } : `no ${missing.join(', no ')}`;
}

function find(variable: string, program: string): string | undefined {
  const named = process.env[variable];
  if (named) return existsSync(named) ? named : undefined;
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
  return found || undefined;
}

/** The administrator, who may do everything. */
const ADMINISTRATOR = 'administrator-token-of-the-tests';

/** The API of a Kubernetes cluster without nodes, with RBAC. */
export class KubeApiserver {
  public static async start(programs: KubernetesPrograms): Promise<KubeApiserver> {
    const directory = await mkdtemp(path.join(tmpdir(), 'kube-apiserver-'));
    const [port, client, peer] = await freePorts(3);
    const file = (name: string) => path.join(directory, name);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    await writeFile(file('issuer.key'), privateKey);
    await writeFile(file('issuer.pub'), publicKey);
    await writeFile(file('tokens.csv'), `${ADMINISTRATOR},administrator,1,system:masters\n`);
    const etcd = spawn(programs.etcd, [
      '--data-dir', file('etcd'), '--listen-client-urls', `http://127.0.0.1:${client}`, '--advertise-client-urls', `http://127.0.0.1:${client}`,
      '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `default=http://127.0.0.1:${peer}`,
    ], { stdio: 'ignore' });
    const apiserver = spawn(programs.apiserver, [
      '--etcd-servers', `http://127.0.0.1:${client}`, '--bind-address', '127.0.0.1', '--secure-port', String(port), '--cert-dir', file('certificates'),
      '--token-auth-file', file('tokens.csv'), '--authorization-mode', 'RBAC', '--disable-admission-plugins', 'ServiceAccount',
      '--endpoint-reconciler-type', 'none', '--service-cluster-ip-range', '10.0.0.0/24', '--service-account-issuer', 'https://kubernetes.test',
      '--service-account-signing-key-file', file('issuer.key'), '--service-account-key-file', file('issuer.pub'),
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new KubeApiserver(`https://127.0.0.1:${port}`, [apiserver, etcd], directory);
    try {
      await server.untilReady();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  public certificateAuthority = '';
  private log = '';

  private constructor(public readonly url: string, private readonly processes: ChildProcess[], private readonly directory: string) {
    processes[0].stderr!.on('data', (chunk: Buffer) => { this.log = `${this.log}${chunk.toString()}`.slice(-4000); });
  }

  /** Asks as the administrator. */
  public ask(method: string, where: string, body?: object, headers: Record<string, string> = {}): Promise<{ status: number; body: any }> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(`${this.url}${where}`, {
        method,
        ca: this.certificateAuthority,
        headers: { 'authorization': `Bearer ${ADMINISTRATOR}`, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers },
      }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          const got = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode!, body: got.startsWith('{') ? JSON.parse(got) : got });
        });
      });
      call.once('error', reject);
      call.end(text);
    });
  }

  /** Makes an object, of any kind. */
  public async create(where: string, body: object): Promise<void> {
    const answer = await this.ask('POST', where, body);
    if (answer.status !== 201) throw new Error(`${where}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** What the Role of the namespace `ci` allows on the Secret `ecr-credentials`, and on Secrets of any name. */
  public async allow(verbs: string[], anyName: string[]): Promise<void> {
    const rules = [
      ...verbs.length > 0 ? [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['ecr-credentials'], verbs }] : [],
      ...anyName.length > 0 ? [{ apiGroups: [''], resources: ['secrets'], verbs: anyName }] : [],
    ];
    const { status } = await this.ask('PATCH', `${RBAC}/namespaces/ci/roles/ecr-credentials`, { rules }, { 'content-type': 'application/merge-patch+json' });
    if (status !== 200) throw new Error(`the Role could not be changed: ${status}`);
    for (const verb of ['get', 'patch', 'delete', 'create']) await this.untilKnown(verb, verbs.includes(verb) || anyName.includes(verb));
  }

  public async stop(): Promise<void> {
    for (const each of this.processes) {
      if (each.exitCode !== null || each.signalCode !== null) continue;
      const ended = new Promise((resolve) => each.once('exit', resolve));
      each.kill('SIGKILL');
      await ended;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Who decides hears of a changed Role a moment later. */
  private async untilKnown(verb: string, isAllowed: boolean): Promise<void> {
    const resourceAttributes = { namespace: 'ci', resource: 'secrets', name: 'ecr-credentials', verb };
    for (const until = Date.now() + START_TIMEOUT_MS; Date.now() < until; await sleep(20)) {
      const { body } = await this.ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user: 'system:serviceaccount:ci:ecr-credentials', resourceAttributes },
      });
      if (body.status.allowed === isAllowed) return;
    }
    throw new Error(`the verb ${verb} did not become ${isAllowed ? 'allowed' : 'forbidden'}`);
  }

  private async untilReady(): Promise<void> {
    const certificate = path.join(this.directory, 'certificates', 'apiserver.crt');
    for (const until = Date.now() + START_TIMEOUT_MS; Date.now() < until; await sleep(250)) {
      if (this.processes.some(({ exitCode }) => exitCode !== null)) break;
      if (!existsSync(certificate)) continue;
      this.certificateAuthority = await readFile(certificate, 'utf8');
      const { status } = await this.ask('GET', '/readyz').catch(() => ({ status: 0 }));
      if (status === 200) return;
    }
    throw new Error(`the API server did not start: ${this.log}`);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
