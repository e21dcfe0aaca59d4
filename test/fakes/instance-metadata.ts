/**
 * EC2's metadata service, version 2, on loopback or another address: answers only with a
 * token that it has given, and says of its machine what a test makes it say.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const DATA = "/latest/meta-data/";
const TOKEN = "X-aws-ec2-metadata-token";

export class FakeMetadata implements AsyncDisposable {
	/** By their paths below `/latest/meta-data/`; what is not here is answered 404. */
	readonly data = new Map<string, string>([
		["placement/availability-zone", "eu-central-1b"],
		["instance-id", "i-0123456789abcdef0"],
		["instance-type", "c7g.large"],
		["instance-life-cycle", "spot"],
		["autoscaling/target-lifecycle-state", "InService"],
	]);
	/** As they came: `GET instance-id 200`. */
	readonly asked: string[] = [];
	/** What it answers instead of anything else. */
	failing: number | undefined;
	/** By its clock a token that it has given runs out. */
	nowS = 0;
	#expiresS = 0;
	#tokens = 0;
	readonly #server: Server;

	static async start(host = "127.0.0.1", port = 0): Promise<FakeMetadata> {
		const metadata = new FakeMetadata();
		metadata.#server.listen(port, host);
		await once(metadata.#server, "listening");
		return metadata;
	}

	private constructor() {
		this.#server = createServer((request, response) => {
			const { status, text } = this.#answer(request);
			const path = request.url?.replace(DATA, "").slice(0, 200);
			this.asked.push(`${request.method} ${path} ${status}`);
			response.writeHead(status).end(text);
		});
	}

	get url(): string {
		const { address, port } = this.#server.address() as AddressInfo;
		return `http://${address}:${port}`;
	}

	/** As EC2 takes a spot machine away. */
	takeAway(leftMs: number): void {
		const time = new Date(Date.now() + leftMs).toISOString();
		this.data.set(
			"spot/instance-action",
			JSON.stringify({ action: "terminate", time: time.replace(/\.\d+/, "") }),
		);
	}

	/** No token that was given is good any more. */
	forgetTokens(): void {
		this.#expiresS = this.nowS;
	}

	#newToken(seconds: string): { status: number; text: string } {
		if (!/^\d+$/.test(seconds)) return { status: 400, text: "" };
		this.#tokens += 1;
		this.#expiresS = this.nowS + Number(seconds);
		return { status: 200, text: this.#token };
	}

	/** The last one; earlier ones are good no more. */
	get #token(): string {
		return `token-${this.#tokens}==`;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}

	#answer({ method, url = "", headers }: IncomingMessage) {
		if (this.failing !== undefined) return { status: this.failing, text: "" };
		if (method === "PUT" && url === "/latest/api/token")
			return this.#newToken(
				String(headers[`${TOKEN}-ttl-seconds`.toLowerCase()]),
			);
		const isGood = headers[TOKEN.toLowerCase()] === this.#token;
		if (!isGood || this.nowS >= this.#expiresS)
			return { status: 401, text: "" };
		const text = this.data.get(url.replace(DATA, ""));
		if (method !== "GET" || text === undefined || !url.startsWith(DATA))
			return { status: 404, text: "<html>Not Found</html>" };
		return { status: 200, text };
	}
}
