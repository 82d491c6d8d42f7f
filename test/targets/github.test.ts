import { Lazy } from 'aws-cdk-lib';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
let auth: lib.GithubAuth;
beforeEach(() => {
  bench = new Bench();
  auth = lib.GithubAuth.token(bench.token);
});

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const secret = (options: Partial<lib.GithubSecretOptions> = {}) => lib.Target.githubSecret({ repository: 'myuser/myapp', auth, ...options });
const registry = (options: Partial<lib.GithubPrivateRegistryOptions> = {}) => lib.Target.githubPrivateRegistry({ organization: 'my-org', host: HOST, auth, ...options });
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

test('a repository\'s secret of Actions by default', () => {
  expect(bench.bind(secret())).toEqual({
    kind: 'github-secret', where: { repository: 'myuser/myapp', secretName: 'DOCKER_AUTH_CONFIG' }, settings: { auth: { token } }, form: 'config.json',
  });
  expect(bench.problems(secret())).toEqual([]);
  expect(bench.statements()).toHaveLength(1);
});

test('every option', () => {
  const target = secret({
    repository: undefined,
    organization: 'my-org',
    kind: lib.GithubSecretKind.DEPENDABOT,
    secretName: 'ECR',
    visibility: lib.GithubVisibility.SELECTED,
    selectedRepositoryIds: [1, 2],
    value: lib.TargetValue.password(HOST),
    url: 'https://github.example.com/api/v3',
    certificateAuthority: PEM,
    auth: lib.GithubAuth.app({ clientId: 'Iv1', privateKey: bench.token, privateKeyKey: 'pem', installationId: '7' }),
    removal: lib.TargetRemoval.BLANK,
  });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target)).toEqual({
    kind: 'github-secret',
    where: { url: 'https://github.example.com/api/v3', organization: 'my-org', kind: 'dependabot', secretName: 'ECR' },
    settings: {
      auth: { clientId: 'Iv1', privateKey: { ...token, jsonKey: 'pem' }, installationId: '7' },
      visibility: 'selected',
      selectedRepositoryIds: [1, 2],
      certificateAuthority: PEM,
    },
    form: 'password',
    hosts: [HOST],
    removal: 'blank',
  });
});

test('an environment, and an organization seen by its private repositories', () => {
  expect(bench.bind(secret({ environment: 'prod' })).where).toEqual({ repository: 'myuser/myapp', environment: 'prod', secretName: 'DOCKER_AUTH_CONFIG' });
  const app = lib.GithubAuth.app({ clientId: 'Iv1', privateKey: bench.token });
  expect(bench.bind(secret({ repository: undefined, organization: 'my-org', auth: app })).settings)
    .toEqual({ auth: { clientId: 'Iv1', privateKey: token }, visibility: 'private' });
});

test('a private registry is sent one login', () => {
  expect(bench.problems(registry())).toEqual([]);
  expect(bench.bind(registry()).where).toEqual({ organization: 'my-org', host: HOST });
  expect(bench.bind(registry({ url: 'https://github.example.com/api/v3' }))).toEqual({
    kind: 'github-private-registry',
    where: { url: 'https://github.example.com/api/v3', organization: 'my-org', host: HOST },
    settings: { auth: { token }, visibility: 'private' },
    form: 'login',
    hosts: [HOST],
  });
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const app = lib.GithubAuth.app({ clientId: late, privateKey: bench.token, privateKeyKey: late, installationId: late });
  expect(bench.problems(secret({ repository: late, secretName: late, environment: late, url: late, auth: app }))).toEqual([]);
  expect(bench.problems(registry({ organization: late, host: late }))).toEqual([]);
});

test.each<[Partial<lib.GithubSecretOptions>, RegExp[]]>([
  [{ repository: undefined }, [/^'targets\[0\]' must be given exactly one of 'repository', 'organization', got: \[\]; say whose secret it is$/]],
  [{ organization: 'my-org' }, [/exactly one of/]],
  [{ repository: 'myapp' }, [/^'targets\[0\]\.repository' must be an owner and a repository, got: 'myapp' \(5 characters\); write it such as 'myuser\/myapp'$/]],
  [{ secretName: 'GITHUB_TOKEN' }, [/^'targets\[0\]\.secretName' must be the name of a secret: letters, digits and _, not beginning with a digit or GITHUB_, got: 'GITHUB_TOKEN'/]],
  [{ secretName: 'github_x' }, [/secretName/]],
  [{ secretName: '1X' }, [/secretName/]],
  [{ environment: '' }, [/^'targets\[0\]\.environment' must be 1 to 255 characters/]],
  [{ environment: 'prod', kind: lib.GithubSecretKind.CODESPACES }, [/^'targets\[0\]\.environment' must be left out but for a repository's secret of GitHub Actions/]],
  [{ repository: undefined, organization: 'my org', environment: 'prod' }, [/'targets\[0\]\.organization' must be the name of an organization/, /environment/]],
  [{ visibility: lib.GithubVisibility.ALL }, [/^'targets\[0\]\.visibility' must be left out for a repository's secret, got: 'all'/]],
  [{ repository: undefined, organization: 'o', visibility: lib.GithubVisibility.SELECTED }, [/^'targets\[0\]\.selectedRepositoryIds' must be given with GithubVisibility\.SELECTED, and only then, got: undefined/]],
  [{ repository: undefined, organization: 'o', selectedRepositoryIds: [1] }, [/selectedRepositoryIds' must be given with .*got: \[1\]/]],
  [{ url: 'http://github.example.com' }, [/'targets\[0\]\.url'/]],
  [{ certificateAuthority: 'x' }, [/'targets\[0\]\.certificateAuthority'/]],
  [{ value: lib.TargetValue.password('A') }, [/'targets\[0\]\.value\.hosts\[0\]'/]],
])('refuses %j', (options, problems) => {
  expect(bench.problems(secret(options))).toEqual(problems.map((problem) => expect.stringMatching(problem)));
});

test('refuses an App and a token that are none', () => {
  const wrong = lib.GithubAuth.app({ clientId: 'a b', privateKey: bench.token, privateKeyKey: '', installationId: 'x' });
  expect(bench.problems(secret({ auth: wrong }))).toEqual([
    expect.stringMatching(/^'targets\[0\]\.auth\.clientId' must be a client id or a numeric App id, got: 'a b'/),
    expect.stringMatching(/^'targets\[0\]\.auth\.installationId' must be a number, got: 'x'/),
    expect.stringMatching(/^'targets\[0\]\.auth\.privateKeyKey' must be a key of the secret's JSON/),
  ]);
  expect(bench.problems(registry({ auth: lib.GithubAuth.token(bench.token, ''), host: 'https://x', organization: 'a/b' }))).toHaveLength(3);
});
