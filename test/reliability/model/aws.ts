import type { SimulatedClock } from './clock';
import type { Secret } from './secret';
import type { RefreshRequest } from '../../../src/private/contract';

const HOUR = 3600_000;
const ROLE = 'arn:aws:iam::222222222222:role/puller';
const LOGIN_ARN = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:login-AbCdEf';

/** Where the refresher runs. */
export const HOME = { partition: 'aws', account: '111111111111' };

/** Sources of credentials, by the names that the model gives them, and the registry that reports name for each. */
export const SOURCES = {
  own: '111111111111.dkr.ecr.us-east-1.amazonaws.com',
  foreign: '222222222222.dkr.ecr.eu-west-1.amazonaws.com',
  public: 'public.ecr.aws',
  login: 'ghcr.io',
} as const;
export type SourceName = keyof typeof SOURCES;

/** The hosts that each source's credentials are for. */
export const HOSTS: Record<SourceName, string[]> = {
  own: [SOURCES.own, '111111111111.dkr.ecr-fips.us-east-1.amazonaws.com'],
  foreign: [SOURCES.foreign],
  public: [SOURCES.public],
  login: [SOURCES.login],
};

const REGISTRIES: Record<SourceName, RefreshRequest['registries'][number]> = {
  own: { kind: 'ecr', region: 'us-east-1', accounts: ['111111111111'], hosts: ['standard', 'fips'] },
  foreign: { kind: 'ecr', region: 'eu-west-1', accounts: ['222222222222'], hosts: ['standard'], roleArn: ROLE },
  public: { kind: 'ecr-public', hosts: ['standard'] },
  login: { kind: 'login', host: SOURCES.login, secretArn: LOGIN_ARN, usernameKey: 'username', passwordKey: 'password' },
};

/** What the refresher is asked for, for some of the sources. */
export function requestFor(names: readonly SourceName[], force = false): RefreshRequest {
  return { registries: names.map((name) => REGISTRIES[name]), urlSuffix: 'amazonaws.com', format: 'config.json', force };
}

/** What an answer may be instead of what it should be. */
export const SPOILED = [
  'wrong user', 'empty password', 'expired', 'other host', 'no expiry', 'no token', 'two tokens', 'nothing',
] as const;
export type Spoiled = typeof SPOILED[number];

/** Credentials that were given out. */
export interface Issued {
  readonly hosts: readonly string[];
  /** Milliseconds since the epoch; infinite for a login. */
  readonly expiresAt: number;
  /** The how manieth login of its registry it is. */
  readonly generation?: number;
}

/** One call, as it reaches AWS. */
export interface Request {
  readonly service: 'ecr' | 'ecr-public' | 'sts' | 'secretsmanager';
  readonly operation: string;
  readonly input: any;
  readonly region?: string;
}

/** The source that a call is for; undefined if it is about the secret of the refresher. */
export function sourceOf({ service, region, input }: Request): SourceName | undefined {
  switch (service) {
    case 'ecr': return region === 'us-east-1' ? 'own' : 'foreign';
    case 'ecr-public': return 'public';
    case 'sts': return 'foreign';
    case 'secretsmanager': return input.SecretId === LOGIN_ARN ? 'login' : undefined;
  }
}

/** ECR, ECR Public, STS and Secrets Manager, as far as the refresher calls them. */
export class Aws {
  /** Every `auth` string that ever was good, and what for. */
  public readonly issued = new Map<string, Issued>();
  /** How long a new token lives, in milliseconds. */
  public tokenLife = 12 * HOUR;
  /** How long a new token's password is, in characters. */
  public passwordLength = 12;
  /** Whether any token was so long that a secret may be too small. */
  public get wasLong(): boolean {
    return [...this.issued.keys()].some((auth) => auth.length > 1000);
  }

  /** How many logins the registry had. */
  public generation = 0;

  private tokenCount = 0;
  private login = '';

  public constructor(private readonly clock: SimulatedClock, private readonly secret: Secret) {
    this.changeLogin();
  }

  /** The registry's login is another from now on; that of before stays good. */
  public changeLogin(): void {
    this.login = `login-${++this.generation}`;
    this.issued.set(base64(`robot:${this.login}`), { hosts: HOSTS.login, expiresAt: Infinity, generation: this.generation });
  }

  public serve(request: Request, spoiled?: Spoiled): object {
    switch (request.service) {
      case 'sts': return {};
      case 'ecr': return { authorizationData: this.ecrTokens(sourceOf(request)!, spoiled) };
      case 'ecr-public': {
        const authorizationData = spoiled === 'nothing' || spoiled === 'two tokens' ? undefined : this.token('public', spoiled);
        return { authorizationData };
      }
      case 'secretsmanager': return sourceOf(request) ? { SecretString: this.loginValue(spoiled) } : this.serveSecret(request);
    }
  }

  private serveSecret({ operation, input }: Request): object {
    switch (operation) {
      case 'GetSecretValue': return this.secret.getSecretValue(input);
      case 'PutSecretValue': return this.secret.putSecretValue(input);
      case 'UpdateSecretVersionStage': return this.secret.updateSecretVersionStage(input);
      default: throw new Error(`the model has no ${operation}`);
    }
  }

  private ecrTokens(source: SourceName, spoiled?: Spoiled): object[] {
    if (spoiled === 'nothing') return [];
    const token = { ...this.token(source, spoiled), proxyEndpoint: `https://${spoiled === 'other host' ? SOURCES.public : SOURCES[source]}` };
    return spoiled === 'two tokens' ? [token, token] : [token];
  }

  private token(source: SourceName, spoiled?: Spoiled): object {
    const password = `${source}-${this.tokenCount++}`.padEnd(this.passwordLength, '.');
    const auth = base64(`${spoiled === 'wrong user' ? 'root' : 'AWS'}:${spoiled === 'empty password' ? '' : password}`);
    const life = spoiled === 'expired' ? -HOUR : this.tokenLife;
    const expiresAt = Math.floor((this.clock.now + life) / 1000) * 1000;
    const hosts = spoiled === 'other host' ? [] : HOSTS[source];
    if (spoiled !== 'wrong user' && spoiled !== 'empty password') this.issued.set(auth, { hosts, expiresAt });
    return {
      ...(spoiled === 'no token' ? {} : { authorizationToken: auth }),
      ...(spoiled === 'no expiry' ? {} : { expiresAt: new Date(expiresAt) }),
    };
  }

  private loginValue(spoiled?: Spoiled): string {
    switch (spoiled) {
      case undefined: return JSON.stringify({ username: 'robot', password: this.login });
      case 'wrong user': return JSON.stringify({ username: 'ro:bot', password: this.login });
      case 'empty password': return JSON.stringify({ username: 'robot', password: '' });
      case 'nothing': return '';
      default: return '{"user":';
    }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
