import { cacheDirectory } from '../../../cli/shared/cache-directory';

const directory = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home = (): string => '/known') => cacheDirectory({ platform, env, homeDirectory: home });
const none = (): never => { throw new Error('no home'); };

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
  ['linux', { XDG_CACHE_HOME: '/cache', HOME: '/home/me' }, '/cache/ecr-ci'],
  ['linux', { HOME: '/home/me' }, '/home/me/.cache/ecr-ci'],
  ['darwin', {}, '/known/.cache/ecr-ci'],
  ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local\\ecr-ci'],
  ['win32', { USERPROFILE: 'C:\\Users\\me' }, 'C:\\Users\\me\\AppData\\Local\\ecr-ci'],
])('on %s with %p it is %s', (platform, env, expected) => {
  expect(directory(platform, env)).toBe(expected);
});

test('is nowhere without a home', () => {
  expect(directory('linux', {}, none)).toBeUndefined();
});
