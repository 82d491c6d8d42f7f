import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import type { Refresher } from './refresher';

const LAMBDA = path.join(__dirname, '../../../lambda');

/** A mistake in one place of a function's code. */
export interface Mutation {
  /** A file of the function's folder. */
  readonly file: string;
  /** What is there, once. */
  readonly from: string;
  /** What is there instead. */
  readonly to: string;
}

/** The refresher's code with mistakes, apart from the one that is loaded. */
export function load(mutations: readonly Mutation[]): Refresher {
  return loadFrom('refresh', mutations, (file) => ({ refresh: file('refresh').refresh, SecretStore: file('secret-store').SecretStore }));
}

/** What is taken from the files of a function with mistakes. */
export function loadFrom<T>(name: string, mutations: readonly Mutation[], take: (file: (name: string) => any) => T): T {
  const home = path.join(LAMBDA, name);
  const mistakes = mutations.map((mutation) => ({ ...mutation, file: path.join(home, mutation.file) }));
  const modules = new Map<string, any>();
  const requireFrom = (folder: string) => (wanted: string): any => {
    if (!wanted.startsWith('.')) return jest.requireActual(wanted); // the classes of its errors are those of the model
    const file = path.resolve(folder, `${wanted}.ts`);
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const { outputText } = ts.transpileModule(mutated(file, mistakes), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function('exports', 'module', 'require', outputText)(module.exports, module, requireFrom(path.dirname(file)));
    return module.exports;
  };
  const taken = take((file) => requireFrom(home)(`./${file}`));
  for (const { file } of mistakes) {
    if (!modules.has(file)) throw new Error(`the function does not use ${path.relative(LAMBDA, file)}`);
  }
  return taken;
}

function mutated(file: string, mutations: readonly Mutation[]): string {
  let text = readFileSync(file, 'utf8');
  for (const { from, to } of mutations.filter((mutation) => mutation.file === file)) {
    if (text.split(from).length !== 2) throw new Error(`${file} must have once: ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}
