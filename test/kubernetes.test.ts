import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { formatOf } from '../lambda/shared/dockercfg/dockercfg';
import { NEVER } from '../lambda/shared/dockercfg/entry';
import { writeVersion } from '../lambda/shared/dockercfg/published';

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const NOW = Date.parse('2026-01-01T00:00:00Z');
const authOf = (user: string) => Buffer.from(`${user}:${'x'.repeat(1800)}`).toString('base64');

const manifests: any[] = (() => {
  const text = readFileSync(path.join(__dirname, '..', 'docs', 'kubernetes.md'), 'utf8');
  return parseAllDocuments(text.split('```yaml\n')[1].split('```')[0]).map((document) => document.toJS());
})();
const manifest = (kind: string) => manifests.find((document) => document.kind === kind);

/** The secret that the operator makes of an ExternalSecret: each value of the template, with the data put in. */
function render({ metadata, spec }: any, stored: Record<string, string>) {
  const data = Object.fromEntries(spec.data.map(({ secretKey, remoteRef }: any) => [secretKey, stored[remoteRef.key]]));
  const fill = (text: string) => text.replace(/\{\{ \.(\w+) \| toString \}\}/g, (_all, key: string) => {
    if (data[key] === undefined) throw new Error(`the template names ${key}, which is no secretKey`);
    return data[key];
  });
  return {
    metadata: { name: spec.target.name, namespace: metadata.namespace },
    type: spec.target.template.type,
    data: Object.fromEntries(Object.entries<string>(spec.target.template.data).map(([key, text]) => [key, Buffer.from(fill(text)).toString('base64')])),
  };
}

/**
 * What the API server finds wrong with a secret.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
 */
function problemsOf({ metadata, type, data }: ReturnType<typeof render>): string[] {
  const problems: string[] = [];
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(metadata.name) || metadata.name.length > 253) problems.push('metadata.name');
  const bytes = Object.values(data).map((value) => Buffer.from(value, 'base64'));
  if (bytes.reduce((sum, { length }) => sum + length, 0) > 1024 * 1024) problems.push('data: too long');
  for (const key of Object.keys(data)) if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) problems.push(`data[${key}]`);
  const key = ({ 'kubernetes.io/dockerconfigjson': '.dockerconfigjson', 'kubernetes.io/dockercfg': '.dockercfg' } as Record<string, string>)[type];
  if (!key) return [...problems, `type ${type}`];
  if (!(key in data)) return [...problems, `data[${key}]: required`];
  try {
    const value = JSON.parse(Buffer.from(data[key], 'base64').toString('utf8'));
    if (typeof value !== 'object' || Array.isArray(value)) problems.push(`data[${key}]: no object`);
  } catch {
    problems.push(`data[${key}]: no JSON`);
  }
  return problems;
}

/** What the kubelet finds in it: each entry's user and password. */
function loginsIn(secret: ReturnType<typeof render>): Record<string, string> {
  const { auths } = JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString('utf8'));
  return Object.fromEntries(Object.entries<{ auth: string }>(auths).map(([host, { auth }]) => {
    const [user, password] = Buffer.from(auth, 'base64').toString('utf8').split(':', 2);
    expect(password).not.toBe('');
    return [host, user];
  }));
}

const dockercfg = (expiries: Record<string, number>) => writeVersion(
  new Map(Object.entries(expiries).map(([host, expiresAt]) => [host, { auth: authOf(host === 'ghcr.io' ? 'me' : 'AWS'), expiresAt }])),
  formatOf('config.json', HOST)).value;

test('the manifest makes a secret that Kubernetes takes, with every login in it', () => {
  const secret = render(manifest('ExternalSecret'), { 'cluster/dockercfg': dockercfg({ [HOST]: NOW, 'public.ecr.aws': NOW, 'ghcr.io': NEVER }) });
  expect(problemsOf(secret)).toEqual([]);
  expect(loginsIn(secret)).toEqual({ [HOST]: 'AWS', 'public.ecr.aws': 'AWS', 'ghcr.io': 'me' });
});

test('so it does while a registry fails', () => {
  const secret = render(manifest('ExternalSecret'), { 'cluster/dockercfg': dockercfg({ [HOST]: NOW, 'public.ecr.aws': NOW + 3600_000 }) });
  expect(problemsOf(secret)).toEqual([]);
  expect(loginsIn(secret)).toEqual({ [HOST]: 'AWS', 'public.ecr.aws': 'AWS', 'expiry.cdk-ecr-ci.invalid': 'expiry' });
});

test('and with as much as a secret of Secrets Manager holds', () => {
  const hosts = Array.from({ length: 25 }, (_, index) => `${100_000_000_000 + index}.dkr.ecr.eu-west-1.amazonaws.com`);
  const secret = render(manifest('ExternalSecret'), { 'cluster/dockercfg': dockercfg(Object.fromEntries(hosts.map((host) => [host, NOW]))) });
  expect(problemsOf(secret)).toEqual([]);
  expect(Object.keys(loginsIn(secret))).toEqual(hosts);
});

test('the manifests name each other', () => {
  const [store, external, pod] = ['SecretStore', 'ExternalSecret', 'Pod'].map(manifest);
  expect(external.spec.secretStoreRef).toEqual({ kind: 'SecretStore', name: store.metadata.name });
  expect(pod.spec.imagePullSecrets).toEqual([{ name: external.spec.target.name }]);
  expect(new Set([store, external, pod].map(({ metadata }) => metadata.namespace)).size).toBe(1);
  expect(pod.spec.containers[0].image.startsWith(`${HOST}/`)).toBe(true);
});

test('what Kubernetes does not take is found', () => {
  const secret = render(manifest('ExternalSecret'), { 'cluster/dockercfg': 'truncated {' });
  expect(problemsOf(secret)).toEqual(['data[.dockerconfigjson]: no JSON']);
  expect(problemsOf({ ...secret, type: 'kubernetes.io/dockercfg' })).toEqual(['data[.dockercfg]: required']);
  expect(problemsOf({ ...secret, type: 'Opaque', metadata: { name: 'ECR', namespace: 'apps' } })).toEqual(['metadata.name', 'type Opaque']);
});
