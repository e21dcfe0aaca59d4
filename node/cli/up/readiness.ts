/** Asks a node over HTTP whether it can accept and run tasks. */
import { Client } from "../../../protocol/client/client.ts";
import {
	type Readiness,
	readinessOf,
} from "../../../protocol/client/readiness.ts";
import { STORE_COMMAND_TIMEOUT_MS } from "../../../protocol/limits.ts";
import type { Clock } from "../../ports.ts";

export async function askReadiness(
	url: string,
	clock: Clock,
): Promise<Readiness> {
	const abort = new AbortController();
	const late = clock.after(STORE_COMMAND_TIMEOUT_MS, () => abort.abort());
	const patience = () => abort.signal;
	try {
		return await readinessOf(new Client({ url, fetch, patience }));
	} finally {
		late.cancel();
	}
}
