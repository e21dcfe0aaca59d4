/** The client of the API as scripts use it: over `fetch`, and each request ends in time. */
import { Client } from "../protocol/client/client.ts";

/** Longer than a node takes to say that it cannot. */
const ANSWER_MS_MAX = 5_000;

export function clientOf(url: string, answerMsMax = ANSWER_MS_MAX): Client {
	return new Client({
		url,
		fetch,
		patience: () => AbortSignal.timeout(answerMsMax),
	});
}
