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

/** The access token; undefined if nobody is signed in. */
export const token = signal(
	sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined,
);

/** Why the user has to sign in, empty if there was no attempt yet; undefined if there is no need to. */
export const signInWhy = signal<string>();

/** Whether the user may do what needs this role; in a cluster without tokens everybody may. */
export function may(role: Role): boolean {
	return ROLES.indexOf(role) <= rank.value;
}

const rank = computed(() => {
	if (token.value === undefined) return ROLES.length;
	return ROLES.indexOf(TOKEN.exec(token.value)?.[1] ?? "");
});

/** Signs in with an access token. Returns false if the text is none. */
export function signIn(secret: string, stays: boolean): boolean {
	if (!TOKEN.test(secret)) return false;
	(stays ? localStorage : sessionStorage).setItem(KEY, secret);
	token.value = secret;
	signInWhy.value = undefined;
	return true;
}

/** To be called when a node refuses the token that it was asked with, or asks for one. */
export function refuse(why: string, asked: string | undefined): void {
	// The refusal is late: the user has signed in with another token meanwhile.
	if (asked !== token.value) return;
	// If several requests were refused at once, the first one gives the reason.
	signInWhy.value ??= token.value === undefined ? "" : why;
	forget();
	token.value = undefined;
}

export function signOut(): void {
	forget();
	// Nothing that was shown may stay.
	location.reload();
}

function forget(): void {
	sessionStorage.removeItem(KEY);
	localStorage.removeItem(KEY);
}

/** Signs in and out along with the other tabs. */
export function followTabs(): void {
	addEventListener("storage", ({ key }) => {
		if (key === KEY) location.reload();
	});
}
