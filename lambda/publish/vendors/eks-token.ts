import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { VendorPorts } from '../vendor';

/** What EKS takes; the token is good for 15 minutes all the same. */
const EXPIRES_IN_SECONDS = 60;

/**
 * The token that EKS takes for the publisher's role: a request to STS, signed and not sent, which says who it is.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html
 */
export async function eksToken(clusterName: string, region: string | undefined, { aws, now }: Pick<VendorPorts, 'aws' | 'now'>): Promise<string> {
  const { config } = aws.sts({ region });
  const where = await config.region();
  const hostname = `sts.${where}.${where.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  const signer = new SignatureV4({ credentials: config.credentials, region: where, service: 'sts', sha256: Sha256 });
  const signed = await signer.presign({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { 'host': hostname, 'x-k8s-aws-id': clusterName },
  }, { expiresIn: EXPIRES_IN_SECONDS, signingDate: new Date(now()) });
  const query = new URLSearchParams(signed.query as Record<string, string>);
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
}
