import fc from 'fast-check';
import { scrubbed } from '../../../lambda/publish/scrub';

test('what is no error, and an error without a secret, stays as it is', () => {
  const error = new Error('nothing in it');
  expect(scrubbed(error, ['secret'])).toBe(error);
  expect(scrubbed('text', ['text'])).toBe('text');
});

test('the name of an error stays, by which it is judged', () => {
  expect(scrubbed(Object.assign(new Error('denied to my-secret'), { name: 'AccessDenied' }), ['my-secret'])).toMatchObject({ name: 'AccessDenied', message: 'denied to …' });
});

test('letters that happen to be in words are no secret', () => {
  expect(scrubbed(new Error('the first of them'), ['first'])).toMatchObject({ message: 'the first of them' });
});

test('no secret is left in whatever form it was echoed', () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6);
  fc.assert(fc.property(secret, secret, (one, two) => {
    const forms = (text: string) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), Buffer.from(text).toString('base64')];
    const error = new Error([...forms(one), ...forms(two)].map((form) => `echo: ${form};`).join(' '));
    const { message } = scrubbed(error, [one, two]) as Error;
    for (const form of [...forms(one), ...forms(two)]) expect(message.includes(form) && !'echo: ;…'.includes(form)).toBe(false);
  }));
});
