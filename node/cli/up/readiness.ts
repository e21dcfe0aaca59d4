/** Asks a node over HTTP whether it can accept and run tasks. */
import { STORE_COMMAND_TIMEOUT_MS } from "../../../protocol/limits.ts";
import type { Clock, Readiness } from "../../ports.ts";

export async function askReadiness(
	url: string,
	clock: Clock,
): Promise<Readiness> {
	const abort = new AbortController();
	const late = clock.after(STORE_COMMAND_TIMEOUT_MS, () => abort.abort());
	try {
		const response = await fetch(`${url}/readyz`, { signal: abort.signal });
		const body = await response.text();
		return { ready: response.ok, reasons: [reasonIn(body)] };
	} catch (error) {
		// Expected while it starts; told only if it goes on.
		const { cause, message } = error as Error;
		return {
			ready: false,
			reasons: [cause instanceof Error ? cause.message : message],
		};
	} finally {
		late.cancel();
	}
}

/** A refusal is a problem document, whose detail says what is missing. */
function reasonIn(body: string): string {
	try {
		return JSON.parse(body).detail ?? body;
	} catch {
		return body; // Not JSON: better shown than lost.
	}
}
