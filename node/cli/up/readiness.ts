/** Asks a node over HTTP whether it can accept and run tasks. */
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { Client, type Fetch } from "../../../protocol/client/client.ts";
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
	const ask = url.startsWith("https:") ? askOwn : fetch;
	try {
		return await readinessOf(new Client({ url, fetch: ask, patience }));
	} finally {
		late.cancel();
	}
}

/**
 * Asks over TLS, whatever the certificate says: that is for the names by which others know
 * the node, whereas this asks a process of its own at an address of this machine, and tells
 * it nothing.
 */
const askOwn: Fetch = (url, { method, headers, signal }) =>
	new Promise((resolve, reject) => {
		const options = { method, headers, signal, rejectUnauthorized: false };
		const asking = request(url, options, (answer) =>
			resolve({
				status: answer.statusCode ?? 0,
				headers: {
					get: (name) => answer.headers[name.toLowerCase()]?.toString() ?? null,
				},
				text: () => text(answer),
			}),
		);
		asking.once("error", reject).end();
	});
