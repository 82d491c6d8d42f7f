import type { HttpBodyTemplate } from '../private/http-template-contract';

/**
 * The body of a request of `Target.http()`. In its texts `{{value}}`, `{{username}}`, `{{password}}`, `{{host}}`,
 * `{{expiresAt}}` and `{{secret:NAME}}` are filled in.
 */
export class HttpBody {
  /**
   * JSON. Each text in it is filled in and quoted afterwards, so that the quotes of a dockercfg need no care.
   *
   * @param value any JSON: an object, a list, a text
   */
  public static json(value: any): HttpBody {
    return new HttpBody({ json: value });
  }

  /**
   * A form, `application/x-www-form-urlencoded`. Each field is filled in and encoded afterwards.
   */
  public static form(fields: { [name: string]: string }): HttpBody {
    return new HttpBody({ form: fields });
  }

  /**
   * A text that is sent as it is when it is filled in, such as `{{value}}` alone.
   *
   * @param template the text
   * @param contentType what it is; `text/plain; charset=utf-8` if not said otherwise
   */
  public static text(template: string, contentType?: string): HttpBody {
    return new HttpBody({ text: template, contentType: contentType ?? 'text/plain; charset=utf-8' });
  }

  private constructor(
    /** @internal */
    public readonly _template: HttpBodyTemplate,
  ) {}
}
