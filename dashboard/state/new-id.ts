/** Names for tasks that are submitted here: no two are the same, and they sort by time. */
import { newTaskId } from "../words/submission.ts";

const RANDOM_BYTES = 11;

export const newId = (): string =>
	newTaskId(Date.now(), crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
