import type { SecretRef } from '../../../src/private/target-contract';
import { expectStatus, jsonOf, type Asked } from '../answers';
import { VendorError } from '../errors';
import type { VendorPorts } from '../vendor';

const LOGIN = 'https://login.microsoftonline.com';

/** How Entra calls Azure DevOps: https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
const AZURE_DEVOPS = '499b84ac-1321-427f-aa17-267ca6975798';

/** A token that ends within this time is not used. */
const LAST_OF_TOKEN_MS = 10 * 60_000;

const HINT = 'is the client secret its value, not its id, and has it not expired?';

/** An application of Microsoft Entra. */
export interface ServicePrincipal {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: SecretRef;
}

/** Kept between the invocations of a warm Lambda. */
const tokens = new Map<string, { readonly token: string; readonly expiresAt: number }>();

/**
 * A token of an application for Azure DevOps, by the client credentials flow.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function entraToken({ tenantId, clientId, clientSecret }: ServicePrincipal, ports: VendorPorts): Promise<string> {
  const key = JSON.stringify([tenantId, clientId, clientSecret]);
  const known = tokens.get(key);
  if (known && known.expiresAt - ports.now() > LAST_OF_TOKEN_MS) return known.token;

  const asked: Asked = { vendor: 'Microsoft Entra', what: 'give the service principal a token', hints: { 400: HINT, 401: HINT }, now: ports.now };
  const answer = await ports.http({
    method: 'POST',
    url: `${LOGIN}/${tenantId}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: await ports.secret(clientSecret),
      scope: `${AZURE_DEVOPS}/.default`,
    }).toString(),
  });
  const { access_token: token, expires_in: seconds } = jsonOf(expectStatus(answer, [200], asked), asked);
  if (typeof token !== 'string' || typeof seconds !== 'number') throw new VendorError('Microsoft Entra answered without a token');
  tokens.set(key, { token, expiresAt: ports.now() + seconds * 1000 });
  return token;
}
