import { entraToken, type ServicePrincipal } from './entra-token';
import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { HttpRequest } from '../http';
import type { VendorPorts } from '../vendor';

const SERVICES = 'https://dev.azure.com';
const VERSION = '7.1';

/** Who writes. */
type Auth = { readonly token: SecretRef } | ServicePrincipal;

interface Settings {
  readonly auth: Auth;
  readonly certificateAuthority?: string;
}

/** The API of an organization at Azure DevOps, or of a collection of a server. */
export class AzureDevops {
  /** @param permission what the token needs, for who has to mend it */
  public static async of({ where, settings }: TargetSpec, permission: string, ports: VendorPorts): Promise<AzureDevops> {
    const { auth, certificateAuthority } = settings as unknown as Settings;
    const authorization = 'token' in auth
      ? `Basic ${Buffer.from(`:${await ports.secret(auth.token)}`).toString('base64')}`
      : `Bearer ${await entraToken(auth, ports)}`;
    return new AzureDevops(where, permission, authorization, certificateAuthority, ports);
  }

  private constructor(
    private readonly where: TargetSpec['where'],
    private readonly permission: string,
    private readonly authorization: string,
    private readonly certificateAuthority: string | undefined,
    private readonly ports: VendorPorts,
  ) {}

  /**
   * What is at a path, or undefined if nothing is: the API says so by 404, and by an empty answer too.
   *
   * @param path in the project
   */
  public async read(path: string, what: string): Promise<Record<string, unknown> | undefined> {
    return this.ask('GET', `/${encodeURIComponent(this.where.project)}${path}`, [200, 404], what);
  }

  /** @param path in the organization: what is replaced may be shared by projects */
  public async replace(path: string, what: string, body: object): Promise<void> {
    await this.ask('PUT', path, [200], what, body);
  }

  private async ask(
    method: HttpRequest['method'], path: string, statuses: number[], what: string, body?: object,
  ): Promise<Record<string, unknown> | undefined> {
    const { url, organization } = this.where;
    const answer = await this.ports.http({
      method,
      url: `${url?.replace(/\/+$/, '') ?? `${SERVICES}/${organization}`}${path}?api-version=${VERSION}`,
      headers: { authorization: this.authorization },
      body,
      certificateAuthority: this.certificateAuthority,
    });
    // What it shows to a browser that has not signed in.
    if (answer.status === 203 || answer.status === 302) {
      throw new VendorError(`Azure DevOps answered ${answer.status} and its sign-in page when asked to ${what}: the token is wrong or has expired`);
    }
    const asked = this.asked(what);
    const found = expectStatus(answer, statuses, asked);
    if (found.status === 404) return undefined;
    const json = jsonOf(found, asked);
    return json === null || json.id === undefined ? undefined : json;
  }

  private asked(what: string): Asked {
    return {
      vendor: 'Azure DevOps',
      what,
      hints: { 401: `the token has to be valid, and needs ${this.permission}`, 403: `the token needs ${this.permission}` },
      now: this.ports.now,
    };
  }
}
