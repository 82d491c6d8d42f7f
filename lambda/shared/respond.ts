import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Puts an answer at the URL that CloudFormation presigned, and tries again if that fails: a deploy without an answer
 * hangs until its time-out.
 *
 * @param pauses milliseconds to wait before each further attempt
 */
export async function respond(url: string, body: string, pauses: readonly number[] = [500, 1000, 2000]): Promise<void> {
  try {
    // The URL is signed for an empty content type.
    const answer = await fetch(url, { method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`CloudFormation's answer was refused with status ${answer.status}`);
  } catch (error) {
    const [pause, ...further] = pauses;
    if (pause === undefined) throw error;
    await sleep(pause);
    await respond(url, body, further);
  }
}
