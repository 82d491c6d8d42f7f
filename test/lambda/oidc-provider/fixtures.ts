import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  EntityAlreadyExistsException,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  LimitExceededException,
  ListRolesCommand,
  NoSuchEntityException,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import type { AudienceEvent, ProviderEvent } from '../../../lambda/oidc-provider/event';
import { createHandler } from '../../../lambda/oidc-provider/handler';
import { IamProviders } from '../../../lambda/oidc-provider/iam-providers';
import { OidcRemoval, OidcResourceType } from '../../../src/private/contract';

export const ISSUER = 'https://issuer.example/path';
export const ARN = arnOf(ISSUER);
export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Ci/1';

export function arnOf(issuer: string): string {
  return `arn:aws:iam::111122223333:oidc-provider/${issuer.replace('https://', '')}`;
}

/** An error as the SDK throws it. */
export function awsError(name: string, message = 'not today'): Error {
  return Object.assign(new Error(message), { name });
}

/** A provider as IAM keeps it. */
export interface KeptProvider {
  readonly url: string;
  readonly madeAt: Date;
  readonly thumbprints: readonly string[];
  readonly tags: Map<string, string>;
  readonly audiences: Set<string>;
}

/** What CloudFormation was told. */
export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

type Hook = (call: string) => Promise<void> | void;
const nothing: Hook = () => undefined;

/** An IAM in memory, with faults, and the handler before it. Time passes only when the handler sleeps. */
export class World {
  public readonly mock = mockClient(IAMClient);
  public readonly providers = new Map<string, KeptProvider>();
  public readonly roles = new Map<string, object>();
  public readonly lines: Record<string, unknown>[] = [];
  public providerQuota = Infinity;
  public audienceQuota = Infinity;
  public time = Date.parse('2026-01-01T00:00:00Z');
  /** Called before each call to IAM has its effect, and after it had. */
  public before: Hook = nothing;
  public after: Hook = nothing;

  private readonly iam = new IamProviders(new IAMClient({ region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }));

