/** An audience is to be added to a provider that IAM does not have, or does not know of yet. */
export class ProviderMissingError extends Error {
  public override readonly name = 'ProviderMissingError';
}
