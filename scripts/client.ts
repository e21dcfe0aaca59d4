/**
 * The client of the API as scripts use it: over `fetch`, with HEARSAY_TOKEN if it is set;
 * each request ends in time.
 */
import { Client } from "../protocol/client/client.ts";

/** Longer than a node takes to say that it cannot answer. */
const ANSWER_MS_MAX = 5_000;

export function clientOf(url: string, answerMsMax = ANSWER_MS_MAX): Client {
	return new Client({
		url,
		fetch,
		token: process.env.HEARSAY_TOKEN || undefined,
		patience: () => AbortSignal.timeout(answerMsMax),
	});
}
