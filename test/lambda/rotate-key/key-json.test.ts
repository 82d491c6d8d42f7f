import { formatKey, parseKey } from '../../../lambda/rotate-key/key-json';

test('is what a credential_process answers', () => {
  const text = formatKey({ id: 'AKIA1', secret: 'abc' });
  expect(text).toBe('{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"abc"}');
  expect(parseKey(text)).toEqual({ id: 'AKIA1', secret: 'abc' });
});

test('takes what has a key, with anything beside it', () => {
  expect(parseKey('{"AccessKeyId":"AKIA1","SecretAccessKey":"abc","note":"by hand"}')).toEqual({ id: 'AKIA1', secret: 'abc' });
});

test.each(['', 'x', 'null', '[]', '{}', '{"AccessKeyId":"AKIA1"}', '{"AccessKeyId":"","SecretAccessKey":"abc"}', '{"AccessKeyId":"A","SecretAccessKey":1}'])(
  'takes nothing else: %s', (text) => { expect(parseKey(text)).toBeUndefined(); });
