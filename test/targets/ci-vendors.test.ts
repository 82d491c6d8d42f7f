import { Lazy } from 'aws-cdk-lib';
import fc from 'fast-check';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const UUID = '42f1a7da-812d-4430-93d8-1cc7c33a6bcf';
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };
const late = () => Lazy.string({ produce: () => 'known later' });

const bitbucket = (options: Partial<lib.BitbucketVariableOptions> = {}) => (
  lib.Target.bitbucketVariable({ workspace: 'my-ws', auth: lib.BitbucketAuth.accessToken(bench.token), ...options }));
const context = (options: Partial<lib.CircleciContextOptions> = {}) =>
  lib.Target.circleciContext({ contextId: UUID, token: bench.token, ...options });
const project = (options: Partial<lib.CircleciProjectOptions> = {}) => (
  lib.Target.circleciProject({ projectSlug: 'gh/my/app', token: bench.token, ...options }));
const buildkite = (options: Partial<lib.BuildkiteSecretOptions> = {}) => (
  lib.Target.buildkiteSecret({ organization: 'my-org', clusterId: UUID, token: bench.token, ...options }));

const matching = (problems: RegExp[]) => problems.map((problem) => expect.stringMatching(problem));

describe('Bitbucket', () => {
  test('by default', () => {
    expect(bench.problems(bitbucket())).toEqual([]);
    expect(bench.bind(bitbucket())).toEqual({
      kind: 'bitbucket-variable', where: { workspace: 'my-ws', key: 'DOCKER_AUTH_CONFIG' }, settings: { token }, form: 'config.json',
    });
  });

  test('every option', () => {
    const target = bitbucket({
      repository: 'my.app',
      environment: `{${UUID}}`,
      key: 'ECR',
      value: lib.TargetValue.password(HOST),
      removal: lib.TargetRemoval.DELETE,
      auth: lib.BitbucketAuth.apiToken('ci@example.com', bench.token, 'bitbucket'),
    });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({
      kind: 'bitbucket-variable',
      where: { workspace: 'my-ws', repository: 'my.app', environment: `{${UUID}}`, key: 'ECR' },
      settings: { token: { ...token, jsonKey: 'bitbucket' }, email: 'ci@example.com' },
      form: 'password',
      hosts: [HOST],
      removal: 'delete',
    });
  });

  test('a workspace is named by its UUID, and a name may be long', () => {
    expect(bench.problems(bitbucket({ workspace: `{${UUID.toUpperCase()}}`, repository: '.github', key: `A${'1'.repeat(400)}` }))).toEqual([]);
  });

  test('values that only the deploy knows are taken', () => {
    const auth = lib.BitbucketAuth.apiToken(late(), bench.token, late());
    expect(bench.problems(bitbucket({ workspace: late(), repository: late(), environment: late(), key: late(), auth }))).toEqual([]);
  });

  test.each<[Partial<lib.BitbucketVariableOptions>, RegExp[]]>([
    [{ workspace: 'a/b' }, [/^'targets\[0\]\.workspace' must be the id of a workspace as it is in the URL of its page, or its UUID in braces, got: 'a\/b'/]],
    [{ workspace: '..' }, [/\.workspace'/]],
    [{ workspace: UUID.slice(1) + '}' }, [/\.workspace'/]],
    [{ repository: 'a b' }, [/^'targets\[0\]\.repository' must be the name of a repository/]],
    [{ repository: '..' }, [/\.repository'/]],
    [{ repository: `{${UUID}}` }, [/\.repository'/]],
    [{ workspace: '', repository: '.', key: 'A-B', environment: `{${UUID}` }, [/\.workspace'/, /\.repository'/, /\.environment'/, /\.key'/]],
    [{ environment: `{${UUID}}` }, [/^'targets\[0\]\.repository' must be given with 'environment'/]],
    [{ repository: 'a', environment: UUID }, [/^'targets\[0\]\.environment' must be a UUID in braces/]],
    [{ key: '1' }, [/^'targets\[0\]\.key' must be the name of a variable/]],
    [{ value: lib.TargetValue.configJson('A') }, [/\.value\.hosts\[0\]'/]],
  ])('refuses %j', (options, problems) => {
    expect(bench.problems(bitbucket(options))).toEqual(matching(problems));
  });

  test('refuses an e-mail address and a key that are none', () => {
    expect(bench.problems(bitbucket({ auth: lib.BitbucketAuth.apiToken('me', bench.token, '') }))).toEqual(matching([
      /^'targets\[0\]\.auth\.email' must be an e-mail address, got: 'me'/, /^'targets\[0\]\.auth\.tokenKey' must be a key/,
    ]));
  });
});

describe('CircleCI', () => {
  test('by default', () => {
    expect([...bench.problems(context()), ...bench.problems(project())]).toEqual([]);
    expect(bench.bind(context())).toEqual({
      kind: 'circleci-context', where: { contextId: UUID, variableName: 'DOCKER_AUTH_CONFIG' }, settings: { token }, form: 'config.json',
    });
    expect(bench.bind(project())).toEqual({
      kind: 'circleci-project', where: { projectSlug: 'gh/my/app', variableName: 'DOCKER_AUTH_CONFIG' }, settings: { token }, form: 'config.json',
    });
  });

  test('every option', () => {
    const options = { url: 'https://circleci.example.com', certificateAuthority: PEM, variableName: 'ECR', tokenKey: 'circle', value: lib.TargetValue.password(HOST), removal: lib.TargetRemoval.BLANK };
    expect(bench.problems(context(options))).toEqual([]);
    expect(bench.bind(context(options))).toEqual({
      kind: 'circleci-context',
      where: { url: 'https://circleci.example.com', contextId: UUID, variableName: 'ECR' },
      settings: { token: { ...token, jsonKey: 'circle' }, certificateAuthority: PEM },
      form: 'password',
      hosts: [HOST],
      removal: 'blank',
    });
  });

  test('values that only the deploy knows are taken', () => {
    expect(bench.problems(context({ contextId: late(), variableName: late(), url: late() }))).toEqual([]);
    expect(bench.problems(project({ projectSlug: late() }))).toEqual([]);
  });

  test('refuses what is none', () => {
    expect(bench.problems(context({ contextId: 'my-context', variableName: 'A-B', tokenKey: '', url: 'circleci.com', certificateAuthority: 'x', value: lib.TargetValue.password('A') }))).toEqual(matching([
      /^'targets\[0\]\.contextId' must be a UUID, got: 'my-context'/, /\.variableName'/, /\.tokenKey'/, /\.url'/, /\.certificateAuthority'/, /\.value\.hosts\[0\]'/,
    ]));
    expect(bench.problems(project({ projectSlug: 'my/app' }))).toEqual(matching([/^'targets\[0\]\.projectSlug' must be the slug of a project/]));
    expect(bench.problems(context({ variableName: `A${'1'.repeat(300)}` }))).toEqual(matching([/\.variableName' must be the name of a variable: at most 300 letters/]));
    expect(bench.problems(context({ variableName: `A${'1'.repeat(299)}` }))).toEqual([]);
  });

  test.each(['gh/my/app', 'github/my/.github', 'bb/my_ws/my.app', 'bitbucket/a/b', 'circleci/43G3kM5RtfFE7v5sa4nWAU/44n9pujWcTnVZ2b5S8Fnat', `circleci/${UUID}/${UUID}`])('takes the slug %s', (projectSlug) => {
    expect(bench.problems(project({ projectSlug }))).toEqual([]);
  });

  // GitLab's projects have ids, and two dots lead to another path.
  test.each(['gl/my/app', 'gitlab/my/app', 'gh/my', 'gh/my/app/', 'gh/my/app/more', 'gh/../app', 'gh/my/..', 'gh/./app', 'gh//app', 'circleci/my.org/app', 'https://app.circleci.com/gh/my/app'])('refuses the slug %s', (projectSlug) => {
    expect(bench.problems(project({ projectSlug }))).toEqual(matching([/^'targets\[0\]\.projectSlug' must be the slug of a project.*copy it from the project's settings/s]));
  });

  test('a slug that is taken is a path of three parts', () => {
    fc.assert(fc.property(fc.constantFrom('gh', 'bb', 'circleci', 'gl'), fc.string(), fc.string(), (provider, one, two) => {
      const projectSlug = `${provider}/${one}/${two}`;
      if (bench.problems(project({ projectSlug })).length > 0) return;
      expect(new URL(projectSlug, 'https://circleci.com/').pathname).toBe(`/${projectSlug}`);
    }));
  });
});

describe('Buildkite', () => {
  test('by default, and every option', () => {
    const where = { organization: 'my-org', clusterId: UUID, key: 'DOCKER_AUTH_CONFIG' };
    expect(bench.problems(buildkite())).toEqual([]);
    expect(bench.bind(buildkite())).toEqual({ kind: 'buildkite-secret', where, settings: { token }, form: 'config.json' });
    const target = buildkite({ key: 'ECR', policy: '- pipeline_slug: app', tokenKey: 'bk', value: lib.TargetValue.password(HOST), removal: lib.TargetRemoval.LEAVE });
    expect(bench.problems(target)).toEqual([]);
    expect(bench.bind(target)).toEqual({
      kind: 'buildkite-secret',
      where: { ...where, key: 'ECR' },
      settings: { token: { ...token, jsonKey: 'bk' }, policy: '- pipeline_slug: app' },
      form: 'password',
      hosts: [HOST],
      removal: 'leave',
    });
    expect(bench.problems(buildkite({ organization: late(), clusterId: late(), key: late(), policy: late() }))).toEqual([]);
  });

  test('refuses what is none', () => {
    expect(bench.problems(buildkite({ organization: 'My Org', clusterId: 'x', key: 'BUILDKITE_X', tokenKey: '', value: lib.TargetValue.password('A') }))).toEqual(matching([
      /^'targets\[0\]\.organization' must be the slug of an organization/, /\.clusterId' must be a UUID/, /\.key' must be at most 255 letters.*not with buildkite or bk/,
      /\.tokenKey'/, /\.value\.hosts\[0\]'/,
    ]));
  });

  test.each(['', ' ', 'pipeline_slug: app', '-pipeline_slug: app', '# - nothing'])('refuses the policy %j, which lists no rule', (policy) => {
    expect(bench.problems(buildkite({ policy }))).toEqual(matching([/^'targets\[0\]\.policy' must be a list of rules in YAML, each beginning with -/]));
  });

  test.each(['- pipeline_slug: app\n  build_branch: main\n', '# who may\n- build_branch: [main, next]\n- pipeline_slug: app', '  - cluster_queue_key: default'])('takes the policy %j', (policy) => {
    expect(bench.problems(buildkite({ policy }))).toEqual([]);
  });
});
