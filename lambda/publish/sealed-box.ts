import { blake2b } from 'blakejs';
import nacl from 'tweetnacl';

/**
 * Closes a text for the owner of a public key, and for nobody else, as libsodium's `crypto_box_seal` does.
 *
 * @param publicKey of X25519, in Base64
 * @returns the box, in Base64
 * @see https://docs.github.com/en/rest/guides/encrypting-secrets-for-the-rest-api
 * @see https://doc.libsodium.org/public-key_cryptography/sealed_boxes
 */
export function seal(text: string, publicKey: string): string {
  const owner = new Uint8Array(Buffer.from(publicKey, 'base64'));
  const sender = nacl.box.keyPair();
  const nonce = blake2b(Buffer.concat([sender.publicKey, owner]), undefined, nacl.box.nonceLength);
  const box = nacl.box(new Uint8Array(Buffer.from(text, 'utf8')), nonce, owner, sender.secretKey);
  return Buffer.concat([sender.publicKey, box]).toString('base64');
}
