/**
 * Who looks at the page: the access token, if the cluster asks for one.
 *
 * It is kept by this browser alone: until its tab is closed, or, for who wishes to stay
 * signed in, until they sign out. It goes with requests to nodes of the cluster and nowhere
 * else.
 */
import { computed, signal } from "@preact/signals";
import type { Role } from "../../protocol/operation.ts";

/** Other clusters may be behind the same proxy, each at its own path. */
const HERE = new URL(".", location.href).pathname;
const KEY = `hearsay-token ${HERE}`;
const TOKEN = /^hs_(read|submit|operate)_[0-9A-Za-z]{32}$/;
const ROLES = ["open", "read", "submit", "operate"];

/** Undefined: nobody is signed in. */
export const token = signal(
	sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined,
);

/** Why somebody has to sign in, empty if nobody has tried; undefined: nobody has to. */
export const signInWhy = signal<string>();

/** Whether who looks may do what needs this role; in a cluster without tokens all may. */
export function may(role: Role): boolean {
	return ROLES.indexOf(role) <= rank.value;
}

const rank = computed(() => {
	if (token.value === undefined) return ROLES.length;
	return ROLES.indexOf(TOKEN.exec(token.value)?.[1] ?? "");
});

/** False: this is no access token. */
export function signIn(secret: string, stays: boolean): boolean {
	if (!TOKEN.test(secret)) return false;
	(stays ? localStorage : sessionStorage).setItem(KEY, secret);
	token.value = secret;
	signInWhy.value = undefined;
	return true;
}

/** A node does not take the token that it was asked with, or asks for one. */
export function refuse(why: string, asked: string | undefined): void {
	// It comes late: somebody has signed in with another one meanwhile.
	if (asked !== token.value) return;
	// Of several that were asked at once, the first says it.
	signInWhy.value ??= token.value === undefined ? "" : why;
	forget();
	token.value = undefined;
}

export function signOut(): void {
	forget();
	// Nothing of what was shown stays.
	location.reload();
}

function forget(): void {
	sessionStorage.removeItem(KEY);
	localStorage.removeItem(KEY);
}

/** Who stays signed in, or signs out, does so in all tabs. */
export function followTabs(): void {
	addEventListener("storage", ({ key }) => {
		if (key === KEY) location.reload();
	});
}
