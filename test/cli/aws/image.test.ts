import { parseImage } from '../../../cli/aws/image';
import { HOST } from '../fixtures';

const digest = `sha256:${'ab'.repeat(32)}`;

test.each([
  ['app', 'app', 'latest', false], ['myuser/my.app_x-1:v1.0', 'myuser/my.app_x-1', 'v1.0', false],
  [`a/b/c@${digest}`, 'a/b/c', digest, true], [`a:v1@${digest}`, 'a', digest, true],
])('%s', (text, repository, reference, isDigest) => {
  expect(parseImage(`${HOST}/${text}`)).toEqual({ account: '111122223333', region: 'eu-west-1', host: HOST, repository, reference, isDigest });
});
