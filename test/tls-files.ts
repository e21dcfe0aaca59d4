/**
 * The certificates of the tests, and a way to ask over TLS with them.
 *
 * They are of an authority (`ca.pem`) whose key is kept nowhere: `node` and `next` for a node,
 * `client` for a client, `old`, which expired in 2021; `locked-key.pem` is the node's key under
 * a passphrase. They are for localhost, hearsay.example, 127.0.0.1 and ::1, until 2120.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The path of one of them: `node.pem`. */
export function tlsFile(name: string): string {
	return fileURLToPath(new URL(`fixtures/tls/${name}`, import.meta.url));
}

export function tlsText(name: string): string {
	return readFileSync(tlsFile(name), "utf8");
}

/** Over a connection of its own. `by`: whose certificate was shown. @throws what the connection met */
export async function askOverTls(
	url: string,
	options: RequestOptions = {},
	body?: string,
): Promise<{ status: number | undefined; text: string; by: string }> {
	const ca = tlsText("ca.pem");
	const asking = request(url, { ca, agent: false, ...options });
	asking.end(body);
	const [answer] = await once(asking, "response");
	const by = answer.socket.getPeerCertificate().subject.CN;
	return { status: answer.statusCode, text: await text(answer), by };
}
