import { eksToken } from './eks-token';
import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { AccessDeniedError, VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Published, type Vendor, type VendorPorts } from '../vendor';

const TYPE = 'kubernetes.io/dockerconfigjson';
const MANAGER = 'cdk-ecr-ci';
const CHANGED = 'somebody changed it at the same moment';

interface Settings {
  readonly clusterName?: string;
  readonly region?: string;
  readonly certificateAuthorityData?: string;
  readonly token?: SecretRef;
  readonly certificateAuthority?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** A Secret of a Kubernetes cluster, by server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const kubernetesSecret: Vendor = {
  publish: async (target, { text }, ports) => {
    const cluster = await Cluster.of(target, ports);
    await apply(cluster, text);
    return cluster.tokenExpiry;
  },

  remove: async (target, how, ports) => {
    const cluster = await Cluster.of(target, ports);
    const what = 'read the Secret';
    const answer = await cluster.ask('GET', '', [200, 404], what);
    if (answer.status === 404) return;
    const { type, metadata } = cluster.json(answer, what);
    if (type !== TYPE) throw new VendorError(`the Secret is not of the type ${TYPE}, so it is somebody else's and stays`);
    if (how === 'delete' && !isMade(metadata)) throw new VendorError(`the Secret was not made by ${MANAGER}, so it is not deleted`);
    if (how === 'blank' && !isFilled(metadata)) throw new VendorError(`the Secret was last written by somebody else than ${MANAGER}, so it is not emptied`);
    // Only the one that was looked at.
    if (how === 'blank') await apply(cluster, EMPTY_DOCKERCFG, metadata.uid);
    else await cluster.ask('DELETE', '', [200, 202, 404], 'delete the Secret', { preconditions: { uid: metadata.uid } });
  },
};

/** The Secret gets what is in this; everything else in it stays its owner's. */
async function apply(cluster: Cluster, text: string, uid?: string): Promise<void> {
  const { secretName: name, labels, annotations } = cluster;
  await cluster.ask('PATCH', `?fieldManager=${MANAGER}&force=true`, [200, 201], 'apply the Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, uid, labels, annotations },
    type: TYPE,
    data: { '.dockerconfigjson': Buffer.from(text).toString('base64') },
  });
}

/** What a cluster writes down of who set which field: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
interface Metadata {
  readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: any }[];
}

/** Whether the publisher made it: who makes a Secret by other means has set its type, also if the publisher took over what is in it. */
function isMade({ managedFields = [] }: Metadata): boolean {
  const makers = managedFields.filter(({ fieldsV1 }) => fieldsV1?.['f:type'] !== undefined);
  return makers.length > 0 && makers.every(({ manager }) => manager === MANAGER);
}

/** Whether what is in it is what the publisher wrote. */
function isFilled({ managedFields = [] }: Metadata): boolean {
  return managedFields.some(({ manager, fieldsV1 }) => manager === MANAGER && fieldsV1?.['f:data']?.['f:.dockerconfigjson'] !== undefined);
}

class Cluster {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Cluster> {
    const { clusterName, region, certificateAuthorityData, token } = settings as Settings;
    return token
      ? new Cluster(where, settings, await ports.secret(token), ports)
      : new Cluster(where, { ...settings, certificateAuthority: Buffer.from(certificateAuthorityData!, 'base64').toString() }, await eksToken(clusterName!, region, ports), ports);
  }

  public readonly secretName: string;
  public readonly labels?: Record<string, string>;
  public readonly annotations?: Record<string, string>;

  private constructor(
    private readonly where: TargetSpec['where'],
    private readonly settings: Settings,
    private readonly token: string,
    private readonly ports: VendorPorts,
  ) {
    this.secretName = where.secretName;
    this.labels = settings.labels;
    this.annotations = settings.annotations;
  }

  /** A service account's token, a JWT, says itself when it expires; EKS's is none and made anew for each publication. */
  public get tokenExpiry(): Published {
    try {
      const { exp } = JSON.parse(Buffer.from(this.token.split('.')[1], 'base64url').toString());
      return typeof exp === 'number' ? { tokenExpiresAt: exp * 1000 } : {};
    } catch {
      return {};
    }
  }

  public async ask(method: HttpRequest['method'], query: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const { endpoint, namespace } = this.where;
    const answer = await this.ports.http({
      method,
      url: `${endpoint.replace(/\/+$/, '')}/api/v1/namespaces/${namespace}/secrets/${this.secretName}${query}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...method === 'PATCH' ? { 'content-type': 'application/apply-patch+yaml' } : {},
      },
      body,
      certificateAuthority: this.settings.certificateAuthority,
    });
    try {
      return expectStatus(answer, statuses, this.asked(what, answer));
    } catch (error) {
      // A cluster needs a while to know a new access entry, as IAM does for a new role.
      if (answer.status === 401 && !this.settings.token) throw new AccessDeniedError((error as Error).message);
      throw error;
    }
  }

  public json(answer: HttpAnswer, what: string): any {
    return jsonOf(answer, this.asked(what, answer));
  }

  private asked(what: string, { text }: HttpAnswer): Asked {
    const { namespace } = this.where;
    const hints = {
      401: this.settings.token ? 'has the token expired?' : 'has the cluster an access entry for the publisher\'s role?',
      403: this.missingRight(text),
      404: `is there a namespace ${namespace}?`,
      409: CHANGED,
      422: this.invalid(text),
    };
    return { vendor: 'Kubernetes', what, hints, now: this.ports.now };
  }

  /** Not every refusal is RBAC's: a quota and an admission webhook refuse, too, and say why. */
  private missingRight(text: string): string | undefined {
    const verb = /cannot (get|patch|create|delete) resource/.exec(text)?.[1];
    if (verb === undefined) return undefined;
    return verb === 'create'
      ? `let its Role create Secrets in ${this.where.namespace}, without resourceNames, or make the Secret yourself`
      : `let its Role ${verb} the Secret ${this.secretName}`;
  }

  private invalid(text: string): string | undefined {
    switch (/"field":"([^"]+)"/.exec(text)?.[1]) {
      case 'type': return `a Secret ${this.secretName} of another type is there, and the type cannot be changed: choose another name, or delete it`;
      case 'data': return 'is the Secret marked as immutable?';
      case 'metadata.uid': return CHANGED;
      default: return undefined;
    }
  }
}
