/** How much is tried; docs/reliability.md says the same. */

/** Random histories of the refresher's own code. */
export const HISTORIES = 10_000;

/** Random histories in which each mistake must be caught. */
export const HISTORIES_OF_A_MISTAKE = 4000;

/** The days of a soak, and the seeds that it is played with. */
export const SOAK_DAYS = 30;
export const SOAK_SEEDS = 100;

/** How many calls a run makes, by what the secret has before. */
export const CALLS_OF_A_RUN = { 'nothing': 9, 'good': 8, 'edited by hand': 9 };

/** Moments at which a run is killed: before and after AWS does each of its calls, and the answer to CloudFormation. */
export const KILLS = 2 * (Object.values(CALLS_OF_A_RUN).reduce((sum, calls) => sum + calls) + 1);

/** Random histories of the publisher's own code. */
export const PUBLISH_HISTORIES = 10_000;

/** Random histories in which each mistake of the publisher must be caught. */
export const PUBLISH_HISTORIES_OF_A_MISTAKE = 3000;
