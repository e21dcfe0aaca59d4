/** A node that asks for tokens, for tests of its HTTP side: one of each role, and others that tests create. */
import { expect } from "vitest";
import { type Server, startServer } from "./http-server.ts";

export const TOKENS = {
	read: `hs_read_${"r".repeat(32)}`,
	submit: `hs_submit_${"s".repeat(32)}`,
	operate: `hs_operate_${"o".repeat(32)}`,
} as const;
export const ROLES = Object.keys(TOKENS) as (keyof typeof TOKENS)[];

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const as = (role: keyof typeof TOKENS) => bearer(TOKENS[role]);

/** A node that is given one token of each role. */
export const closed = (rate?: number) =>
	startServer("127.0.0.1", {
		given: { secrets: Object.values(TOKENS) },
		...(rate !== undefined && { rate }),
	});

/** Creates a token for it with these restrictions. */
export async function tokenFor(server: Server, name: string, more: object) {
	const made = await server.post(
		"/v1/tokens",
		{ name, ...more },
		as("operate"),
	);
	expect(made.status, made.text).toBe(201);
	return bearer(made.json.token);
}
