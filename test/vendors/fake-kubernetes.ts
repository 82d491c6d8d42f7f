import { FakeVendor, onlyKeys, type FakeAnswer, type FakeRequest } from './fake-vendor';

export interface FakeKubernetesSecret {
  metadata: { name: string; uid: string; labels?: Record<string, string> };
  type: string;
  data: Record<string, string>;
  /** Who owns `data`. */
  manager?: string;
}

const TYPE = 'kubernetes.io/dockerconfigjson';

/**
 * The API server of a Kubernetes cluster, for Secrets and as its documents say: server-side apply, types that cannot be
 * changed, dockercfgs that are validated, RBAC by name.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export class FakeKubernetes extends FakeVendor {
  public token = 'a-service-account-token-made-up';
  public isToken?: (token: string) => boolean;
  /** Verbs that RBAC allows on the Secret. */
  public verbs = ['get', 'patch', 'delete', 'create'];
  public readonly namespaces = new Map<string, Map<string, FakeKubernetesSecret>>([['ci', new Map()]]);
  private made = 0;

  protected serve({ method, parts, path, query, headers, body }: FakeRequest): FakeAnswer {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (!(this.isToken?.(token) ?? token === this.token)) return status(401, 'Unauthorized', 'Unauthorized');
    const [api, version, namespaces, namespace, secrets, name, ...more] = parts;
    if (api !== 'api' || version !== 'v1' || namespaces !== 'namespaces' || secrets !== 'secrets' || !name || more.length > 0) return status(404, 'NotFound', `the server could not find ${path}`);
    const found = this.namespaces.get(namespace)?.get(name);
    const verb = { GET: 'get', PATCH: 'patch', DELETE: 'delete' }[method] ?? 'none';
    if (!this.verbs.includes(verb)) return this.forbidden(verb, name, namespace);
    switch (method) {
      case 'GET': return found ? { status: 200, body: found } : status(404, 'NotFound', `secrets "${name}" not found`);
      case 'DELETE': {
        if (!found) return status(404, 'NotFound', `secrets "${name}" not found`);
        if (body?.preconditions?.uid !== undefined && body.preconditions.uid !== found.metadata.uid) return status(409, 'Conflict', 'the UID in the precondition does not match');
        this.namespaces.get(namespace)!.delete(name);
        return { status: 200, body: { kind: 'Status', status: 'Success' } };
      }
      case 'PATCH': return this.apply(namespace, name, found, headers['content-type'], query, body);
      default: return status(405, 'MethodNotAllowed', 'the server does not allow this method');
    }
  }

  private apply(
    namespace: string, name: string, found: FakeKubernetesSecret | undefined, contentType: string | undefined, query: URLSearchParams, body: any,
  ): FakeAnswer {
    const secrets = this.namespaces.get(namespace);
    if (contentType !== 'application/apply-patch+yaml') return status(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
    const manager = query.get('fieldManager');
    if (!manager) return status(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
    onlyKeys(body, ['apiVersion', 'kind', 'metadata'], ['type', 'data'], status(400, 'BadRequest', 'unknown field'));
    if (body.metadata.name !== name || body.kind !== 'Secret') return status(400, 'BadRequest', 'the name of the object does not match the name on the URL');
    if (!secrets) return status(404, 'NotFound', `namespaces "${namespace}" not found`);
    if (!found && !this.verbs.includes('create')) return this.forbidden('create', name, namespace);
    if (found && found.type !== body.type) return status(422, 'Invalid', `Secret "${name}" is invalid: type: Invalid value: "${body.type}": field is immutable`);
    if (found?.manager && found.manager !== manager && query.get('force') !== 'true') return status(409, 'Conflict', 'Apply failed with 1 conflict');
    const text = Buffer.from(body.data['.dockerconfigjson'], 'base64').toString();
    if (body.type === TYPE && !isJson(text)) return status(422, 'Invalid', `Secret "${name}" is invalid: data[.dockerconfigjson]: Invalid value`);
    const metadata = { ...found?.metadata ?? { name, uid: `uid-${++this.made}` }, labels: { ...found?.metadata.labels, ...body.metadata.labels } };
    secrets.set(name, { metadata, type: body.type, data: { ...found?.data, ...body.data }, manager });
    return { status: found ? 200 : 201, body: { kind: 'Secret' } };
  }

  private forbidden(verb: string, name: string, namespace: string): FakeAnswer {
    return status(403, 'Forbidden', `secrets "${name}" is forbidden: User "publisher" cannot ${verb} resource "secrets" in the namespace "${namespace}"`);
  }
}

function status(code: number, reason: string, message: string): FakeAnswer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code } };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
