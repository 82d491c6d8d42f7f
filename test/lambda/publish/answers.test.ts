import fc from 'fast-check';
import { authOf, NOW } from './world';
import { expectStatus, jsonOf, reasonOf, type Asked } from '../../../lambda/publish/answers';
import type { HttpAnswer } from '../../../lambda/publish/http';

const ASKED: Asked = { vendor: 'GitLab', what: 'update the variable', hints: { 403: 'the token needs the scope api' }, now: () => NOW };
const answer = (status: number, text = '', headers: Record<string, string> = {}): HttpAnswer => ({ status, text, headers });
const message = (given: HttpAnswer) => {
  try {
    expectStatus(given, [200], ASKED);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

test.each([answer(204), answer(200, '<?xml version="1.0"?><ok/>'), answer(200, 'done')])('an answer with an expected status is taken: %j', (given) => {
  expect(expectStatus(given, [200, 204], ASKED)).toBe(given);
});

test.each<[HttpAnswer, string]>([
  [answer(500), 'GitLab answered 500 when asked to update the variable'],
  [answer(500, 'no json'), 'GitLab answered 500 when asked to update the variable'],
  [answer(403, '{"message":"403 Forbidden"}'), 'GitLab answered 403 when asked to update the variable: 403 Forbidden: the token needs the scope api'],
  [answer(403), 'GitLab answered 403 when asked to update the variable: the token needs the scope api'],
  [answer(400, '{"error":"bad","message":""}'), 'GitLab answered 400 when asked to update the variable: bad'],
  [answer(400, '{"errors":[{"code":7}]}'), 'GitLab answered 400 when asked to update the variable: [{"code":7}]'],
  [answer(400, '{"detail":"two\\n lines"}'), 'GitLab answered 400 when asked to update the variable: two lines'],
  [answer(400, 'null'), 'GitLab answered 400 when asked to update the variable'],
  [answer(302), 'GitLab answered 302 when asked to update the variable: a redirect, which is not followed; was it renamed or moved, or is the URL wrong?'],
  [answer(301, '', { location: 'https://other.example/a?token=b' }), 'GitLab answered 301 when asked to update the variable: a redirect to other.example, which is not followed; was it renamed or moved, or is the URL wrong?'],
  [answer(302, '', { location: '/login' }), 'GitLab answered 302 when asked to update the variable: a redirect, which is not followed; was it renamed or moved, or is the URL wrong?'],
  [answer(203, '<!DOCTYPE html>'), 'GitLab answered 203 when asked to update the variable and a web page instead of JSON: is the URL right, and the token valid?'],
  [answer(200, '<html lang="en">'), 'GitLab answered 200 when asked to update the variable and a web page instead of JSON: is the URL right, and the token valid?'],
  [answer(401, 'x', { 'content-type': 'text/html; charset=utf-8' }), 'GitLab answered 401 when asked to update the variable and a web page instead of JSON: is the URL right, and the token valid?'],
])('an answer with another says what a person can do: %j', (given, expected) => {
  expect(message(given)).toBe(expected);
});

test('a long reason is cut', () => {
  expect(message(answer(400, JSON.stringify({ message: 'no '.repeat(500) }))).length).toBeLessThan(300);
});

test.each<[Record<string, string>, number]>([
  [{ 'retry-after': '30' }, 30],
  [{ 'retry-after': new Date(NOW + 90_000).toUTCString() }, 90],
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 45) }, 45],
  [{ 'ratelimit-reset': String(NOW / 1000 + 50) }, 50],
  [{ 'ratelimit-reset': '42' }, 42],
  [{ 'x-ratelimit-reset': '43' }, 43],
  [{ 'ratelimit-reset': '7', 'ratelimit-user-reset': '44' }, 44],
  [{ 'retry-after': '5', 'ratelimit-reset': '44' }, 5],
  [{ 'retry-after': '0', 'x-ratelimit-reset': '0' }, 60],
  [{ 'retry-after': 'soon' }, 60],
  [{}, 60],
  [{ 'retry-after': '999999' }, 7200],
])('a rate limit says when to come again: %j', (headers, seconds) => {
  let thrown: any;
  try {
    expectStatus(answer(429, '', headers), [200], ASKED);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'RateLimitedError', retryAt: NOW + seconds * 1000 });
  expect(thrown.message).toBe(`GitLab answered 429 when asked to update the variable: its rate limit is used up for ${seconds} seconds`);
});

test('JSON is read', () => {
  expect(jsonOf(answer(200, '{"a":1}'), ASKED)).toEqual({ a: 1 });
});

test.each([[answer(200, 'secret value')], [answer(200, '')], [answer(200, '{"a":1}', { 'content-type': 'text/html' })], [answer(203, ' <html>')]])(
  'what is no JSON is refused without being quoted: %j', (given) => {
    expect(() => jsonOf(given, ASKED)).toThrow('GitLab answered with something else than JSON when asked to update the variable: is the URL right, and the token valid?');
  });

test('a reason never has what looks like a credential, wherever a vendor echoes it', () => {
  const credential = fc.stringMatching(/^[A-Za-z0-9+/=_-]{20,200}$/);
  fc.assert(fc.property(credential, fc.constantFrom('message', 'error', 'errors', 'detail', 'error_description'), fc.boolean(), (secret, field, nested) => {
    const echo = `value '${secret}' is invalid, "${authOf(secret)}"`;
    const reason = reasonOf(JSON.stringify({ [field]: nested ? { value: [echo] } : echo }))!;
    expect(reason).toContain('is invalid');
    expect(reason).not.toContain(secret);
    expect(reason).not.toContain(authOf(secret));
  }));
});
