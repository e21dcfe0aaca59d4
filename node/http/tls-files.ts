/**
 * TlsFiles: the certificate and the key that a node serves HTTPS with, and the
 * authorities whose clients it lets in, if it lets in only those (mutual TLS).
 *
 * The files are read at start, where anything wrong with them is reported in one
 * sentence, and again every second, by their contents: a file may be written in place,
 * replaced, or be the target of a link that is moved. Sound new contents are used at
 * once; existing connections keep what they began with. A new certificate with an old key
 * is a half-replaced pair, so it is reported only if it is still so at the next look.
 * Until that is mended, the node goes on with what it had.
 */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import { TLS_LOOK_MS } from "../../protocol/limits.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** The paths of the files. */
export interface TlsPaths {
	readonly cert: string;
	readonly key: string;
	/** The authorities whose clients alone are let in; undefined if all clients are. */
	readonly clientCa?: string;
}

interface Texts {
	readonly cert: string;
	readonly key: string;
	readonly ca?: string;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export class TlsFiles {
	readonly #paths: TlsPaths;
	#texts: Texts;
	/**
	 * Fingerprints of what is used, of what was found at the last look, and of what was
	 * reported.
	 */
	#used: string;
	#found: string;
	#told = "";
	#timer: Timer | undefined;
	#closed = false;

	private constructor(paths: TlsPaths, texts: Texts) {
		this.#paths = paths;
		this.#texts = texts;
		this.#used = printOf(texts);
		this.#found = this.#used;
	}

	/** Reads the files. @throws Error with one sentence for the user. */
	static async read(paths: TlsPaths): Promise<TlsFiles> {
		const texts = await readTexts(paths);
		checkTexts(paths, texts);
		return new TlsFiles(paths, texts);
	}

	/** The options for a new server. */
	get options() {
		const isMutual = this.#paths.clientCa !== undefined;
		return {
			...this.#texts,
			...(isMutual && { requestCert: true, rejectUnauthorized: true }),
		};
	}

	/** Keeps a server on what the files contain, from now on. */
	follow(server: Server, clock: Clock, log: Log): void {
		this.#warnOfAge(clock, log);
		const look = async () => {
			await this.#look(server, clock, log);
			if (!this.#closed) this.#timer = clock.after(TLS_LOOK_MS, look);
		};
		this.#timer = clock.after(TLS_LOOK_MS, look);
	}

	close(): void {
		this.#closed = true;
		this.#timer?.cancel();
	}

	async #look(server: Server, clock: Clock, log: Log): Promise<void> {
		let found = "";
		try {
			const texts = await readTexts(this.#paths);
			found = printOf(texts);
			if (found === this.#used) this.#told = "";
			else {
				checkTexts(this.#paths, texts);
				server.setSecureContext(texts);
				this.#texts = texts;
				this.#used = found;
				this.#told = "";
				log.info({}, "the certificate for TLS was read anew");
				this.#warnOfAge(clock, log);
			}
		} catch (error) {
			const { message } = error as Error;
			const what = `${found} ${message}`;
			if (what === this.#found && what !== this.#told) {
				this.#told = what;
				log.error(
					{},
					`${message} Until then the node goes on with the certificate that it had.`,
				);
			}
			found = what;
		}
		this.#found = found;
	}

	#warnOfAge(clock: Clock, log: Log): void {
		const { validToDate: until } = new X509Certificate(this.#texts.cert);
		if (until.getTime() > clock.wallMs()) return;
		log.warn(
			{ until: until.toISOString() },
			"the certificate in --tls-cert has expired, so clients refuse it; replace it",
		);
	}
}

async function readTexts({ cert, key, clientCa }: TlsPaths): Promise<Texts> {
	return {
		cert: await readText("--tls-cert", cert),
		key: await readText("--tls-key", key),
		...(clientCa !== undefined && {
			ca: await readText("--tls-client-ca", clientCa),
		}),
	};
}

async function readText(flag: string, path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const why =
			code === "ENOENT"
				? "there is no such file"
				: code === "EACCES"
					? "this user may not read it"
					: `it cannot be read (${code})`;
		throw new Error(`${flag} ${path}: ${why}; give another, or mend that.`);
	}
}

/** Checks that the texts can be used together. @throws Error with one sentence. */
function checkTexts(paths: TlsPaths, { cert, key, ca }: Texts): void {
	const own = readCertificates("--tls-cert", paths.cert, cert)[0];
	const secret = readKey(paths.key, key);
	if (own === undefined || !own.checkPrivateKey(secret))
		throw new Error(
			`The key in --tls-key ${paths.key} is not that of the first certificate in --tls-cert ${paths.cert}; give the two that belong together, the node's own certificate first.`,
		);
	if (ca !== undefined && paths.clientCa !== undefined)
		readCertificates("--tls-client-ca", paths.clientCa, ca);
	try {
		createSecureContext({ cert, key, ...(ca !== undefined && { ca }) });
	} catch (error) {
		throw new Error(
			`--tls-cert ${paths.cert} and --tls-key ${paths.key} cannot be used for TLS (${(error as Error).message}); give others.`,
		);
	}
}

function readCertificates(
	flag: string,
	path: string,
	text: string,
): X509Certificate[] {
	try {
		const found = text.match(PEM) ?? [];
		if (found.length > 0) return found.map((each) => new X509Certificate(each));
	} catch {
		// Reported below: it begins and ends like one, and is none.
	}
	throw new Error(
		`${flag} ${path} has no sound certificate in PEM ("-----BEGIN CERTIFICATE-----"); give a file that has.`,
	);
}

function readKey(path: string, text: string) {
	try {
		return createPrivateKey(text);
	} catch {
		const isLocked = /ENCRYPTED/.test(text);
		throw new Error(
			isLocked
				? `The key in --tls-key ${path} is locked by a passphrase; give one without.`
				: `--tls-key ${path} has no private key in PEM ("-----BEGIN PRIVATE KEY-----"); give a file that has.`,
		);
	}
}

/** A fingerprint, which shows whether two sets of texts are the same and reveals nothing else about the key. */
function printOf({ cert, key, ca = "" }: Texts): string {
	const hash = createHash("sha256");
	for (const text of [cert, key, ca]) hash.update(`${text.length} ${text}`);
	return hash.digest("base64");
}
