import { FakeVendor, Refusal, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeKubernetesSecret {
  uid: string;
  type: string;
  data: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  immutable: boolean;
  /** Fields, such as `f:type`, by who set them. */
  owners: Map<string, Set<string>>;
}

const DOCKERCONFIGJSON = 'kubernetes.io/dockerconfigjson';
const USER = 'system:serviceaccount:ci:ecr-credentials';

/**
 * The API server of a Kubernetes cluster, for Secrets: server-side apply with its field managers, types that cannot be
 * changed, dockercfgs that are validated, RBAC by name. Its answers are those of Kubernetes 1.35, which
 * test/e2e/kubernetes-secret.test.ts compares.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export class FakeKubernetes extends FakeVendor {
  public token = 'a-service-account-token-made-up';
  public isToken?: (token: string) => boolean;
  /** Verbs that RBAC allows on the Secret. */
  public verbs = ['get', 'patch', 'delete', 'create'];
  public readonly namespaces = new Map<string, Map<string, FakeKubernetesSecret>>([['ci', new Map()]]);
  public readonly terminating = new Set<string>();
  private made = 0;

  /** A Secret that somebody else made. */
  public add(namespace: string, name: string, change: Partial<Omit<FakeKubernetesSecret, 'owners' | 'uid'>> & { manager?: string } = {}): FakeKubernetesSecret {
    const { manager = 'helm', ...rest } = change;
    const secret = {
      uid: `uid-${++this.made}`, type: DOCKERCONFIGJSON, data: { '.dockerconfigjson': 'e30=' }, labels: {}, annotations: {}, immutable: false, ...rest,
    };
    const made = { ...secret, owners: new Map([[manager, new Set(fieldsOf(secret))]]) };
    this.namespaces.get(namespace)!.set(name, made);
    return made;
  }

  protected serve({ method, parts, query, headers, body, text }: FakeRequest): FakeAnswer {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!(this.isToken?.(token) ?? token === this.token)) return status(401, 'Unauthorized', 'Unauthorized');
    const [api, version, namespaces, namespace, secrets, name, ...more] = parts;
    if (api !== 'api' || version !== 'v1' || namespaces !== 'namespaces' || secrets !== 'secrets' || !name || more.length > 0) return { status: 404, body: '404 page not found\n' };
    const verb = ({ GET: 'get', PATCH: 'patch', DELETE: 'delete' } as Record<string, string>)[method];
    if (!verb) return status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
    if (!this.verbs.includes(verb)) return forbidden(verb, name, namespace);
    if (text !== '' && body === undefined) return status(400, 'BadRequest', 'the body of the request was not JSON');
    const found = this.namespaces.get(namespace)?.get(name);
    if (method === 'PATCH') return this.apply(namespace, name, found, headers['content-type'], query, body);
    if (!found) return status(404, 'NotFound', `secrets "${name}" not found`, { name, kind: 'secrets' });
    if (method === 'GET') return { status: 200, body: shown(namespace, name, found) };
    const uid = body?.preconditions?.uid;
    if (uid !== undefined && uid !== found.uid) {
      return status(409, 'Conflict', `Operation cannot be fulfilled on Secret "${name}": the UID in the precondition (${uid}) does not match the UID in record (${found.uid}). The object might have been deleted and then recreated`);
    }
    this.namespaces.get(namespace)!.delete(name);
    return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name, kind: 'secrets', uid: found.uid } } };
  }

  private apply(
    namespace: string, name: string, found: FakeKubernetesSecret | undefined, contentType: string | undefined, query: URLSearchParams, body: any,
  ): FakeAnswer {
    if (contentType !== 'application/apply-patch+yaml') return status(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
    const manager = query.get('fieldManager');
    if (!manager) {
      return invalid('PatchOptions.meta.k8s.io', '', 'fieldManager', 'FieldValueRequired', 'Required value: is required for apply patch');
    }
    checkSchema(body, name);
    const { uid, labels = {}, annotations = {} } = body.metadata;
    const secrets = this.namespaces.get(namespace);
    if (!secrets) return status(404, 'NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' });
    if (!found) {
      if (uid !== undefined) {
        return status(409, 'Conflict', `Operation cannot be fulfilled on secrets "${name}": uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
      }
      if (!this.verbs.includes('create')) return forbidden('create', name, namespace);
      if (this.terminating.has(namespace)) {
        return status(403, 'Forbidden', `secrets "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`, {
          name, kind: 'secrets', causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
        });
      }
    }
    const applied = { type: body.type, data: body.data, labels, annotations };
    const fields = fieldsOf(applied);
    const conflict = found && conflictOf(found, applied, manager);
    if (conflict && query.get('force') !== 'true') return conflict;
    if (uid !== undefined && found && uid !== found.uid) return invalid('Secret', name, 'metadata.uid', 'FieldValueInvalid', `Invalid value: "${uid}": field is immutable`);
    if (found && found.type !== body.type) return invalid('Secret', name, 'type', 'FieldValueInvalid', `Invalid value: "${body.type}": field is immutable`);
    if (found?.immutable && JSON.stringify({ ...found.data, ...body.data }) !== JSON.stringify(found.data)) {
      return invalid('Secret', name, 'data', 'FieldValueForbidden', 'Forbidden: field is immutable when `immutable` is set');
    }
    if (body.type === DOCKERCONFIGJSON && !isJson(Buffer.from(body.data['.dockerconfigjson'], 'base64').toString())) {
      return invalid('Secret', name, 'data[.dockerconfigjson]', 'FieldValueInvalid', 'Invalid value: "<secret contents redacted>": unexpected end of JSON input');
    }
    const secret: FakeKubernetesSecret = found ?? { uid: `uid-${++this.made}`, type: body.type, data: {}, labels: {}, annotations: {}, immutable: false, owners: new Map() };
    // What the manager applied before and does not any more goes, unless somebody else set it, too.
    const before = secret.owners.get(manager) ?? new Set();
    secret.owners.set(manager, new Set(fields));
    for (const field of before) if (![...secret.owners.values()].some((owned) => owned.has(field))) remove(secret, field);
    for (const field of fields) {
      for (const [owner, owned] of secret.owners) if (owner !== manager && valueOf(secret, field) !== valueOf(applied, field)) owned.delete(field);
    }
    Object.assign(secret.data, body.data);
    Object.assign(secret.labels, labels);
    Object.assign(secret.annotations, annotations);
    secrets.set(name, secret);
    return { status: found ? 200 : 201, body: shown(namespace, name, secret) };
  }
}

