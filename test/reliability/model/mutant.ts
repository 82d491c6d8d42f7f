import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import type { Refresher } from './refresher';

const LAMBDA = path.join(__dirname, '../../../lambda/refresh');

/** A mistake in one place of the refresher's code. */
export interface Mutation {
  /** A file of lambda/refresh. */
  readonly file: string;
  /** What is there, once. */
  readonly from: string;
  /** What is there instead. */
  readonly to: string;
}

/** The refresher's code with mistakes, apart from the one that is loaded. */
export function load(mutations: readonly Mutation[]): Refresher {
  const modules = new Map<string, any>();
  const requireFrom = (folder: string) => (name: string): any => {
    if (!name.startsWith('.')) return jest.requireActual(name); // the classes of its errors are those of the model
    const file = path.resolve(folder, `${name}.ts`);
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const { outputText } = ts.transpileModule(mutated(file, mutations), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function('exports', 'module', 'require', outputText)(module.exports, module, requireFrom(path.dirname(file)));
    return module.exports;
  };
  const requireRefresh = requireFrom(LAMBDA);
  const refresher = { refresh: requireRefresh('./refresh').refresh, SecretStore: requireRefresh('./secret-store').SecretStore };
  for (const { file } of mutations) {
    if (!modules.has(path.join(LAMBDA, file))) throw new Error(`the refresher does not use lambda/refresh/${file}`);
  }
  return refresher;
}

function mutated(file: string, mutations: readonly Mutation[]): string {
  let text = readFileSync(file, 'utf8');
  for (const { from, to } of mutations.filter((mutation) => path.join(LAMBDA, mutation.file) === file)) {
    if (text.split(from).length !== 2) throw new Error(`${file} must have once: ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}
