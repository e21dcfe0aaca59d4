/**
 * Traffic: how many requests came, by operation and status, and how long they took. Each
 * operation counts for itself, so a request costs two sums.
 */
import type { onResponseHookHandler } from "fastify";
import type { Reading } from "../../../protocol/exposition.ts";
import { CALL_BOUNDS_S, Histogram } from "../../../protocol/instruments.ts";

export class Traffic {
	readonly tookS = new Histogram(CALL_BOUNDS_S);
	readonly #byRoute = new Map<string, Map<number, number>>();

	/** Counts the requests of a route. `isStream`: they last as long as their callers wish. */
	counter(route: string, isStream: boolean): onResponseHookHandler {
		const codes = this.#byRoute.get(route) ?? new Map<number, number>();
		this.#byRoute.set(route, codes);
		return (_request, { statusCode, elapsedTime }, done) => {
			codes.set(statusCode, (codes.get(statusCode) ?? 0) + 1);
			if (!isStream) this.tookS.observe(elapsedTime / 1_000);
			done();
		};
	}

	*readings(): Iterable<Reading> {
		for (const [route, codes] of this.#byRoute)
			for (const [code, value] of codes)
				yield {
					...{ name: "hearsay_http_requests_total", value },
					labels: { route, code: String(code) },
				};
		yield { name: "hearsay_http_request_seconds", value: this.tookS };
	}
}
