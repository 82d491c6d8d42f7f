import { FakeVendor, onlyKeys, type FakeAnswer, type FakeRequest } from './fake-vendor';

/**
 * CircleCI's API of variables, as its documents and its own client say.
 *
 * @see https://circleci.com/docs/api/v2/
 */
export class FakeCircleci extends FakeVendor {
  public readonly token = 'CCIPAT_made-up-for-the-tests';
  /** Variables by `context/ID` or `project/SLUG`. */
  public readonly places = new Map<string, Map<string, string>>();
  public readonly restricted = new Set<string>();

  public add(place: string, variables: Record<string, string> = {}): Map<string, string> {
    const map = new Map(Object.entries(variables));
    this.places.set(place, map);
    return map;
  }

  protected serve({ method, path, headers, body }: FakeRequest): FakeAnswer {
    if (headers['circle-token'] !== this.token) return { status: 401, body: { message: 'You must log in first.' } };
    const match = /^\/api\/v2\/(context\/[^/]+|project\/[^/]+\/[^/]+\/[^/]+)\/(environment-variable|envvar)(?:\/([^/]+))?$/.exec(path);
    const variables = match && this.places.get(match[1]);
    if (!match || !variables || match[1].startsWith('context') !== (match[2] === 'environment-variable')) return { status: 404, body: { message: 'Not found.' } };
    const [, place, , name] = match;
    if (this.restricted.has(place)) return { status: 403, body: { message: 'Permission denied.' } };
    if (method === 'DELETE' && name) {
      if (!variables.delete(name) && place.startsWith('project')) return { status: 404, body: { message: 'Environment variable not found.' } };
      return { status: 200, body: { message: 'Environment variable deleted.' } };
    }
    const isContext = place.startsWith('context');
    if (method !== (isContext ? 'PUT' : 'POST') || isContext !== (name !== undefined)) return { status: 404, body: { message: 'Not found.' } };
    onlyKeys(body, isContext ? ['value'] : ['name', 'value'], [], { status: 400, body: { message: 'Bad request' } });
    if (body.value === '' || body.value.length > 32_000) return { status: 400, body: { message: 'Invalid value' } };
    variables.set(name ?? body.name, body.value);
    return isContext ? { status: 200, body: { variable: name, context_id: place.split('/')[1] } } : { status: 201, body: { name: body.name, value: 'xxxx1234' } };
  }
}
