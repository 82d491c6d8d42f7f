import { eksToken } from './eks-token';
import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const TYPE = 'kubernetes.io/dockerconfigjson';
const MANAGER = 'cdk-ecr-ci';
const LABEL = { 'app.kubernetes.io/managed-by': MANAGER };

interface Settings {
  readonly clusterName?: string;
  readonly region?: string;
  readonly certificateAuthorityData?: string;
  readonly token?: SecretRef;
  readonly certificateAuthority?: string;
}

/** A Secret of a Kubernetes cluster, by server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const kubernetesSecret: Vendor = {
  publish: async (target, { text }, ports) => {
    await apply(await Cluster.of(target, ports), text);
    return {};
  },

  remove: async (target, how, ports) => {
    const cluster = await Cluster.of(target, ports);
    const what = 'read the Secret';
    const answer = await cluster.ask('GET', '', [200, 404], what);
    if (answer.status === 404) return;
    const { type, metadata } = cluster.json(answer, what);
    if (type !== TYPE || metadata?.labels?.['app.kubernetes.io/managed-by'] !== MANAGER) {
      throw new VendorError(`the Secret has not the type ${TYPE} and the label of ${MANAGER}, so it is somebody else's and stays`);
    }
    if (how === 'blank') return apply(cluster, EMPTY_DOCKERCFG);
    // Only the one that was looked at.
    await cluster.ask('DELETE', '', [200, 202, 404], 'delete the Secret', { preconditions: { uid: metadata.uid } });
  },
};

async function apply(cluster: Cluster, text: string): Promise<void> {
  await cluster.ask('PATCH', `?fieldManager=${MANAGER}&force=true`, [200, 201], 'apply the Secret', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: cluster.secretName, labels: LABEL },
    type: TYPE,
    data: { '.dockerconfigjson': Buffer.from(text).toString('base64') },
  });
}

class Cluster {
  public static async of({ where, settings }: TargetSpec, ports: VendorPorts): Promise<Cluster> {
    const { clusterName, region, certificateAuthorityData, token, certificateAuthority } = settings as Settings;
    return token
      ? new Cluster(where, await ports.secret(token), certificateAuthority, ports)
      : new Cluster(where, await eksToken(clusterName!, region, ports), Buffer.from(certificateAuthorityData!, 'base64').toString(), ports);
  }

  private constructor(
    private readonly where: TargetSpec['where'],
    private readonly token: string,
    private readonly certificateAuthority: string | undefined,
    private readonly ports: VendorPorts,
  ) {}

  public get secretName(): string {
    return this.where.secretName;
  }

  public async ask(method: HttpRequest['method'], query: string, statuses: number[], what: string, body?: object): Promise<HttpAnswer> {
    const { endpoint, namespace, secretName } = this.where;
    const answer = await this.ports.http({
      method,
      url: `${endpoint.replace(/\/+$/, '')}/api/v1/namespaces/${namespace}/secrets/${secretName}${query}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...method === 'PATCH' ? { 'content-type': 'application/apply-patch+yaml' } : {},
      },
      body,
      certificateAuthority: this.certificateAuthority,
    });
    return expectStatus(answer, statuses, this.asked(what));
  }

  public json(answer: HttpAnswer, what: string): any {
    return jsonOf(answer, this.asked(what));
  }

  private asked(what: string): Asked {
    const { namespace, secretName } = this.where;
    const hints = {
      401: 'does the cluster know the token, or the publisher\'s role by an access entry?',
      403: `its Role needs the verbs get, patch and delete on the Secret ${secretName}, and create on the Secrets of ${namespace} to make it`,
      404: `is there a namespace ${namespace}?`,
      422: `a Secret ${secretName} of another type is there, and the type cannot be changed: choose another name, or delete it`,
    };
    return { vendor: 'Kubernetes', what, hints, now: this.ports.now };
  }
}