  public constructor() {
    const effects = async <T>(call: string, effect: () => T): Promise<T> => {
      await this.before(call);
      const result = effect();
      await this.after(call);
      return result;
    };
    this.mock.on(GetOpenIDConnectProviderCommand).callsFake((input) => effects('Get', () => {
      const { url, madeAt, thumbprints, tags, audiences } = this.provider(input.OpenIDConnectProviderArn);
      return {
        Url: url,
        CreateDate: madeAt,
        ThumbprintList: [...thumbprints],
        ClientIDList: audiences.size > 0 ? [...audiences] : undefined, // the SDK has no empty lists
        Tags: tags.size > 0 ? [...tags].map(([Key, Value]) => ({ Key, Value })) : undefined,
      };
    }));
    this.mock.on(CreateOpenIDConnectProviderCommand).callsFake((input) => effects('Create', () => {
      if (this.providers.has(arnOf(input.Url))) throw new EntityAlreadyExistsException({ message: 'it exists', $metadata: {} });
      if (this.providers.size >= this.providerQuota) throw new LimitExceededException({ message: 'quota', $metadata: {} });
      this.keep(input.Url, input.ClientIDList, Object.fromEntries(input.Tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value])));
      return { OpenIDConnectProviderArn: arnOf(input.Url) };
    }));
    this.mock.on(AddClientIDToOpenIDConnectProviderCommand).callsFake((input) => effects('AddClientID', () => {
      const { audiences } = this.provider(input.OpenIDConnectProviderArn);
      if (audiences.size >= this.audienceQuota) throw new LimitExceededException({ message: 'quota', $metadata: {} });
      audiences.add(input.ClientID);
      return {};
    }));
    this.mock.on(RemoveClientIDFromOpenIDConnectProviderCommand).callsFake((input) => effects('RemoveClientID', () => {
      this.provider(input.OpenIDConnectProviderArn).audiences.delete(input.ClientID);
      return {};
    }));
    this.mock.on(DeleteOpenIDConnectProviderCommand).callsFake((input) => effects('Delete', () => {
      this.provider(input.OpenIDConnectProviderArn);
      this.providers.delete(input.OpenIDConnectProviderArn);
      return {};
    }));
    // One role a page.
    this.mock.on(ListRolesCommand).callsFake((input) => effects('ListRoles', () => {
      const roles = [...this.roles];
      const index = Number(input.Marker ?? 0);
      return {
        Roles: roles.slice(index, index + 1).map(([Arn, policy]) => ({ Arn, AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)) })),
        ...(index + 1 < roles.length ? { IsTruncated: true, Marker: String(index + 1) } : {}),
      };
    }));
  }

  /** Keeps a provider, as IAM does when one is made. */
  public keep(url: string, audiences: string[] = [], tags: Record<string, string> = {}, thumbprints = ['0'.repeat(40)]): void {
    this.time += 1000;
    this.providers.set(arnOf(url), {
      url, madeAt: new Date(this.time), thumbprints, tags: new Map(Object.entries(tags)), audiences: new Set(audiences),
    });
  }

  /** A role that trusts a provider for an audience. */
  public keepRole(name: string, providerArn: string, audience: string): void {
    this.roles.set(`arn:aws:iam::111122223333:role/${name}`, {
      Statement: [{
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: providerArn },
        Condition: { StringEquals: { [`${providerArn.split('oidc-provider/')[1]}:aud`]: audience } },
      }],
    });
  }

  /** Sends an event to the handler, and gives its one answer. */
  public async answerTo(sent: ProviderEvent | AudienceEvent): Promise<Answer> {
    const answers: Answer[] = [];
    await createHandler({
      iam: this.iam,
      now: () => this.time,
      sleep: async (milliseconds) => { this.time += milliseconds; },
      respond: async (_url, body) => void answers.push(JSON.parse(body)),
      write: (line) => this.lines.push(JSON.parse(line)),
    })(sent);
    if (answers.length !== 1) throw new Error(`${answers.length} answers`);
    return answers[0];
  }

  /** How often IAM was called that way. */
  public calls(name: string): number {
    return this.mock.calls().filter((call) => call.args[0].constructor.name.startsWith(name)).length;
  }

  public restore(): void {
    this.mock.restore();
  }

  private provider(arn: string): KeptProvider {
    const provider = this.providers.get(arn);
    if (!provider) throw new NoSuchEntityException({ message: `no provider ${arn}`, $metadata: {} });
    return provider;
  }
}

export type Request = 'Create' | 'Update' | 'Delete';

/** What an event may differ in from that of `Provider` in the stack. */
export interface EventOptions {
  readonly issuer?: string;
  readonly audience?: string;
  readonly removal?: OidcRemoval;
  readonly physicalId?: string;
  readonly stackId?: string;
  readonly logicalId?: string;
}

/** An event for a provider, or with an audience for that. */
export function event(request: Request, options: EventOptions = {}): ProviderEvent | AudienceEvent {
  const { issuer = ISSUER, audience, removal = OidcRemoval.RETAIN, stackId = STACK_ID } = options;
  const properties = { ServiceToken: 'arn:function', providerArn: arnOf(issuer), removal, ...(audience === undefined ? { issuer } : { audience }) };
  return {
    RequestType: request,
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: stackId,
    RequestId: 'request',
    LogicalResourceId: options.logicalId ?? (audience === undefined ? 'Provider' : `Audience-${audience}`),
    ResourceType: audience === undefined ? OidcResourceType.PROVIDER : OidcResourceType.AUDIENCE,
    ServiceToken: 'arn:function',
    ResourceProperties: properties,
    ...(request === 'Create' ? {} : { PhysicalResourceId: options.physicalId ?? 'unknown' }),
    ...(request === 'Update' ? { OldResourceProperties: properties } : {}),
  } as unknown as ProviderEvent | AudienceEvent;
}
