import {
  CreateAccessKeyCommand, DeleteAccessKeyCommand, IAMClient, ListAccessKeysCommand, ListUserTagsCommand, NoSuchEntityException,
  TagUserCommand, UntagUserCommand, UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { NoUserError, RotationError } from './errors';
import type { KeyPair, ListedKey, UserKeys } from './ports';

/** The access keys of an IAM user. */
export class IamUserKeys implements UserKeys {
  /**
   * @param client for every call but one
   * @param onceClient makes keys: it must not try a call again
   * @param userName whose keys
   */
  public constructor(private readonly client: IAMClient, private readonly onceClient: IAMClient, private readonly userName: string) {}

  public async list(): Promise<ListedKey[]> {
    const { AccessKeyMetadata = [] } = await this.ofUser(this.client.send(new ListAccessKeysCommand({ UserName: this.userName })));
    return AccessKeyMetadata.map(({ AccessKeyId, Status, CreateDate }) => ({
      id: AccessKeyId!, active: Status === 'Active', createdAt: CreateDate!.getTime(),
    }));
  }

  public async create(): Promise<KeyPair> {
    const { AccessKey } = await this.onceClient.send(new CreateAccessKeyCommand({ UserName: this.userName }));
    if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey) throw new RotationError('IAM answered without a key');
    return { id: AccessKey.AccessKeyId, secret: AccessKey.SecretAccessKey };
  }

  public async deactivate(id: string): Promise<void> {
    await unlessGone(this.client.send(new UpdateAccessKeyCommand({ UserName: this.userName, AccessKeyId: id, Status: 'Inactive' })));
  }

  public async remove(id: string): Promise<void> {
    await unlessGone(this.client.send(new DeleteAccessKeyCommand({ UserName: this.userName, AccessKeyId: id })));
  }

  public async tags(): Promise<Map<string, string>> {
    const tags = new Map<string, string>();
    let marker: string | undefined;
    do {
      const { Tags = [], Marker } = await this.ofUser(this.client.send(new ListUserTagsCommand({ UserName: this.userName, Marker: marker })));
      for (const { Key, Value } of Tags) tags.set(Key!, Value!);
      marker = Marker;
    } while (marker);
    return tags;
  }

  public async writeTags(tags: ReadonlyMap<string, string>): Promise<void> {
    await this.client.send(new TagUserCommand({ UserName: this.userName, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }));
  }

  public async removeTags(tags: readonly string[]): Promise<void> {
    await this.client.send(new UntagUserCommand({ UserName: this.userName, TagKeys: [...tags] }));
  }

  private async ofUser<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof NoSuchEntityException) throw new NoUserError(`the user ${this.userName} does not exist`);
      throw error;
    }
  }
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}
