/** How AWS is reached. */
export interface AwsOptions {
  readonly region?: string;
  readonly profile?: string;
}

/** What every client of the SDK takes. */
export interface ClientConfig extends AwsOptions {
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number };
}

/**
 * The configuration of a client: the options, the environment, and what the SDK finds by itself.
 *
 * @param answerWithinMs the longest that an answer may take, in milliseconds; 0 is for ever
 */
export function clientConfig({ region, profile }: AwsOptions, env: NodeJS.ProcessEnv, answerWithinMs = 20_000): ClientConfig {
  // The AWS CLI takes the second name too, the SDK only the first.
  const chosen = region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  return {
    ...(chosen ? { region: chosen } : {}),
    ...(profile ? { profile } : {}),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: answerWithinMs },
  };
}
