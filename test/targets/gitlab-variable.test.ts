import { Lazy } from 'aws-cdk-lib';
import { Bench } from './fixtures';
import * as lib from '../../src';

let bench: Bench;
beforeEach(() => { bench = new Bench(); });

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const variable = (options: Partial<lib.GitlabVariableOptions> = {}) => lib.Target.gitlabVariable({ project: 'my/project', token: bench.token, ...options });
const token = { secretArn: { Ref: expect.stringMatching(/^Token/) } };

test('a project\'s variable, by default the one that GitLab\'s runner and Docker read', () => {
  expect(bench.bind(variable())).toEqual({
    kind: 'gitlab-variable',
    where: { project: 'my/project', key: 'DOCKER_AUTH_CONFIG' },
    settings: { token, protected: false, masked: true },
    form: 'config.json',
    hosts: undefined,
    removal: undefined,
  });
});

test('every option', () => {
  expect(bench.bind(variable({
    project: undefined,
    group: '4711',
    key: 'ECR_PASSWORD',
    environmentScope: 'review/*',
    protected: true,
    masked: false,
    tokenKey: 'gitlab',
    url: 'https://gitlab.example.com:8443/git',
    certificateAuthority: PEM,
    removal: lib.TargetRemoval.DELETE,
    value: lib.TargetValue.password('111122223333.dkr.ecr.eu-west-1.amazonaws.com'),
  }))).toEqual({
    kind: 'gitlab-variable',
    where: { url: 'https://gitlab.example.com:8443/git', group: '4711', key: 'ECR_PASSWORD', environmentScope: 'review/*' },
    settings: { token: { ...token, jsonKey: 'gitlab' }, protected: true, masked: false, certificateAuthority: PEM },
    form: 'password',
    hosts: ['111122223333.dkr.ecr.eu-west-1.amazonaws.com'],
    removal: 'delete',
  });
  expect(bench.problems(variable({ url: 'https://gitlab.example.com:8443/git', certificateAuthority: PEM, tokenKey: 'gitlab', environmentScope: 'review/*' }))).toEqual([]);
});

test('an instance\'s variable', () => {
  const target = variable({ project: undefined, instance: true, url: 'https://gitlab.example.com' });
  expect(bench.problems(target)).toEqual([]);
  expect(bench.bind(target).where).toEqual({ url: 'https://gitlab.example.com', instance: 'true', key: 'DOCKER_AUTH_CONFIG' });
});

test('the publisher may read the token, and nothing else', () => {
  bench.bind(variable());
  expect(bench.statements()).toEqual([{
    Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^Token/) },
  }]);
});

test('values that only the deploy knows are taken', () => {
  const late = Lazy.string({ produce: () => 'known later' });
  const target = variable({
    project: late, key: late, environmentScope: late, url: late, tokenKey: late, certificateAuthority: late, value: lib.TargetValue.password(late),
  });
  expect(bench.problems(target)).toEqual([]);
});

test.each<[Partial<lib.GitlabVariableOptions>, string]>([
  [{ project: undefined }, '\'targets[0]\' must be given exactly one of \'project\', \'group\', \'instance\', got: []; say whose variable it is'],
  [{ group: '1' }, '\'targets[0]\' must be given exactly one of \'project\', \'group\', \'instance\', got: ["project","group"]; say whose variable it is'],
  [{ project: 'https://gitlab.com/my/project' }, '\'targets[0].project\' must be a numeric id, or a path without https:// and without a slash at its ends, got: \'https://gitlab.com/my/project\' (29 characters); write it such as \'12345678\' or \'mygroup/myproject\''],
  [{ project: undefined, group: 'my/' }, '\'targets[0].group\' must be a numeric id, or a path without https:// and without a slash at its ends, got: \'my/\' (3 characters); write it such as \'12345678\' or \'mygroup/myproject\''],
  [{ key: 'A-B' }, '\'targets[0].key\' must be the name of a variable, 1 to 255 letters, digits and _, got: \'A-B\' (3 characters); leave it out for DOCKER_AUTH_CONFIG, which GitLab\'s runner reads'],
  [{ environmentScope: '' }, '\'targets[0].environmentScope\' must be 1 to 255 characters, got: \'\' (0 characters); leave it out for every environment'],
  [{ url: 'http://gitlab.example.com' }, '\'targets[0].url\' must be a URL that begins with https://, without user, query and fragment, got: \'http://gitlab.example.com\' (25 characters); write it such as \'https://ci.example.com\''],
  [{ url: 'https://user:password@gitlab.example.com' }, '\'targets[0].url\' must be a URL that begins with https://, without user, query and fragment, got: \'https://…@gitlab.example.com\' (28 characters); write it such as \'https://ci.example.com\''],
  [{ certificateAuthority: 'ca.pem' }, '\'targets[0].certificateAuthority\' must be one or more certificates in PEM, got: \'ca.pem\' (6 characters); read it from the authority\'s .pem or .crt file; a certificate is no secret'],
  [{ tokenKey: '' }, '\'targets[0].tokenKey\' must be a key of the secret\'s JSON, got: \'\' (0 characters); leave it out if the secret\'s whole value is meant'],
  [{ value: lib.TargetValue.configJson('HTTPS://x') }, '\'targets[0].value.hosts[0]\' must be the host of a registry in lower case, with a port if it has one, and without https:// or a path, got: \'HTTPS://x\' (9 characters); write it such as \'ghcr.io\''],
])('refuses %j', (options, problem) => {
  expect(bench.problems(variable(options))).toEqual([problem]);
});

test('refuses what an instance\'s variable has not', () => {
  expect(bench.problems(variable({ project: undefined, instance: true, environmentScope: 'prod' }))).toEqual([
    '\'targets[0].environmentScope\' must be left out for an instance\'s variable, which has none, got: \'prod\' (4 characters); use the variable of a group',
    '\'targets[0].url\' must be given for an instance\'s variable, which GitLab.com has not, got: undefined; name your GitLab, or use the variable of a group',
  ]);
});

test.each([
  [lib.TargetValue.configJson(), 'config.json', undefined],
  [lib.TargetValue.configJson('ghcr.io'), 'config.json', ['ghcr.io']],
  [lib.TargetValue.configJsonBase64('ghcr.io', 'quay.io'), 'base64', ['ghcr.io', 'quay.io']],
  [lib.TargetValue.password(), 'password', undefined],
  [lib.TargetValue._login('ghcr.io'), 'login', ['ghcr.io']],
  [lib.TargetValue._login(), 'login', undefined],
])('what is sent: %#', (value, form, hosts) => {
  expect(bench.bind(variable({ value }))).toMatchObject({ form });
  expect(value._hosts).toEqual(hosts);
});