/** Somebody else set a field to another value. */
function conflictOf(found: FakeKubernetesSecret, applied: Values, manager: string): FakeAnswer | undefined {
  const causes = [...found.owners].filter(([owner]) => owner !== manager).flatMap(([owner, owned]) => (
    fieldsOf(applied).filter((field) => owned.has(field) && valueOf(found, field) !== valueOf(applied, field)).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${owner}"${operationOf(owner) === 'Update' ? ' using v1' : ''}`,
      field: `.${field.split('/').map((part) => part.slice(2)).join('.')}`,
    }))));
  if (causes.length !== 1) return causes.length === 0 ? undefined : status(409, 'Conflict', `Apply failed with ${causes.length} conflicts`, { causes });
  const [{ message, field }] = causes;
  return status(409, 'Conflict', `Apply failed with 1 conflict: ${message}: ${field}`, { causes });
}

function operationOf(manager: string): 'Apply' | 'Update' {
  return manager === 'cdk-ecr-ci' ? 'Apply' : 'Update';
}

type Values = Pick<FakeKubernetesSecret, 'type' | 'data' | 'labels' | 'annotations'>;
const MAPS = { data: 'f:data/', labels: 'f:metadata/f:labels/', annotations: 'f:metadata/f:annotations/' } as const;

function fieldsOf(values: Values): string[] {
  const inMaps = Object.entries(MAPS).flatMap(([map, prefix]) => Object.keys(values[map as keyof typeof MAPS]).map((key) => `${prefix}f:${key}`));
  return ['f:type', ...inMaps];
}

function valueOf(values: Values, field: string): string | undefined {
  if (field === 'f:type') return values.type;
  const [map, prefix] = Object.entries(MAPS).find(([, start]) => field.startsWith(start))!;
  return values[map as keyof typeof MAPS][field.slice(prefix.length + 2)];
}

function remove(secret: FakeKubernetesSecret, field: string): void {
  const [map, prefix] = Object.entries(MAPS).find(([, start]) => field.startsWith(start))!;
  delete secret[map as keyof typeof MAPS][field.slice(prefix.length + 2)];
}

function shown(namespace: string, name: string, { uid, labels, annotations, type, data, immutable, owners }: FakeKubernetesSecret): object {
  const managedFields = [...owners].map(([manager, fields]) => {
    const fieldsV1: any = {};
    for (const field of fields) field.split('/').reduce((tree, part) => tree[part] ??= {}, fieldsV1);
    return { manager, operation: operationOf(manager), apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1 };
  });
  return { kind: 'Secret', apiVersion: 'v1', metadata: { name, namespace, uid, labels, annotations, managedFields }, type, data, ...immutable ? { immutable } : {} };
}

/** Fields that the schema does not know are an error of the server's. */
function checkSchema(body: any, name: string): void {
  const unknown = [
    ...Object.keys(body).filter((key) => !['apiVersion', 'kind', 'metadata', 'type', 'data'].includes(key)),
    ...Object.keys(body.metadata).filter((key) => !['name', 'uid', 'labels', 'annotations'].includes(key)).map((key) => `metadata.${key}`),
  ];
  if (unknown.length > 0) throw new Refusal(status(500, undefined, `failed to create typed patch object (/${name}; /v1, Kind=Secret): .${unknown[0]}: field not declared in schema`));
  if (body.apiVersion !== 'v1' || body.kind !== 'Secret') throw new Refusal(status(400, 'BadRequest', 'the object provided is unrecognized'));
  if (body.metadata.name !== name) throw new Refusal(status(400, 'BadRequest', `the name of the object (${body.metadata.name}) does not match the name on the URL (${name})`));
}

function forbidden(verb: string, name: string, namespace: string): FakeAnswer {
  return status(403, 'Forbidden', `secrets "${name}" is forbidden: User "${USER}" cannot ${verb} resource "secrets" in API group "" in the namespace "${namespace}"`, { name, kind: 'secrets' });
}

function invalid(kind: string, name: string, field: string, reason: string, message: string): FakeAnswer {
  return status(422, 'Invalid', `${kind} "${name}" is invalid: ${field}: ${message}`, { name, kind, causes: [{ reason, message, field }] });
}

function status(code: number, reason: string | undefined, message: string, details?: object): FakeAnswer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...details ? { details } : {}, code } };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
