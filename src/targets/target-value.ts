import { checkFormats, REGISTRY_HOST } from '../private/formats';
import type { ValueForm } from '../private/target-contract';
import type { Problems } from '../private/validation';

/**
 * What a target is sent: the whole dockercfg or a part of it.
 */
export class TargetValue {
  /**
   * `{"auths":{"HOST":{"auth":"…"}}}`, minified and with nothing else in it: what Docker reads in `DOCKER_AUTH_CONFIG`
   * and every client as its `config.json`.
   *
   * @param hosts registries whose entries are sent, such as `111122223333.dkr.ecr.eu-west-1.amazonaws.com`; none for all
   */
  public static configJson(...hosts: string[]): TargetValue {
    return new TargetValue('config.json', hosts);
  }

  /**
   * The same in Base64, for systems that cannot mask or keep JSON.
   *
   * @param hosts registries whose entries are sent; none for all
   */
  public static configJsonBase64(...hosts: string[]): TargetValue {
    return new TargetValue('base64', hosts);
  }

  /**
   * The password of one registry; ECR's user name is always `AWS`.
   *
   * @param host the registry; it can be left out if the dockercfg has one only
   */
  public static password(host?: string): TargetValue {
    return new TargetValue('password', host === undefined ? [] : [host]);
  }

  /**
   * For targets that have a field for the user's name and one for the password.
   *
   * @internal
   */
  public static _login(host?: string): TargetValue {
    return new TargetValue('login', host === undefined ? [] : [host]);
  }

  private constructor(
    /** @internal */
    public readonly _form: ValueForm,
    private readonly hosts: string[],
  ) {}

  /** @internal */
  public get _hosts(): string[] | undefined {
    return this.hosts.length > 0 ? this.hosts : undefined;
  }

  /** @internal */
  public _check(problems: Problems, at: string): void {
    if (this.hosts.length > 0) checkFormats(problems, `${at}.hosts`, this.hosts, REGISTRY_HOST);
  }
}
