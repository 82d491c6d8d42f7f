import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  EntityAlreadyExistsException,
  GetOpenIDConnectProviderCommand,
  NoSuchEntityException,
  paginateListRoles,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';

/** An OIDC provider as IAM has it. */
export interface Provider {
  /** When it was made, in milliseconds since the epoch. */
  readonly madeAt: number;
  readonly audiences: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

/** A role, and whom it trusts. */
export interface TrustingRole {
  readonly arn: string;
  /** The trust policy, as JSON. */
  readonly trustPolicy: string;
}

/** The account's OIDC providers. */
export class IamProviders {
  public constructor(private readonly client: IAMClient) {}

  /** A provider; undefined if there is none, or IAM does not know of it yet. */
  public async find(arn: string): Promise<Provider | undefined> {
    const answer = await unlessMissing(this.client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })));
    return answer && {
      madeAt: answer.CreateDate!.getTime(),
      audiences: answer.ClientIDList ?? [],
      tags: new Map((answer.Tags ?? []).map(({ Key, Value }) => [Key!, Value!])),
    };
  }

  /**
   * Makes a provider without audiences; its thumbprint is IAM's business.
   *
   * @returns whether it was made: false if somebody else was faster
   */
  public async make(issuer: string, tags: Record<string, string>): Promise<boolean> {
    try {
      await this.client.send(new CreateOpenIDConnectProviderCommand({
        Url: issuer,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }));
      return true;
    } catch (error) {
      if (error instanceof EntityAlreadyExistsException) return false;
      throw error;
    }
  }

  /** Adds an audience; nothing happens if it is there. */
  public async addAudience(arn: string, audience: string): Promise<void> {
    await this.client.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: audience }));
  }

  /** Removes an audience; nothing happens if it is not there. */
  public async removeAudience(arn: string, audience: string): Promise<void> {
    await unlessMissing(this.client.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: audience })));
  }

  /** Deletes a provider; nothing happens if there is none. */
  public async remove(arn: string): Promise<void> {
    await unlessMissing(this.client.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })));
  }

  /** Every role of the account. */
  public async roles(): Promise<TrustingRole[]> {
    const roles: TrustingRole[] = [];
    for await (const page of paginateListRoles({ client: this.client, pageSize: 1000 }, {})) {
      for (const { Arn, AssumeRolePolicyDocument } of page.Roles!) {
        roles.push({ arn: Arn!, trustPolicy: decodeURIComponent(AssumeRolePolicyDocument!) });
      }
    }
    return roles;
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
