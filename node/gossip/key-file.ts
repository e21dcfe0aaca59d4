/**
 * The node's identity: an Ed25519 key in its data directory, made at the first start and
 * read at every later one, so that a node that comes back is the same PeerId to all
 * others.
 *
 * The file is the base64 of the key's libp2p protobuf, readable only by its owner. It
 * appears whole or not at all: it is written beside its place, synced, and linked there,
 * which fails if another start was quicker; then that one's key counts. A file that is
 * not a key stops the start; replacing it would silently turn the node into another one.
 */
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
	generateKeyPair,
	privateKeyFromProtobuf,
	privateKeyToProtobuf,
} from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import type { Random } from "../ports.ts";

const FILE = "node.key";

/** The file needs a person's attention. The message is one sentence. */
export class KeyUnusable extends Error {}

/** @throws KeyUnusable if there is no key in the file, or none can be written */
export async function loadKey(
	dataDir: string,
	random: Random,
): Promise<Ed25519PrivateKey> {
	const path = join(dataDir, FILE);
	const key = await readKey(path);
	if (key !== undefined) return key;
	await makeFolder(dataDir);
	await createKey(path, random);
	const created = await readKey(path);
	if (created === undefined) throw new Error(`${path} vanished while in use`);
	return created;
}

/** Makes the folder only if its parent is there: with `recursive`, Node.js may try for ever. */
async function makeFolder(dataDir: string): Promise<void> {
	try {
		await mkdir(dataDir, { mode: 0o700 });
	} catch (cause) {
		if (!isCode(cause, "EEXIST")) throw cause;
	}
}

/** Undefined if there is no file yet. */
async function readKey(path: string): Promise<Ed25519PrivateKey | undefined> {
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (cause) {
		if (isCode(cause, "ENOENT")) return;
		const { code } = cause as NodeJS.ErrnoException;
		throw new KeyUnusable(
			`The node's key ${path} cannot be read (${code}); let this user read it, or give --data another folder.`,
			{ cause },
		);
	}
	try {
		const key = privateKeyFromProtobuf(Buffer.from(text.trim(), "base64"));
		if (key.type !== "Ed25519") throw new Error(`a key of type ${key.type}`);
		return key;
	} catch (cause) {
		throw new KeyUnusable(
			`${path} is not a node's key; put the right file back, or remove it to join as a new node.`,
			{ cause },
		);
	}
}

async function createKey(path: string, random: Random): Promise<void> {
	const key = await generateKeyPair("Ed25519");
	const text = `${Buffer.from(privateKeyToProtobuf(key)).toString("base64")}\n`;
	const draft = `${path}.${random.text(12)}`;
	try {
		await writeSynced(draft, text);
		await link(draft, path);
	} catch (cause) {
		if (isCode(cause, "EEXIST")) return;
		const { code } = cause as NodeJS.ErrnoException;
		throw new KeyUnusable(
			`The node's key ${path} cannot be written (${code}); make room for it there, or give --data another folder.`,
			{ cause },
		);
	} finally {
		// Also if there was no room for it: each start would leave one more.
		await rm(draft, { force: true });
	}
}

async function writeSynced(path: string, text: string): Promise<void> {
	const file = await open(path, "wx", 0o600);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
}

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && "code" in error && error.code === code;
}
