import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfig, type AwsOptions } from './config';
import { explain } from './errors';
import { parseImage, type Image } from './image';
import { tryPull, tryPush, type RegistryAnswer } from './registry';
import type { ConfigDocument } from '../config/document';
import { readConfig } from '../config/file';
import { configFile } from '../config/location';
import { expiryOfAuth } from '../secret/expiry';
import { OWN_HELPER } from '../secret/helper-name';
import { readSecret } from '../secret/read';
import { requireSecret } from '../secret/which';
import { CliError, Exit } from '../shared/exit';
import { ecrHost, hostOf } from '../shared/host';
import type { Io } from '../shared/io';
import { paintFor } from '../shared/style';
import { inUtc } from '../shared/time';

export interface DoctorOptions extends AwsOptions {
  /** Look for what keeps a push, not only a pull. */
  readonly push?: boolean;
  readonly authfile?: string;
  readonly json?: boolean;
  readonly color?: boolean;
}

/** Why a pull or a push is denied. */
export type Cause =
  'no-login' | 'no-identity' | 'expired' | 'other-region' | 'stale-key' | 'shadowing-helper' | 'refused' | 'no-permission' | 'no-repository' | 'no-image' | 'immutable-tag';

export interface Finding {
  readonly cause: Cause;
  readonly problem: string;
  readonly fix: string;
}

/** A login that was found for a host. */
interface Found {
  readonly auth: string;
  /** Where it was found. */
  readonly source: string;
}

/**
 * Finds out why a pull or a push of an image is denied, by doing what the client does and asking who refuses.
 *
 * @returns whether a cause was found
 */
export async function doctor(imageText: string, options: DoctorOptions, io: Io): Promise<Exit> {
  const image = parseImage(imageText);
  const findings = await new Examination(image, options, io).run();
  const paint = paintFor(io.stdout, io, options.color);
  const what = options.push ? 'push' : 'pull';
  await io.stdout.write(options.json
    ? `${JSON.stringify({ image: imageText, findings })}\n`
    : findings.length === 0
      ? `${paint('green', 'no cause found')}: a ${what} of ${imageText} is let in\n`
      : findings.map(({ cause, problem, fix }) => `${paint('red', cause)}: ${problem}\n  ${paint('bold', 'fix')}: ${fix}\n`).join(''));
  return findings.length === 0 ? Exit.OK : Exit.NOTICE;
}

class Examination {
  private readonly findings: Finding[] = [];
  private readonly file: string;

  public constructor(private readonly image: Image, private readonly options: DoctorOptions, private readonly io: Io) {
    this.file = configFile(options.authfile, io);
  }

  public async run(): Promise<Finding[]> {
    const config = await readConfig(this.file, this.io);
    const found = await this.findLogin(config);
    if (!found) await this.examineIdentity();
    else if (!this.hasExpired(found)) await this.examineRegistry(found, config);
    return this.findings;
  }

  /** The login that clients take, from the file or from our own helper. */
  private async findLogin(config: ConfigDocument | undefined): Promise<Found | undefined> {
    const { host } = this.image;
    const shadow = config?.shadow(host);
    if (shadow?.helper === OWN_HELPER) return this.findInSecret();
    if (shadow) {
      this.add('shadowing-helper', `"${shadow.key}" in ${this.file} makes Docker ask docker-credential-${shadow.helper} for ${host}, and not the file`,
        `remove it, or name "${OWN_HELPER}" in "credHelpers" for ${host}`);
    }
    const keys = config?.keys.filter((key) => hostOf(key) === host) ?? [];
    const taken = keys.includes(host) ? host : keys[0];
    const auth = taken === undefined ? undefined : config!.auth(taken);
    if (auth === undefined) {
      this.add('no-login', `${this.file} has no login for ${host}`, 'run "ecr-ci login"');
      return undefined;
    }
    for (const key of keys.filter((other) => config!.auth(other) !== auth)) {
      this.add('stale-key', `beside ${taken} ${this.file} has ${key} with another login, which some clients take`, 'run "ecr-ci login", which removes it');
    }
    return { auth, source: this.file };
  }

  private async findInSecret(): Promise<Found | undefined> {
    const { host } = this.image;
    const secretId = await requireSecret(this.options, this.io.env);
    const { auths } = await readSecret(secretId, this.options, this.io.env);
    const key = [...auths.keys()].find((candidate) => hostOf(candidate) === host);
    if (key !== undefined) return { auth: auths.get(key)!, source: `the secret ${secretId}` };
    this.add('no-login', `the dockercfg in the secret ${secretId} has no login for ${host}`, 'add the registry to its DockerCredentials, and deploy');
    return undefined;
  }

