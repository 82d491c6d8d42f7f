// Builds the API server of Kubernetes for test/e2e/kubernetes-secret.test.ts; takes some minutes, Go and 2 GB:
// `node scripts/kube-apiserver.mjs FILE`, then KUBE_APISERVER=FILE and etcd in the PATH (Debian: etcd-server).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const VERSION = '1.35.4';

const [file] = process.argv.slice(2);
if (!file) throw new Error('usage: node scripts/kube-apiserver.mjs FILE');

const module = mkdtempSync(join(tmpdir(), 'kube-apiserver-'));
const go = (...args) => execFileSync('go', args, {
  cwd: module, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
});
try {
  const { GoMod } = JSON.parse(go('mod', 'download', '-json', `k8s.io/kubernetes@v${VERSION}`));
  // Its own modules are folders of its repository there, and modules of the same minor version elsewhere.
  const [, minor] = VERSION.split(/\.(.*)/);
  const own = [...readFileSync(GoMod, 'utf8').matchAll(/(k8s\.io\/\S+) => \.\/staging/g)].map(([, name]) => `\t${name} => ${name} v0.${minor}\n`);
  writeFileSync(join(module, 'go.mod'), `module apiserver\n\ngo 1.25.0\n\nrequire k8s.io/kubernetes v${VERSION}\n\nreplace (\n${own.join('')})\n`);
  writeFileSync(join(module, 'main.go'), [
    'package main',
    'import ("os"; "k8s.io/component-base/cli"; "k8s.io/kubernetes/cmd/kube-apiserver/app")',
    'func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }',
    '',
  ].join('\n'));
  go('build', '-trimpath', '-ldflags=-s -w', '-o', resolve(file), '.');
} finally {
  rmSync(module, { recursive: true });
}
