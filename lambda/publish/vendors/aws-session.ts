import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { TargetSpec } from '../../../src/private/target-contract';
import type { Place } from '../clients';
import { VendorError } from '../errors';
import type { VendorPorts } from '../vendor';

/** A session that ends within this time is not used for another call. */
const LAST_OF_SESSION_MS = 10 * 60_000;

/** What CloudTrail shows in the account of a role that is assumed. */
const SESSION_NAME = 'cdk-ecr-ci-publisher';

type Session = AwsCredentialIdentity & { readonly expiration: Date };

/** Kept between the invocations of a warm Lambda. */
const sessions = new Map<string, Session>();

/** Where a target in AWS is, and as whom it is written. */
export async function placeOf({ where }: Pick<TargetSpec, 'where'>, ports: Pick<VendorPorts, 'aws' | 'now'>): Promise<Place> {
  const { region, roleArn } = where;
  if (roleArn === undefined) return { region };
  const known = sessions.get(roleArn);
  const session = known && known.expiration.getTime() - ports.now() > LAST_OF_SESSION_MS ? known : await assume(roleArn, ports);
  sessions.set(roleArn, session);
  return { region, credentials: async () => session };
}

async function assume(RoleArn: string, { aws }: Pick<VendorPorts, 'aws'>): Promise<Session> {
  const { Credentials = {} } = await aws.sts().send(new AssumeRoleCommand({ RoleArn, RoleSessionName: SESSION_NAME }));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials as Record<string, never>;
  if (!AccessKeyId || !SecretAccessKey || !Expiration) throw new VendorError(`STS gave no credentials of ${RoleArn}`);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration };
}
