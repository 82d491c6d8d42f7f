import { parseTree, type Node } from 'jsonc-parser';
import { hostOf } from '../shared/host';

/** A text that is no config.json of Docker's; the message ends a sentence that begins with the file. */
export class NotConfigError extends Error {
  public override readonly name = 'NotConfigError';
}

/** A changed config.json. */
export interface Change {
  readonly text: string;
  /** Keys of `auths` that were taken out. */
  readonly removed: string[];
}

/** A credential helper that Docker asks instead of looking into `auths`. */
export interface Shadow {
  /** `credHelpers` for the host, or `credsStore` for all. */
  readonly key: 'credHelpers' | 'credsStore';
  /** The helper's name, without `docker-credential-`. */
  readonly helper: string;
}

/**
 * A config.json of Docker's, or an auth.json of Podman's.
 *
 * It is changed by cutting and pasting its text, never by writing it anew: other keys, their order, numbers of any size
 * and the layout stay as they are.
 */
export class ConfigDocument {
  private readonly root: Node;

  /** @throws NotConfigError if the text is not a JSON object, or `auths` is something else than one */
  public constructor(private readonly text: string) {
    this.text = text.trim() === '' ? '{}\n' : text;
    this.root = parseStrictly(this.text);
    if (this.root.type !== 'object') throw new NotConfigError('is no JSON object');
    for (const key of ['auths', 'credHelpers']) {
      const nodes = this.root.children!.filter((property) => keyOf(property) === key);
      if (nodes.length > 1) throw new NotConfigError(`has the key "${key}" twice`);
      if (nodes.length === 1 && !['object', 'null'].includes(valueOf(nodes[0]).type)) throw new NotConfigError(`has "${key}" that is no object`);
    }
  }

  /** Keys of `auths`, as they are written. */
  public get keys(): string[] {
    return this.entries().map(keyOf);
  }

  /** The `auth` of a key of `auths`; undefined if it has none. */
  public auth(key: string): string | undefined {
    const entry = this.entries().filter((property) => keyOf(property) === key).at(-1);
    const auth = entry && valueOf(entry).children?.filter((property) => keyOf(property) === 'auth').at(-1);
    const value: unknown = auth && valueOf(auth).value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** The helper that Docker asks for a host instead of `auths`, if there is one. */
  public shadow(host: string): Shadow | undefined {
    const helpers = this.property('credHelpers')?.children ?? [];
    const own = helpers.find((property) => hostOf(keyOf(property)) === hostOf(host));
    if (own) return shadowOf('credHelpers', valueOf(own).value);
    const store = this.property('credsStore');
    return store && shadowOf('credsStore', store.value);
  }

  /** With these entries in place of all of the same hosts. */
  public login(auths: ReadonlyMap<string, string>): Change {
    const hosts = new Set([...auths.keys()].map(hostOf));
    const added = [...auths.keys()].sort().map((host) => ({ host, auth: auths.get(host)! }));
    return this.rewrite(hosts, added);
  }

  /** Without any entry of these hosts. */
  public logout(hosts: Iterable<string>): Change {
    return this.rewrite(new Set([...hosts].map(hostOf)), []);
  }

  private rewrite(hosts: ReadonlySet<string>, added: readonly { host: string; auth: string }[]): Change {
    const entries = this.entries();
    const removed = entries.filter((entry) => hosts.has(hostOf(keyOf(entry))));
    if (removed.length === 0 && added.length === 0) return { text: this.text, removed: [] };
    const layout = new Layout(this.text);
    const texts = added.map(({ host, auth }) => layout.property(host, layout.object(2, [layout.property('auth', JSON.stringify(auth))])));
    const auths = this.property('auths');
    const kept = entries.filter((entry) => !removed.includes(entry));
    const inner = this.members(auths, entries, kept, texts, layout, 2);
    return { text: this.withAuths(`{${inner}}`, layout), removed: removed.map(keyOf) };
  }

  /** The inside of an object's braces: the members that are kept as they are written, then the new ones. */
  private members(object: Node | undefined, all: Node[], kept: Node[], added: string[], layout: Layout, depth: number): string {
    const between = (property: Node): string => {
      const index = all.indexOf(property);
      const start = index === 0 ? object!.offset + 1 : end(all[index - 1]);
      return this.text.slice(start, property.offset);
    };
    let inner = '';
    kept.forEach((property, index) => {
      const gap = between(property);
      // A member whose predecessors went becomes the first, and loses its comma.
      inner += (index === 0 ? gap.replace(',', '') : gap) + this.text.slice(property.offset, end(property));
    });
    added.forEach((text, index) => { inner += (kept.length + index > 0 ? ',' : '') + layout.newLine(depth) + text; });
    if (inner === '') return '';
    return inner + (all.length > 0 ? this.text.slice(end(all.at(-1)!), end(object!) - 1) : layout.newLine(depth - 1));
  }

  /** The whole text with another value of `auths`. */
  private withAuths(value: string, layout: Layout): string {
    const auths = this.property('auths');
    if (auths) return this.text.slice(0, auths.offset) + value + this.text.slice(end(auths));
    const properties = this.root.children!;
    const inner = this.members(this.root, properties, properties, [layout.property('auths', value)], layout, 1);
    return `${this.text.slice(0, this.root.offset)}{${inner}}${this.text.slice(end(this.root))}`;
  }

  private entries(): Node[] {
    return this.property('auths')?.children ?? [];
  }

  private property(name: string): Node | undefined {
    const property = this.root.children!.filter((candidate) => keyOf(candidate) === name).at(-1);
    return property && valueOf(property);
  }
}

/** How the file lays out its members. */
class Layout {
  private readonly space: string;
  private readonly indent: string | undefined;
  private readonly lineEnd: string;

  public constructor(text: string) {
    const first = /^\s*\{(\r?\n)([ \t]+)"/.exec(text);
    const fresh = /^\s*\{\s*\}\s*$/.test(text);
    // Docker itself writes tabs.
    this.indent = fresh ? '\t' : first?.[2];
    this.lineEnd = first?.[1] ?? '\n';
    this.space = this.indent === undefined ? '' : ' ';
  }

  public newLine(depth: number): string {
    return this.indent === undefined ? '' : this.lineEnd + this.indent.repeat(depth);
  }

  public property(name: string, value: string): string {
    return `${JSON.stringify(name)}:${this.space}${value}`;
  }

  public object(depth: number, properties: string[]): string {
    return `{${properties.map((property) => this.newLine(depth + 1) + property).join(',')}${this.newLine(depth)}}`;
  }
}

function parseStrictly(text: string): Node {
  try {
    // The tree's parser takes more than JSON, Docker does not.
    JSON.parse(text);
    return parseTree(text)!;
  } catch {
    // The parser's message would quote the text.
    throw new NotConfigError('is not JSON');
  }
}

function shadowOf(key: Shadow['key'], helper: unknown): Shadow | undefined {
  return typeof helper === 'string' && helper !== '' ? { key, helper } : undefined;
}

function keyOf(property: Node): string {
  return property.children![0].value as string;
}

function valueOf(property: Node): Node {
  return property.children![1];
}

function end(node: Node): number {
  return node.offset + node.length;
}
