import {
  CACHE_OUTPUT, DOCKERCFG_ARN, DOCKERCFG_OUTPUT, KEY_ARN, KEY_OUTPUT, OUTPUTS, REGISTRY, ROLE_ARN, ROLE_OUTPUT, SETUP,
} from './fixtures';
import { setupOf } from '../../../cli/init';

const OTHER = { CiRepositoryUrismyuserworker0A1B2C3D: `${REGISTRY}/myuser/worker` };

test('reads the registry, its region and the one repository', () => {
  expect(setupOf({ ...OUTPUTS, ...KEY_OUTPUT })).toEqual({ ...SETUP, access: { kind: 'key', accessKeySecretArn: KEY_ARN } });
});

test('reads the repository\'s build cache', () => {
  expect(setupOf({ ...OUTPUTS, ...CACHE_OUTPUT, ...KEY_OUTPUT }).buildCache).toBe(`${REGISTRY}/myuser/myapp-cache`);
});

test('takes the cache of the repository that was chosen only', () => {
  const outputs = { ...OUTPUTS, ...OTHER, ...CACHE_OUTPUT, ...KEY_OUTPUT };
  expect(setupOf(outputs, { repository: 'myuser/worker' })).toEqual(expect.not.objectContaining({ buildCache: expect.anything() }));
  expect(setupOf(outputs, { repository: 'myuser/worker' }).image).toBe(`${REGISTRY}/myuser/worker`);
});

test.each([
  ['a role before all', { ...ROLE_OUTPUT, ...KEY_OUTPUT, ...DOCKERCFG_OUTPUT }, { kind: 'role', roleArn: ROLE_ARN }],
  ['a key before a dockercfg', { ...KEY_OUTPUT, ...DOCKERCFG_OUTPUT }, { kind: 'key', accessKeySecretArn: KEY_ARN }],
  ['a dockercfg where there is no identity', DOCKERCFG_OUTPUT, { kind: 'dockercfg', dockerConfigSecretArn: DOCKERCFG_ARN }],
])('takes %s', (_what, access, expected) => {
  expect(setupOf({ ...OUTPUTS, ...access }).access).toEqual(expected);
});

test('leaves outputs alone that are the user\'s own', () => {
  const own = { MyRegistryUrl: 'https://example.com', PullOnlySecretArn: 'arn:other', RoleArn: 'mine', RepositoryUris: 'none' };
  expect(setupOf({ ...OUTPUTS, ...KEY_OUTPUT, ...own })).toEqual(setupOf({ ...OUTPUTS, ...KEY_OUTPUT }));
});

test.each(['cn-north-1.amazonaws.com.cn', 'us-gov-west-1.amazonaws.com', 'eusc-de-east-1.amazonaws.eu'])('reads a registry of %s', (suffix) => {
  const registry = `111122223333.dkr.ecr.${suffix}`;
  expect(setupOf({ CiRegistryUrl9C54A1B0: `https://${registry}`, CiRepositoryUrisapp2366018F: `${registry}/app`, ...KEY_OUTPUT }))
    .toMatchObject({ registry, region: suffix.split('.')[0], image: `${registry}/app` });
});

describe('fails', () => {
  test.each([
    ['for a stack without an EcrCi', { ...KEY_OUTPUT }, {}, 'the stack has no output RegistryUrl: name a stack with an EcrCi'],
    ['without a repository', { CiRegistryUrl9C54A1B0: `https://${REGISTRY}`, ...KEY_OUTPUT }, {},
      'the stack has no output RepositoryUris: it holds more repositories than can be outputs, or none'],
    ['for several repositories of which none is chosen', { ...OUTPUTS, ...OTHER, ...KEY_OUTPUT }, {},
      'the stack has 2 repositories: choose one by --repository, of myuser/myapp, myuser/worker'],
    ['for a repository that is not there', { ...OUTPUTS, ...OTHER, ...KEY_OUTPUT }, { repository: 'myuser/none' },
      'the stack has no repository myuser/none: choose one of myuser/myapp, myuser/worker'],
    ['for two EcrCi in a stack', { ...OUTPUTS, OtherRegistryUrl01234567: `https://${REGISTRY}`, ...KEY_OUTPUT }, {},
      'the stack has 2 outputs RegistryUrl (CiRegistryUrl9C54A1B0, OtherRegistryUrl01234567): give each EcrCi a stack of its own'],
    ['without any access', OUTPUTS, {}, 'the stack has neither an identity for the CI nor a dockercfg: give its EcrCi one of them'],
  ])('%s', (_what, outputs, options, message) => {
    expect(() => setupOf(outputs, options)).toThrow(message);
  });

  test.each([
    ['CiRegistryUrl9C54A1B0', 'https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/$(reboot)'],
    ['CiRepositoryUrismyusermyapp2366018F', `${REGISTRY}/app"; reboot; "`],
    ['CiBuildCacheUrismyusermyappC43414DD', `${REGISTRY}/app cache`],
    ['CiRoleArn1A2B3C4D', 'arn:aws:iam::111122223333:role/Ci\nsteps: []'],
    ['CiAccessKeySecretArnDD0FF5F4', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:$(reboot)'],
    ['CiDockerConfigSecretArn1860559C', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:`reboot`'],
  ])('for an output %s that would do something in a script', (name, value) => {
    const outputs = { ...OUTPUTS, ...(name.includes('Dockerc') || name.includes('DockerConfig') ? {} : KEY_OUTPUT), [name]: value };
    expect(() => setupOf(outputs)).toThrow(`the output ${name} is not what EcrCi writes there: deploy the stack again`);
  });
});
