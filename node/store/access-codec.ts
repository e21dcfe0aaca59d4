/**
 * Access tokens as the store keeps them, one line each: see `lua/pieces/access.lua`. Every
 * node reads all of them, so a damaged one must not make it fail on the others.
 */
import { ACCESS_ROLES, type AccessToken } from "../../protocol/access.ts";
import type { NewAccessToken } from "../ports.ts";

type May = Pick<
	AccessToken,
	"role" | "queues" | "types" | "payloads" | "expiresMs"
>;

const isTexts = (value: unknown) =>
	value === undefined ||
	(Array.isArray(value) && value.every((each) => typeof each === "string"));

const SHAPE: Readonly<Record<keyof May, (value: unknown) => boolean>> = {
	role: (value) => ACCESS_ROLES.some((role) => role === value),
	queues: isTexts,
	types: isTexts,
	payloads: (value) => value === undefined || value === true,
	expiresMs: (value) => value === undefined || Number.isFinite(value),
};

/** What the token may do, as JSON. */
export function encodeMay(token: NewAccessToken): string {
	const { role, queues, types, payloads, expiresMs } = token;
	return JSON.stringify({ role, queues, types, payloads, expiresMs });
}

export function encodeToken(token: AccessToken): string {
	const { version, createdMs, revokedMs = 0, hash } = token;
	return `${version} ${createdMs} ${revokedMs} ${hash}\n${encodeMay(token)}`;
}

const LINE = /^(\d+) (\d+) (\d+) ([0-9a-f]{64})\n(.*)$/;

/** The token of a line; undefined for anything that is not such a line. */
export function decodeToken(
	name: string,
	line: string,
	used = "",
): AccessToken | undefined {
	const [, version, created, revoked, hash = "", text = ""] =
		LINE.exec(line) ?? [];
	const may = decodeMay(text);
	if (may === undefined) return undefined;
	const revokedMs = Number(revoked);
	return {
		...{ name, hash, version: Number(version), createdMs: Number(created) },
		...may,
		...(revokedMs > 0 && { revokedMs }),
		...(used !== "" && { usedMs: Number(used) }),
	};
}

function decodeMay(text: string): May | undefined {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== "object" || value === null) return undefined;
		const names = Object.keys(SHAPE) as (keyof May)[];
		const fits = names.every((name) => SHAPE[name](Reflect.get(value, name)));
		return fits ? (value as May) : undefined;
	} catch {
		return undefined; // It is not JSON, and so no such line.
	}
}
