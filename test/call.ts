/**
 * One HTTP request as it is, for tests that look at the answer itself: its status and
 * headers, or what comes of a body that no client would send. Others take the client.
 */

/** Enough for a machine that is busy with something else too, and for a wait. */
const PATIENCE_MS = 60_000;

export interface Answer<Body> {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Body;
	/** From the request's start to the whole answer. */
	readonly tookMs: number;
}

/** GET; or, with a body, POST: a text as it is, anything else as JSON. */
export async function call<Body>(
	url: string,
	body?: unknown,
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Body>> {
	const startedMs = performance.now();
	const response = await fetch(url, {
		headers,
		...(body !== undefined && {
			method: "POST",
			headers: { "content-type": "application/json", ...headers },
			body: typeof body === "string" ? body : JSON.stringify(body),
		}),
		signal: AbortSignal.timeout(PATIENCE_MS),
	});
	const text = await response.text();
	return {
		status: response.status,
		headers: response.headers,
		body: parse(text) as Body,
		tookMs: performance.now() - startedMs,
	};
}

/** NDJSON and pages come as text. */
function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