  private hasExpired({ auth, source }: Found): boolean {
    const expiresAt = expiryOfAuth(auth);
    if (expiresAt === undefined || expiresAt > this.io.now()) return false;
    this.add('expired', `the login for ${this.image.host} in ${source} expired at ${inUtc(expiresAt)}`, 'run "ecr-ci login", or "ecr-ci refresh" if the secret has expired too');
    return true;
  }

  /** Without a login one has to be had from AWS: can it? */
  private async examineIdentity(): Promise<void> {
    try {
      const config = clientConfig({ ...this.options, region: this.image.region }, this.io.env);
      await new STSClient(config).send(new GetCallerIdentityCommand({}));
    } catch (error) {
      const { message } = explain(error, { what: 'AWS does not know who asks', action: 'sts:GetCallerIdentity' });
      this.add('no-identity', 'there is no AWS identity that could read a login', message);
    }
  }

  private async examineRegistry(found: Found, config: ConfigDocument | undefined): Promise<void> {
    const pulled = await tryPull(this.image, found.auth, this.io.env);
    if (this.examineAnswer(pulled, found, config)) return;
    if (!this.options.push) {
      if (pulled.status === 404) this.add('no-image', `the repository ${this.image.repository} has no image ${this.image.reference}`, 'push it, or pull another tag');
      return;
    }
    if (this.examineAnswer(await tryPush(this.image, found.auth, this.io.env), found, config)) return;
    if (pulled.status === 200 && !this.image.isDigest) await this.examineMutability();
  }

  /** Tells whether the answer is the end of the matter. */
  private examineAnswer({ status, code, message }: RegistryAnswer, { source, auth }: Found, config: ConfigDocument | undefined): boolean {
    const { host, repository, region } = this.image;
    if (status >= 500) throw new CliError(`the registry ${host} answered with status ${status}: try again`);
    if (code === 'NAME_UNKNOWN') {
      this.add('no-repository', `the registry ${host} has no repository ${repository}`, `create it: new CiRepository(this, 'App', { repositoryName: '${repository}' })`);
      return true;
    }
    if (status < 400 || status === 404) return false;
    const origin = this.otherRegion(auth, config);
    if (/token has expired/i.test(message)) {
      this.add('expired', `the registry ${host} says that the login in ${source} has expired`, 'run "ecr-ci login", or "ecr-ci refresh" if the secret has expired too');
    } else if (origin !== undefined) {
      this.add('other-region', `the login for ${host} in ${source} is that of ${origin}: a token is for one region`, `run "ecr-ci login" with a secret for ${region}`);
    } else if (status === 403) {
      const action = /perform: (ecr:\w+)/.exec(message)?.[1];
      this.add('no-permission', `the identity behind the login may not use ${repository}${action ? `, ${action} is missing` : ''} (${message})`,
        `grant it: repository.${this.options.push ? 'grantPullPush' : 'grantPull'}(credentials); in another account the repository's policy must allow it too`);
    } else {
      this.add('refused', `the registry ${host} does not take the password in ${source} (status ${status})`, 'run "ecr-ci login"');
    }
    return true;
  }

  /** A host of another region that has the same login, from which it was copied. */
  private otherRegion(auth: string, config: ConfigDocument | undefined): string | undefined {
    return config?.keys.find((key) => {
      const registry = ecrHost(hostOf(key));
      return registry && registry.region !== this.image.region && config.auth(key) === auth;
    });
  }

  /** The tag is there: may it be overwritten? */
  private async examineMutability(): Promise<void> {
    const { account, region, repository, reference } = this.image;
    try {
      const client = new ECRClient(clientConfig({ ...this.options, region }, this.io.env));
      const { repositories } = await client.send(new DescribeRepositoriesCommand({ registryId: account, repositoryNames: [repository] }));
      const { imageTagMutability = '', imageTagMutabilityExclusionFilters: filters = [] } = repositories![0];
      const excluded = filters.some(({ filter }) => matches(filter!, reference));
      if (imageTagMutability.startsWith('IMMUTABLE') !== excluded) {
        this.add('immutable-tag', `the tag ${reference} of ${repository} is there and may not be overwritten`, 'push another tag, or add it to \'mutableTags\' of the CiRepository');
      }
    } catch (error) {
      const { message } = explain(error, { what: 'whether the tag may be overwritten is not known', action: 'ecr:DescribeRepositories' });
      await this.io.stderr.write(`ecr-ci: ${message}\n`);
    }
  }

  private add(cause: Cause, problem: string, fix: string): void {
    this.findings.push({ cause, problem, fix });
  }
}

/** Whether a tag is one of a filter's, in which * stands for any characters. */
function matches(filter: string, tag: string): boolean {
  return new RegExp(`^${filter.split('*').map((part) => part.replace(/[.]/g, '\\.')).join('.*')}$`).test(tag);
}
