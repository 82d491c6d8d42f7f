import { PublishClients } from '../../../../lambda/publish/clients';
import { VendorError } from '../../../../lambda/publish/errors';
import type { Http } from '../../../../lambda/publish/http';
import type { Payload, Vendor, VendorPorts } from '../../../../lambda/publish/vendor';
import type { SecretRef, TargetSpec } from '../../../../src/private/target-contract';
import { authOf, HOST, HOUR, NOW } from '../world';

export const PASSWORD = 'a-password-that-nobody-may-see';
export const CONFIG_JSON = `{"auths":{"${HOST}":{"auth":"${authOf(PASSWORD)}"}}}`;
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Dockercfg-AbCdEf';

/** What a target is sent. */
export function payload(change: Partial<Payload> = {}): Payload {
  return { text: CONFIG_JSON, hosts: [HOST], expiresAt: NOW + 12 * HOUR, versionId: 'version', ...change };
}

/** The same as user and password. */
export const LOGIN = payload({ text: PASSWORD, login: { host: HOST, username: 'AWS', password: PASSWORD } });

/** What a vendor's code may use: secrets by their ARN, or by ARN and key. */
export function ports(http: Http, secrets: Record<string, string>, change: Partial<VendorPorts> = {}): VendorPorts {
  return {
    http,
    secret: async ({ secretArn, jsonKey }: SecretRef) => secrets[jsonKey === undefined ? secretArn : `${secretArn} ${jsonKey}`],
    aws: new PublishClients(),
    dockercfgArn: SECRET_ARN,
    now: () => NOW,
    ...change,
  };
}

/** A target of a kind. */
export function spec(kind: string, where: Record<string, string>, settings: object, change: Partial<TargetSpec> = {}): TargetSpec {
  return { kind, where, settings: { ...settings }, form: 'config.json', removal: 'leave', ...change };
}

/** The error of a publication that must fail, in which nothing that was sent is. */
export async function failureOf(
  vendor: Vendor, target: TargetSpec, given: VendorPorts, sent = payload(), secrets: readonly string[] = [],
): Promise<Error> {
  const error = await vendor.publish(target, sent, given).then(() => undefined, (thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  for (const secret of [sent.text, PASSWORD, authOf(PASSWORD), ...secrets]) expect(error.message).not.toContain(secret);
  return error;
}

export { HOST, HOUR, NOW, VendorError };
